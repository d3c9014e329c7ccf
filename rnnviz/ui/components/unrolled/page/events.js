/** Pointer, keyboard and controls: what they change in the view. */

import { newest } from "../data/store.js";
import { clamp, valveOf } from "../data/values.js";
import { cellX } from "../scene/layout.js";
import { LEVELS, liveliest, zoomTo } from "../scene/zoom.js";
import { stepFacts, unitFacts } from "../text/words.js";
import { scrollUnder } from "../draw/overview.js";
import { place } from "../scene/scene.js";
import { updateReceptive } from "./receptive.js";
import {
  buildLabels,
  explain,
  refresh,
  showFrame,
  showTooltip,
  updatePhase,
  updatePlay,
  updateStepTexts,
  updateTexts,
} from "./display.js";
import { keepInView, wake } from "./motion.js";

/** Handlers are assigned, not added: a run may come again and again for the same view. */
export function listen(view) {
  const { dom } = view;
  dom.scroll.onscroll = () => {
    if (view.layout.toCell) return;
    view.look.columnScroll = dom.scroll.scrollLeft;
    place(view);
    view.art.dirty = "all";
    wake(view);
  };
  dom.overview.onpointerdown = (event) => {
    dom.overview.setPointerCapture(event.pointerId);
    scrollBy(view, event);
  };
  dom.overview.onpointermove = (event) => {
    if (event.buttons) scrollBy(view, event);
  };
  dom.scroll.onpointermove = (event) => point(view, event);
  dom.scroll.onpointerleave = () => unpoint(view);
  dom.scroll.onclick = (event) => choose(view, event);
  dom.scroll.ondblclick = (event) => zoomInto(view, event);
  dom.levels.forEach((made, level) => {
    made.onclick = () => setLevel(view, level);
  });
  dom.figure.onkeydown = (event) => onKey(view, event);
  dom.figure.onclick = (event) => {
    const byPointer = event.detail > 0;
    if (byPointer && event.target.closest("button")) focusPicture(view);
  };
  listenTo(view, dom.sweep, {
    play: () => togglePlay(view),
    move: (by) => moveStep(view, by),
    state: view.clock.sweep,
    go: (place) => setStep(view, place),
  });
  listenTo(view, dom.replay, {
    play: () => toggleReplay(view),
    move: (by) => moveFrame(view, by),
    state: view.clock.replay,
    go: (place) => chooseFrame(view, view.data.store.frames[place]),
  });
  for (const [phase, made] of Object.entries(dom.phases)) {
    made.onclick = () => setPhase(view, phase);
  }
  dom.receptive.text.onclick = ({ target }) => {
    if (target.dataset.step) setStep(view, Number(target.dataset.step));
  };
  for (const made of dom.receptive.choices) {
    made.onclick = () => {
      dom.receptive.letter = made.dataset.letter;
      updateReceptive(view);
    };
  }
  dom.labels.onclick = (event) => {
    chooseGradient(view, event);
    openByName(view, event);
    explainUnder(view, event);
  };
  dom.measured.onclick = (event) => explainUnder(view, event);
  for (const part of [dom.labels, dom.measured]) {
    part.onpointerover = (event) => event.pointerType === "mouse" && explainUnder(view, event);
    part.onpointerleave = (event) => event.pointerType === "mouse" && explain(view, null);
  }
  dom.follow.onclick = () => setFollow(view, !view.look.follow);
}

/** A transport: what its buttons and its slider do, and the state with its speed and its loop. */
function listenTo(view, transport, { play, move, go, state }) {
  transport.play.onclick = play;
  transport.back.onclick = () => move(-1);
  transport.forward.onclick = () => move(1);
  transport.place.oninput = () => go(Number(transport.place.value));
  transport.speed.onchange = () => {
    state.speed = Number(transport.speed.value);
    focusPicture(view);
  };
  transport.loop.onclick = () => {
    state.loop = !state.loop;
    updatePlay(view);
  };
}

function scrollBy({ dom, layout: { base }, screen: { magnified } }, event) {
  const left = dom.overview.getBoundingClientRect().left;
  dom.scroll.scrollLeft = scrollUnder({ base }, (event.clientX - left) / magnified);
}

