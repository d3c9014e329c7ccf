/**
 * The scene: all that decides what is drawn, and no element of the page. `take` gives it bytes,
 * `fit` a size and a theme, `look` what to look at; draw/paint.js draws it.
 */

import { clamp } from "../../unrolled/data/values.js";
import { unpack } from "../data/packet.js";
import { lackingOf, merge, newest } from "../data/store.js";
import { layoutMachine } from "../diagram/layout.js";
import { layOut } from "./layout.js";
import { boundsOf, cameraOf } from "./space.js";

/** @import { Bounds, Frame, Lacking, Look, Parts, Scene, Store, Theme, Wanted } from "../types.d.ts" */

/** How long the points take to another iteration that was chosen. */
const MIX_MS = 450;

/** How long it takes to go from two components to three. */
export const TURN_S = 0.6;

/**
 * A scene without data: what is null here is there once `take` and `fit` were called.
 * @returns {Scene}
 */
export function newScene() {
  const scene = {
    data: {
      store: null,
      frame: null,
      points: null,
      probe: null,
      mixing: null,
      places: null,
      placed: "",
    },
    look: {
      step: 0,
      follow: true,
      colouring: "",
      pointer: null,
      fixed: null,
      pointed: null,
      sequence: null,
      deep: false,
      depth: 0,
      yaw: -0.6,
      pitch: 0.4,
    },
    layout: null,
    theme: null,
    bounds: null,
    aim: null,
    clock: {
      sweep: { playing: false, at: 0, speed: 1, loop: true, pauseLeft: 0 },
      replay: { playing: false, at: 0, speed: 1, loop: true, pauseLeft: 0 },
      calm: false,
    },
  };
  return /** @type {Scene} */ (/** @type {unknown} */ (scene));
}

/**
 * Take new bytes from Python.
 * @param {Parts<"data"|"look"|"bounds"|"aim"|"clock">} scene @param {Uint8Array} bytes
 * @returns {{anew: boolean, lost: boolean, lacking: Lacking|null}} whether it is another picture;
 *   whether the iteration that was looked at has gone; what has not come
 */
export function take(scene, bytes) {
  const { data, look } = scene;
  const packet = unpack(bytes);
  const before = data.store;
  const store = merge(before, packet);
  const lacking = lackingOf(store, packet);
  if (!store) return { anew: false, lost: false, lacking };
  const { run, set, viewed } = store.header;
  const anew = before?.header.set !== set || before.header.run !== run;
  const lost = Boolean(before) && before?.header.run !== run && !look.follow;
  if (lost) look.follow = true;
  data.store = store;
  scene.aim = boundsOf(store.frames);
  if (anew || scene.clock.calm) scene.bounds = scene.aim;
  if (anew) open(scene);
  const chosen = isChosen(look, before, viewed);
  if (chosen) look.follow = viewed === null;
  const wanted = data.frame && !anew && !chosen ? data.frame.iteration : viewed;
  const kept = store.frames.find(({ iteration }) => iteration === wanted);
  // It is chosen once it has come.
  if (chosen && viewed !== null && !kept) store.header.viewed = before?.header.viewed ?? null;
  const next = look.follow || !kept ? newest(store) : kept;
  if (next) turnTo(scene, next);
  return { anew, lost, lacking };
}

/**
 * Whether Python shows another iteration than before, and not because it was told so.
 * @param {Look} look @param {Store|null} before @param {number|null} viewed
 */
function isChosen(look, before, viewed) {
  if (!before) return viewed !== null;
  if (viewed === look.reported) {
    look.reported = undefined;
    return false;
  }
  return before.header.viewed !== viewed;
}

/** How fast the bounds follow: this share of the way in a second, so to speak. */
const FIT_PER_S = 6;

/**
 * The scale follows the points, smoothly: else all would jump when a farther one comes.
 * @param {Parts<"bounds"|"aim"|"clock">} scene @param {number} elapsed
 * @returns {boolean} whether it is on its way
 */
export function approach(scene, elapsed) {
  const { bounds, aim, clock } = scene;
  if (bounds === aim) return false;
  const share = clock.calm ? 1 : Math.min(1, elapsed * FIT_PER_S);
  /** @param {number} from @param {number} to */
  const move = (from, to) => from + (to - from) * share;
  /** @param {"middle"|"half"} part */
  const moved = (part) => bounds[part].map((value, axis) => move(value, aim[part][axis]));
  const radius = move(bounds.radius, aim.radius);
  scene.bounds = { middle: moved("middle"), half: moved("half"), radius };
  if (farBetween(scene.bounds, aim) < 1e-3) scene.bounds = aim;
  return scene.bounds !== aim;
}

/**
 * As a share of what is shown.
 * @param {Bounds} one @param {Bounds} other
 */
function farBetween(one, other) {
  const all = (/** @type {Bounds} */ { middle, half, radius }) => [...middle, ...half, radius];
  const [here, there] = [all(one), all(other)];
  return Math.max(...here.map((value, place) => Math.abs(value - there[place]))) / other.radius;
}

