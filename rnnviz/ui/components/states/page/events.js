/** Pointer, keyboard and controls: which of the actions they start. */

import { hitMachine } from "../diagram/draw.js";
import { diagramBox } from "../draw/automaton.js";
import { fixedPlaces } from "../draw/fixed.js";
import { placesOf } from "../draw/paint.js";
import { stepAt } from "../draw/strip.js";
import { camera } from "../scene/scene.js";
import { nearest } from "../scene/space.js";
import {
  chooseFrame,
  moveFrame,
  moveSequence,
  moveStep,
  setColouring,
  setFollow,
  setSequence,
  setStep,
  toggleDeep,
  togglePlay,
  toggleReplay,
  turnBy,
} from "./actions.js";
import { showTooltip, updatePlay } from "./display.js";
import { wake } from "./motion.js";

/** @import { Box, Transport, View } from "../types.d.ts" */

/** How near the pointer must be to a point, in pixels. */
const REACH = 12;
const REACH_FIXED = 8;

/** Radians for each pixel of a drag, and for each press of a key. */
const PER_PIXEL = 0.01;
const PER_PRESS = 0.15;

/** @param {View} view */
export function listen(view) {
  const { dom, clock } = view;
  const { canvas } = dom;
  /** @type {{x: number, y: number, moved: number}|null} */
  let drag = null;
  canvas.onpointerdown = (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: 0 };
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    const turns = drag && event.buttons && view.look.deep;
    if (drag && turns) {
      const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
      drag = { x: event.clientX, y: event.clientY, moved: drag.moved + Math.hypot(x, y) };
      turnBy(view, x * PER_PIXEL, y * PER_PIXEL);
    } else point(view, event);
  };
  canvas.onpointerup = (event) => {
    if (drag && drag.moved < 4) choose(view, event);
    drag = null;
  };
  canvas.onpointercancel = () => {
    drag = null;
  };
  canvas.onpointerleave = () => {
    Object.assign(view.look, { pointer: null, fixed: null, pointed: null });
    view.pointerAt = null;
    showTooltip(view);
    wake(view);
  };
  dom.figure.onkeydown = (event) => onKey(view, event);
  dom.colours.onchange = () => setColouring(view, dom.colours.value);
  dom.deep.onclick = () => toggleDeep(view);
  dom.follow.onclick = () => setFollow(view, !view.look.follow);
  listenTo(view, dom.sweep, {
    play: () => togglePlay(view),
    move: (by) => moveStep(view, by),
    go: (place) => setStep(view, place),
    state: clock.sweep,
  });
  listenTo(view, dom.replay, {
    play: () => toggleReplay(view),
    move: (by) => moveFrame(view, by),
    go: (place) => chooseFrame(view, view.data.store.frames[place]),
    state: clock.replay,
  });
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
  };
  transport.loop.onclick = () => {
    state.loop = !state.loop;
    updatePlay(view);
  };
}

/**
 * Where an event is on the canvas.
 * @param {View} view @param {PointerEvent} event
 */
function placeOf({ dom }, event) {
  const box = dom.canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/**
 * What lies under the pointer: a fixed point, a point, or a part of the automaton.
 * @param {View} view @param {PointerEvent} event
 */
function under(view, event) {
  const { x, y } = placeOf(view, event);
  const nothing = { pointer: null, fixed: null, pointed: null };
  const { data, layout } = view;
  if (!data.points) return nothing;
  const { machine } = data.store.header;
  if (layout.diagram && data.places && machine && inside(layout.diagram, x, y))
    return { ...nothing, pointed: hitMachine(diagramBox(layout), machine, data.places, x, y) };
  if (!inside(layout.plot, x, y)) return nothing;
  const fixed = nearest(fixedPlaces(view, camera(view)), x, y, REACH_FIXED);
  if (fixed !== null) return { ...nothing, fixed };
  return { ...nothing, pointer: nearest(placesOf(view).points, x, y, REACH) };
}

/** @param {Box} box @param {number} x @param {number} y */
function inside([left, top, width, height], x, y) {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}

/** @param {View} view @param {PointerEvent} event */
function point(view, event) {
  const found = under(view, event);
  const { pointer, fixed, pointed } = view.look;
  view.pointerAt = event;
  if (JSON.stringify(found) !== JSON.stringify({ pointer, fixed, pointed })) {
    Object.assign(view.look, found);
    wake(view);
  }
  showTooltip(view);
}

/** @param {View} view @param {PointerEvent} event */
function choose(view, event) {
  const { x, y } = placeOf(view, event);
  const step = view.data.frame ? stepAt(view, x, y) : null;
  if (step !== null) return setStep(view, step);
  point(view, event);
  const { pointer, pointed, sequence } = view.look;
  if (pointed) return;
  const found = pointer === null ? null : view.data.store.points.sequence[pointer];
  setSequence(view, found === sequence ? null : found);
}

/** @param {View} view @param {KeyboardEvent} event */
function onKey(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const on = /** @type {HTMLElement} */ (event.target).localName;
  if (on === "button" && event.key === " ") event.stopPropagation();
  if (on === "select" || (on === "input" && !"pt3".includes(event.key))) return;
  const action = actionOf(view, event);
  if (!action) return;
  action();
  event.preventDefault();
  event.stopPropagation();
}

/**
 * @param {View} view @param {KeyboardEvent} event
 * @returns {(() => void)|undefined}
 */
function actionOf(view, { key, shiftKey }) {
  const turns = shiftKey && view.look.deep;
  /** @type {Record<string, () => void>} */
  const turning = {
    ArrowLeft: () => turnBy(view, -PER_PRESS, 0),
    ArrowRight: () => turnBy(view, PER_PRESS, 0),
    ArrowUp: () => turnBy(view, 0, -PER_PRESS),
    ArrowDown: () => turnBy(view, 0, PER_PRESS),
  };
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowLeft: () => moveStep(view, -1),
    ArrowRight: () => moveStep(view, 1),
    ArrowUp: () => moveSequence(view, -1),
    ArrowDown: () => moveSequence(view, 1),
    Home: () => setStep(view, 0),
    End: () => setStep(view, Infinity),
    PageUp: () => moveFrame(view, -1),
    PageDown: () => moveFrame(view, 1),
    Escape: () => setSequence(view, null),
    p: () => togglePlay(view),
    t: () => toggleReplay(view),
    3: () => toggleDeep(view),
  };
  return (turns && turning[key]) || actions[key];
}