/** What lies under the pointer. */
function under(view, event) {
  const { layout, dom } = view;
  const box = dom.stage.getBoundingClientRect();
  const x = (event.clientX - box.left) / view.screen.magnified + view.layout.scroll;
  const y = (event.clientY - box.top) / view.screen.magnified;
  const t = Math.floor((x - layout.left) / layout.pitch);
  if (t < 0 || t >= layout.steps || y < 0 || y > layout.height) return null;
  const row = layout.rows.find((each) => y >= each.y && y < each.y + each.height);
  if (row) {
    const unit =
      layout.toUnit > 0.5
        ? view.look.unit.unit
        : Math.floor((y - row.y) / row.unitHeight) * row.group;
    const carried =
      row.belt &&
      !row.closed &&
      t > 0 &&
      x < cellX(layout, t) &&
      valveOf(view.data.store.header) !== null;
    return { t, row, unit: Math.min(unit, view.data.store.header.units - 1), carried };
  }
  if (y >= layout.gradientY - 6) return { t, part: "gradient" };
  if (y >= layout.predictionY - 4) return { t, part: "prediction" };
  return y < layout.rowsY ? { t, part: "input" } : { t };
}

function point(view, event) {
  view.look.pointer = under(view, event);
  view.pointing.pointerAt = event;
  showTooltip(view);
  wake(view);
}

/** The row whose name is pointed at says what it is; its buttons have tooltips of their own. */
function explainUnder(view, { target }) {
  explain(view, target.closest("button") ? null : target.closest("[data-about]"));
}

function unpoint(view) {
  view.look.pointer = null;
  view.dom.tooltip.hidden = true;
  wake(view);
}

export function choose(view, event) {
  const found = under(view, event);
  if (!found || event.detail > 1) return;
  const {
    look: { unit },
  } = view;
  const again =
    unit &&
    found.row &&
    unit.layer === found.row.layer &&
    unit.unit === found.unit &&
    view.look.step === found.t;
  setStep(view, found.t);
  if (!found.row || view.look.zoom.level) return;
  setUnit(view, again ? null : { layer: found.row.layer, unit: found.unit }, found.t);
}

function setUnit(view, unit, step = view.look.step) {
  view.look.unit = unit;
  if (unit) openLayer(view, unit.layer);
  if (view.look.zoom.depth) {
    place(view);
    view.art.dirty = "all";
    buildLabels(view);
    updateTexts(view);
  }
  updateStepTexts(view);
  announce(view);
  wake(view);
  const { group } = view.data.store.header;
  const selected = unit && { layer: unit.layer, unit: unit.unit * group, time_step: step };
  later(view, "selected", 60, () => view.hooks.report("selected", selected));
}

/** Where only one layer is open: have it be this one. */
function openLayer(view, layer) {
  view.look.openLayer = layer;
  if (view.layout.base.open === null || view.layout.base.open === layer) return;
  refresh(view);
  wake(view);
}

/** Who opens another layer lets the unit go that is in the one that closes. */
function openByName(view, { target }) {
  const { layer } = target.closest(".label")?.dataset ?? {};
  if (layer === undefined) return;
  if (view.look.unit) setUnit(view, null);
  openLayer(view, Number(layer));
}

/** After a click the keys go to the picture again, and the space key to the page. */
function focusPicture(view) {
  view.dom.scroll.focus({ preventScroll: true, focusVisible: false });
}

function onKey(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const on = event.target.localName;
  if (on === "button" && event.key === " ") event.stopPropagation();
  if (on === "select" || (on === "input" && !"pt".includes(event.key))) return;
  const actions = {
    ArrowLeft: () => moveStep(view, -1),
    ArrowRight: () => moveStep(view, 1),
    ArrowUp: () => moveUnit(view, -1),
    ArrowDown: () => moveUnit(view, 1),
    Home: () => setStep(view, 0),
    End: () => setStep(view, view.layout.steps - 1),
    Escape: () =>
      view.look.zoom.level ? setLevel(view, view.look.zoom.level - 1) : setUnit(view, null),
    "+": () => setLevel(view, view.look.zoom.level + 1),
    "-": () => setLevel(view, view.look.zoom.level - 1),
    z: () => setLevel(view, (view.look.zoom.level + 1) % LEVELS.length),
    PageUp: () => moveFrame(view, -1),
    PageDown: () => moveFrame(view, 1),
    p: () => togglePlay(view),
    t: () => toggleReplay(view),
  };
  const action = actions[event.key];
  if (!action) return;
  action();
  event.preventDefault();
  event.stopPropagation();
}

function moveStep(view, by) {
  setStep(view, clamp(view.look.step + by, 0, view.layout.steps - 1));
}

/** The user chose a time step: the sweep stops there, with that step done. */
function setStep(view, step) {
  view.clock.sweep.playing = false;
  view.clock.sweep.at = view.clock.sweep.phase === "backward" ? step : step + 1;
  view.look.step = step;
  keepInView(view, false);
  updatePlay(view);
  updateStepTexts(view);
  announce(view);
  wake(view);
}