/** @param {Parts<"data"|"look"|"clock">} scene */
function open({ data, look, clock }) {
  const { colourings, axes } = data.store.header;
  look.step = clamp(look.step, 0, Math.max(0, data.store.header.probe.inputs.length - 1));
  clock.sweep.at = look.step;
  Object.assign(look, { pointer: null, fixed: null, pointed: null, sequence: null });
  data.mixing = null;
  if (!colourings.some(({ key }) => key === look.colouring))
    look.colouring = colourings[0]?.key ?? "";
  if (axes < 3) Object.assign(look, { deep: false, depth: 0 });
  Object.assign(data, { frame: null, points: null, probe: null });
}

/**
 * Turn to another frame; where things may move, the points take a moment to get there.
 * @param {Parts<"data"|"clock">} scene @param {Frame} frame
 */
export function turnTo({ data, clock }, frame) {
  const same = data.frame === frame;
  const still = clock.calm || clock.replay.playing || data.points?.length !== frame.points.length;
  data.frame = frame;
  if (same && data.points) return;
  if (still) arriveAt(data, frame);
  else {
    const [points, probe] = [data.points.slice(), data.probe.slice()];
    data.mixing = { points, probe, since: performance.now() };
  }
}

/** @param {Scene["data"]} data @param {Frame} frame */
function arriveAt(data, frame) {
  data.points = frame.points.slice();
  data.probe = frame.probe.slice();
  data.mixing = null;
}

/**
 * Move the points on their way to the frame that is looked at.
 * @param {Parts<"data">} scene @param {number} now
 * @returns {boolean} whether they moved
 */
export function blend({ data }, now) {
  const { mixing, frame } = data;
  if (!mixing) return false;
  const share = clamp((now - mixing.since) / MIX_MS, 0, 1);
  if (share >= 1) {
    arriveAt(data, frame);
    return true;
  }
  const eased = share * share * (3 - 2 * share);
  mixInto(data.points, mixing.points, frame.points, eased);
  mixInto(data.probe, mixing.probe, frame.probe, eased);
  return true;
}

/**
 * Show what lies between two kept iterations; `at` is a place among them, 0 to F - 1.
 * @param {Parts<"data">} scene @param {number} at
 */
export function showBetween({ data }, at) {
  const { frames } = data.store;
  const first = clamp(Math.floor(at), 0, frames.length - 1);
  const [from, to] = [frames[first], frames[Math.min(first + 1, frames.length - 1)]];
  data.frame = at - first < 0.5 ? from : to;
  data.mixing = null;
  mixInto(data.points, from.points, to.points, at - first);
  mixInto(data.probe, from.probe, to.probe, at - first);
}

/**
 * What is no number at the start is where it will be at the end.
 * @param {Float32Array} into @param {Float32Array} from @param {Float32Array} to
 * @param {number} share
 */
function mixInto(into, from, to, share) {
  for (let at = 0; at < into.length; at++) {
    const start = from[at];
    const end = to[at];
    into[at] = start === start ? start + (end - start) * share : end;
  }
}

/** @param {Scene} scene @param {number} width @param {Theme} theme @param {number} [room] */
export function fit(scene, width, theme, room) {
  const { data } = scene;
  const { machine, colourings } = data.store.header;
  const drawn = machine?.drawn ? machine : null;
  const entries = Math.min(8, Math.max(3, ...colourings.map(({ names }) => names.length)));
  const kinds = data.store.frames.some(({ fixed }) => fixed?.points.length) ? 3 : 0;
  scene.theme = theme;
  scene.layout = layOut(width, { room, machine: drawn !== null, entries: entries + kinds });
  const [, , wide, high] = scene.layout.diagram ?? [0, 0, 1, 1];
  const tall = high > wide;
  const placed = drawn ? JSON.stringify([drawn.states, drawn.arrows, tall]) : "";
  if (placed !== data.placed)
    Object.assign(data, { placed, places: drawn && layoutMachine(drawn, tall) });
}

/**
 * What decides the layout besides the width: where it changes, all is laid out anew.
 * @param {Parts<"data">} scene
 */
export function formOf({ data }) {
  const { machine, colourings } = data.store.header;
  const fixed = data.store.frames.some((frame) => frame.fixed?.points.length);
  const drawn = machine?.drawn ? [machine.states, machine.arrows] : [];
  return JSON.stringify([drawn, fixed, colourings.map(({ names }) => names.length)]);
}

/** @param {Parts<"data"|"look"|"layout"|"bounds">} scene */
export function camera({ data, look, layout, bounds }) {
  return cameraOf(bounds, look, layout.plot, data.store.header.axes);
}

/**
 * Say what to look at; what is left out stays. For pictures that are not on a page.
 * @param {Scene} scene
 * @param {Wanted} wanted `iteration` is the kept one at or before it; `between` a place among the kept ones; `at` the
 *   place of the sweep in time steps
 */
export function look(scene, { iteration, between, at, ...rest }) {
  const { frames } = scene.data.store;
  if (iteration !== undefined) {
    const frame = frames.filter((each) => each.iteration <= iteration).pop() ?? frames[0];
    scene.data.frame = frame;
    arriveAt(scene.data, frame);
  }
  if (between !== undefined) showBetween(scene, between);
  Object.assign(scene.look, rest);
  if (rest.step !== undefined) scene.clock.sweep.at = rest.step;
  if (at !== undefined) {
    scene.clock.sweep.at = at;
    scene.look.step = Math.floor(at);
  }
}
