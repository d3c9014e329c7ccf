/** Pointer, keyboard and controls: which of the actions they start. */

import { chosen, valveOf } from "../data/values.js";
import { cellX } from "../scene/layout.js";
import { wireAt, wiresShown } from "../scene/wiring.js";
import { LEVELS } from "../scene/zoom.js";
import { scrollUnder } from "../draw/overview.js";
import { place } from "../scene/scene.js";
import {
  chooseFrame,
  focusPicture,
  moveFrame,
  moveStep,
  moveUnit,
  openLayer,
  setFollow,
  setLevel,
  setPhase,
  setStep,
  setUnit,
  togglePlay,
  toggleReplay,
} from "./actions.js";
import { refresh, updatePlay } from "./display.js";
import { wake } from "./motion.js";
import { updateReceptive } from "./receptive.js";
import { explain, showTooltip } from "./tooltip.js";

/** @import { Phase, Pointer, Transport, View, ViewParts } from "../types.d.ts" */

/** @type {Phase[]} */
const PHASES = ["all", "forward", "backward"];

/**
 * What was hit: all that listens here listens to elements.
 * @param {Event} event
 */
function hitBy({ target }) {
  return /** @type {HTMLElement} */ (target);
}

/**
 * Handlers are assigned, not added: a run may come again and again for the same view.
 * @param {View} view
 */
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
    if (byPointer && hitBy(event).closest("button")) focusPicture(view);
  };
  listenTo(view, dom.sweep, {
    play: () => togglePlay(view),
    move: (/** @type {number} */ by) => moveStep(view, by),
    state: view.clock.sweep,
    go: (/** @type {number} */ place) => setStep(view, place),
  });
  listenTo(view, dom.replay, {
    play: () => toggleReplay(view),
    move: (/** @type {number} */ by) => moveFrame(view, by),
    state: view.clock.replay,
    go: (/** @type {number} */ place) => chooseFrame(view, view.data.store.frames[place]),
  });
  for (const phase of PHASES) dom.phases[phase].onclick = () => setPhase(view, phase);
  dom.receptive.text.onclick = (event) => {
    const { step } = hitBy(event).dataset;
    if (step) setStep(view, Number(step));
  };
  for (const made of dom.receptive.choices) {
    made.onclick = () => {
      dom.receptive.letter = made.dataset.letter ?? "h";
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

/**
 * A transport: what its buttons and its slider do, and the state with its speed and its loop.
 * @param {View} view @param {Transport} transport
 * @param {{play: () => void, move: (by: number) => void, go: (place: number) => void,
 *   state: {speed: number, loop: boolean}}} actions
 */
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

/** @param {ViewParts<"layout"|"dom"|"screen">} view @param {MouseEvent} event */
function scrollBy({ dom, layout, screen }, event) {
  const { base } = layout;
  const { magnified } = screen;
  const left = dom.overview.getBoundingClientRect().left;
  dom.scroll.scrollLeft = scrollUnder(base, (event.clientX - left) / magnified);
}

/**
 * What lies under the pointer.
 * @param {ViewParts<"data"|"look"|"layout"|"scales"|"clock"|"dom"|"screen">} view
 * @param {MouseEvent} event
 * @returns {Pointer|null}
 */
function under(view, event) {
  const { data, look, layout, dom, screen } = view;
  const box = dom.stage.getBoundingClientRect();
  const x = (event.clientX - box.left) / screen.magnified + layout.scroll;
  const y = (event.clientY - box.top) / screen.magnified;
  const t = Math.floor((x - layout.left) / layout.pitch);
  if (t < 0 || t >= layout.steps || y < 0 || y > layout.height) return null;
  const row = layout.rows.find((each) => y >= each.y && y < each.y + each.height);
  if (row) {
    const unit =
      layout.toUnit > 0.5
        ? chosen(look).unit
        : Math.floor((y - row.y) / row.unitHeight) * row.group;
    const carried =
      row.belt &&
      !row.closed &&
      t > 0 &&
      x < cellX(layout, t) &&
      valveOf(data.store.header) !== null;
    return { t, row, unit: Math.min(unit, data.store.header.units - 1), carried };
  }
  if (y >= layout.gradientY - 6) return { t, part: "gradient" };
  if (data.store.header.attention && y >= layout.attentionY && y < layout.predictionY - 4) {
    return { t, part: "attention", wire: wireAt(wiresShown(view), x, y)?.pair.step };
  }
  if (y >= layout.predictionY - 4) return { t, part: "prediction" };
  return y < layout.rowsY ? { t, part: "input" } : { t };
}

/** @param {View} view @param {MouseEvent} event */
function point(view, event) {
  view.look.pointer = under(view, event);
  view.pointing.pointerAt = event;
  showTooltip(view);
  wake(view);
}

/**
 * The row whose name is pointed at says what it is; its buttons have tooltips of their own.
 * @param {ViewParts<"data"|"look"|"layout"|"clock"|"dom"|"screen"|"pointing">} view @param {Event} event
 */
function explainUnder(view, event) {
  const made = hitBy(event);
  /** @type {HTMLElement|null} */
  const about = made.closest("[data-about]");
  explain(view, made.closest("button") ? null : about);
}

/** @param {View} view */
function unpoint(view) {
  view.look.pointer = null;
  view.dom.tooltip.hidden = true;
  wake(view);
}

/** @param {View} view @param {MouseEvent} event */
export function choose(view, event) {
  const found = under(view, event);
  if (!found || event.detail > 1) return;
  const { unit } = view.look;
  const again =
    unit &&
    found.row &&
    unit.layer === found.row.layer &&
    unit.unit === found.unit &&
    view.look.step === found.t;
  setStep(view, found.t);
  if (!found.row || found.unit === undefined || view.look.zoom.level) return;
  setUnit(view, again ? null : { layer: found.row.layer, unit: found.unit }, found.t);
}

/**
 * Who opens another layer lets the unit go that is in the one that closes.
 * @param {View} view @param {Event} event
 */
function openByName(view, event) {
  const { layer } = /** @type {HTMLElement|null} */ (hitBy(event).closest(".label"))?.dataset ?? {};
  if (layer === undefined) return;
  if (view.look.unit) setUnit(view, null);
  openLayer(view, Number(layer));
}

/** @param {View} view @param {KeyboardEvent} event */
function onKey(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const on = hitBy(event).localName;
  if (on === "button" && event.key === " ") event.stopPropagation();
  if (on === "select" || (on === "input" && !"pt".includes(event.key))) return;
  /** @type {Record<string, () => void>} */
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

/**
 * Zoom in on what was double-clicked.
 * @param {View} view @param {MouseEvent} event
 */
function zoomInto(view, event) {
  const found = under(view, event);
  if (!found) return;
  if (found.row && found.unit !== undefined && !view.look.zoom.level) {
    setUnit(view, { layer: found.row.layer, unit: found.unit }, found.t);
  }
  setStep(view, found.t);
  setLevel(view, view.look.zoom.level + 1);
}

/**
 * The gradient of the last scored step's loss alone, or of the whole loss; and on which scale.
 * @param {View} view @param {MouseEvent} event
 */
function chooseGradient(view, event) {
  const { does } = hitBy(event).closest("button")?.dataset ?? {};
  if (!does) return;
  if (does === "loss") view.look.ofLast = !view.look.ofLast;
  else view.look.fitted = !view.look.fitted;
  refresh(view);
  wake(view);
  if (event.detail > 0) return;
  /** @type {HTMLElement|null} */
  const again = view.dom.labels.querySelector(`[data-does="${does}"]`);
  again?.focus();
}