function moveUnit(view, by) {
  const { units, layers } = view.data.store.header;
  const present = view.look.unit
    ? view.look.unit.layer * units + view.look.unit.unit
    : by > 0
      ? -1
      : 0;
  const next = clamp(present + by, 0, units * layers - 1);
  setUnit(view, { layer: Math.floor(next / units), unit: next % units });
}

export function announce(view) {
  const level = view.look.zoom.level
    ? [["zoom", view.dom.levels[view.look.zoom.level].textContent]]
    : [];
  const facts = [...level, ...stepFacts(view), ...unitFacts(view)];
  view.dom.announce.textContent = facts.map(([word, value]) => `${word} ${value}`).join("; ");
}

/** Zoom in on what was double-clicked. */
function zoomInto(view, event) {
  const found = under(view, event);
  if (!found) return;
  if (found.row && !view.look.zoom.level) {
    setUnit(view, { layer: found.row.layer, unit: found.unit }, found.t);
  }
  setStep(view, found.t);
  setLevel(view, view.look.zoom.level + 1);
}

/** One cell shows how its numbers are made, which the backward sweep would cover. */
function leaveBackward({ clock: { sweep }, look: { step } }) {
  Object.assign(sweep, { phase: sweep.playing ? "forward" : "all", at: step, arrived: false });
}

export function setLevel(view, wanted) {
  const level = clamp(wanted, 0, LEVELS.length - 1);
  if (level && !view.look.unit) setUnit(view, liveliest(view));
  zoomTo(view, level);
  if (level === LEVELS.length - 1 && view.clock.sweep.phase === "backward") leaveBackward(view);
  updatePlay(view);
  buildLabels(view);
  updateTexts(view);
  announce(view);
  wake(view);
}

function togglePlay(view) {
  const {
    clock: { sweep, replay },
    layout,
    look: { step },
  } = view;
  sweep.playing = !sweep.playing;
  replay.playing = false;
  if (sweep.playing && sweep.phase === "all") {
    Object.assign(sweep, { phase: "forward", at: step >= layout.steps - 1 ? 0 : step, rest: 0 });
  }
  updatePlay(view);
  wake(view);
}

/** Show everything, or only what the forward or the backward sweep has reached. */
function setPhase(view, phase) {
  view.clock.sweep.phase = phase;
  view.clock.sweep.rest = 0;
  if (view.clock.sweep.playing && phase !== "all") {
    view.clock.sweep.at = phase === "forward" ? 0 : view.layout.steps;
  } else {
    setStep(view, view.look.step);
  }
  updatePhase(view);
  wake(view);
}

/** The gradient of the last scored step's loss alone, or of the whole loss; and on which scale. */
function chooseGradient(view, event) {
  const { does } = event.target.closest("button")?.dataset ?? {};
  if (!does) return;
  if (does === "loss") view.look.ofLast = !view.look.ofLast;
  else view.look.fitted = !view.look.fitted;
  refresh(view);
  wake(view);
  if (event.detail === 0) view.dom.labels.querySelector(`[data-does="${does}"]`).focus();
}

/** Play training: all kept iterations one after the other, at the same time step. */
function toggleReplay(view) {
  const {
    clock: { replay, sweep },
    data: { store, frame },
  } = view;
  if (store.frames.length < 2) return;
  replay.playing = !replay.playing;
  if (replay.playing) {
    sweep.playing = false;
    if (sweep.phase === "forward") sweep.phase = "all";
    view.look.follow = false;
    replay.since = 0;
    if (frame === newest(store)) showFrame(view, store.frames[0]);
  } else {
    chooseFrame(view, frame);
  }
  updatePlay(view);
  wake(view);
}

function moveFrame(view, by) {
  const { frames } = view.data.store;
  const place = clamp(frames.indexOf(view.data.frame) + by, 0, frames.length - 1);
  chooseFrame(view, frames[place]);
}

/** The user chose an iteration: training stops playing there. */
function chooseFrame(view, frame, follow = false) {
  view.clock.replay.playing = false;
  view.look.follow = follow;
  updatePlay(view);
  showFrame(view, frame);
  wake(view);
  announce(view);
  const reported = follow ? null : frame.iteration;
  later(view, "iteration", 200, () => view.hooks.report("iteration", reported));
}

function setFollow(view, follow) {
  chooseFrame(view, follow ? newest(view.data.store) : view.data.frame, follow);
}

/** Call once after some rest; a newer call replaces an older one. */
export function later(view, name, wait, action) {
  clearTimeout(view.loop.timers[name]);
  view.loop.timers[name] = setTimeout(action, wait);
}
