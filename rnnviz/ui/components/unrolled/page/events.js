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
    view.columnScroll = dom.scroll.scrollLeft;
    place(view);
    view.dirty = "all";
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
    state: view.sweep,
    go: (place) => setStep(view, place),
  });
  listenTo(view, dom.replay, {
    play: () => toggleReplay(view),
    move: (by) => moveFrame(view, by),
    state: view.replay,
    go: (place) => chooseFrame(view, view.store.frames[place]),
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
  dom.follow.onclick = () => setFollow(view, !view.follow);
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

function scrollBy({ dom, base, magnified }, event) {
  const left = dom.overview.getBoundingClientRect().left;
  dom.scroll.scrollLeft = scrollUnder({ base }, (event.clientX - left) / magnified);
}

/** What lies under the pointer. */
function under(view, event) {
  const { layout, dom } = view;
  const box = dom.stage.getBoundingClientRect();
  const x = (event.clientX - box.left) / view.magnified + view.scroll;
  const y = (event.clientY - box.top) / view.magnified;
  const t = Math.floor((x - layout.left) / layout.pitch);
  if (t < 0 || t >= layout.steps || y < 0 || y > layout.height) return null;
  const row = layout.rows.find((each) => y >= each.y && y < each.y + each.height);
  if (row) {
    const unit =
      layout.toUnit > 0.5 ? view.unit.unit : Math.floor((y - row.y) / row.unitHeight) * row.group;
    const carried =
      row.belt &&
      !row.closed &&
      t > 0 &&
      x < cellX(layout, t) &&
      valveOf(view.store.header) !== null;
    return { t, row, unit: Math.min(unit, view.store.header.units - 1), carried };
  }
  if (y >= layout.gradientY - 6) return { t, part: "gradient" };
  if (y >= layout.predictionY - 4) return { t, part: "prediction" };
  return y < layout.rowsY ? { t, part: "input" } : { t };
}

function point(view, event) {
  view.pointer = under(view, event);
  view.pointerAt = event;
  showTooltip(view);
  wake(view);
}

/** The row whose name is pointed at says what it is; its buttons have tooltips of their own. */
function explainUnder(view, { target }) {
  explain(view, target.closest("button") ? null : target.closest("[data-about]"));
}

function unpoint(view) {
  view.pointer = null;
  view.dom.tooltip.hidden = true;
  wake(view);
}

export function choose(view, event) {
  const found = under(view, event);
  if (!found || event.detail > 1) return;
  const { unit } = view;
  const again =
    unit &&
    found.row &&
    unit.layer === found.row.layer &&
    unit.unit === found.unit &&
    view.step === found.t;
  setStep(view, found.t);
  if (!found.row || view.zoom.level) return;
  setUnit(view, again ? null : { layer: found.row.layer, unit: found.unit }, found.t);
}

function setUnit(view, unit, step = view.step) {
  view.unit = unit;
  if (unit) openLayer(view, unit.layer);
  if (view.zoom.depth) {
    place(view);
    view.dirty = "all";
    buildLabels(view);
    updateTexts(view);
  }
  updateStepTexts(view);
  announce(view);
  wake(view);
  const { group } = view.store.header;
  const selected = unit && { layer: unit.layer, unit: unit.unit * group, time_step: step };
  later(view, "selected", 60, () => view.report("selected", selected));
}

/** Where only one layer is open: have it be this one. */
function openLayer(view, layer) {
  view.openLayer = layer;
  if (view.base.open === null || view.base.open === layer) return;
  refresh(view);
  wake(view);
}

/** Who opens another layer lets the unit go that is in the one that closes. */
function openByName(view, { target }) {
  const { layer } = target.closest(".label")?.dataset ?? {};
  if (layer === undefined) return;
  if (view.unit) setUnit(view, null);
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
    Escape: () => (view.zoom.level ? setLevel(view, view.zoom.level - 1) : setUnit(view, null)),
    "+": () => setLevel(view, view.zoom.level + 1),
    "-": () => setLevel(view, view.zoom.level - 1),
    z: () => setLevel(view, (view.zoom.level + 1) % LEVELS.length),
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
  setStep(view, clamp(view.step + by, 0, view.layout.steps - 1));
}

/** The user chose a time step: the sweep stops there, with that step done. */
function setStep(view, step) {
  view.sweep.playing = false;
  view.sweep.at = view.sweep.phase === "backward" ? step : step + 1;
  view.step = step;
  keepInView(view, false);
  updatePlay(view);
  updateStepTexts(view);
  announce(view);
  wake(view);
}

function moveUnit(view, by) {
  const { units, layers } = view.store.header;
  const present = view.unit ? view.unit.layer * units + view.unit.unit : by > 0 ? -1 : 0;
  const next = clamp(present + by, 0, units * layers - 1);
  setUnit(view, { layer: Math.floor(next / units), unit: next % units });
}

export function announce(view) {
  const level = view.zoom.level ? [["zoom", view.dom.levels[view.zoom.level].textContent]] : [];
  const facts = [...level, ...stepFacts(view), ...unitFacts(view)];
  view.dom.announce.textContent = facts.map(([word, value]) => `${word} ${value}`).join("; ");
}

/** Zoom in on what was double-clicked. */
function zoomInto(view, event) {
  const found = under(view, event);
  if (!found) return;
  if (found.row && !view.zoom.level) {
    setUnit(view, { layer: found.row.layer, unit: found.unit }, found.t);
  }
  setStep(view, found.t);
  setLevel(view, view.zoom.level + 1);
}

/** One cell shows how its numbers are made, which the backward sweep would cover. */
function leaveBackward({ sweep, step }) {
  Object.assign(sweep, { phase: sweep.playing ? "forward" : "all", at: step, arrived: false });
}

export function setLevel(view, wanted) {
  const level = clamp(wanted, 0, LEVELS.length - 1);
  if (level && !view.unit) setUnit(view, liveliest(view));
  zoomTo(view, level);
  if (level === LEVELS.length - 1 && view.sweep.phase === "backward") leaveBackward(view);
  updatePlay(view);
  buildLabels(view);
  updateTexts(view);
  announce(view);
  wake(view);
}

function togglePlay(view) {
  const { sweep, replay, layout, step } = view;
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
  view.sweep.phase = phase;
  view.sweep.rest = 0;
  if (view.sweep.playing && phase !== "all") {
    view.sweep.at = phase === "forward" ? 0 : view.layout.steps;
  } else {
    setStep(view, view.step);
  }
  updatePhase(view);
  wake(view);
}

/** The gradient of the last scored step's loss alone, or of the whole loss; and on which scale. */
function chooseGradient(view, event) {
  const { does } = event.target.closest("button")?.dataset ?? {};
  if (!does) return;
  if (does === "loss") view.ofLast = !view.ofLast;
  else view.fitted = !view.fitted;
  refresh(view);
  wake(view);
  if (event.detail === 0) view.dom.labels.querySelector(`[data-does="${does}"]`).focus();
}

/** Play training: all kept iterations one after the other, at the same time step. */
function toggleReplay(view) {
  const { replay, sweep, store, frame } = view;
  if (store.frames.length < 2) return;
  replay.playing = !replay.playing;
  if (replay.playing) {
    sweep.playing = false;
    if (sweep.phase === "forward") sweep.phase = "all";
    view.follow = false;
    replay.since = 0;
    if (frame === newest(store)) showFrame(view, store.frames[0]);
  } else {
    chooseFrame(view, frame);
  }
  updatePlay(view);
  wake(view);
}

function moveFrame(view, by) {
  const { frames } = view.store;
  const place = clamp(frames.indexOf(view.frame) + by, 0, frames.length - 1);
  chooseFrame(view, frames[place]);
}

/** The user chose an iteration: training stops playing there. */
function chooseFrame(view, frame, follow = false) {
  view.replay.playing = false;
  view.follow = follow;
  updatePlay(view);
  showFrame(view, frame);
  wake(view);
  announce(view);
  const reported = follow ? null : frame.iteration;
  later(view, "iteration", 200, () => view.report("iteration", reported));
}

function setFollow(view, follow) {
  chooseFrame(view, follow ? newest(view.store) : view.frame, follow);
}

/** Call once after some rest; a newer call replaces an older one. */
export function later(view, name, wait, action) {
  clearTimeout(view.timers[name]);
  view.timers[name] = setTimeout(action, wait);
}
