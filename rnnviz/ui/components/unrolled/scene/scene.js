/**
 * The scene: all that decides what is drawn, and no element of the page. `take` gives it bytes,
 * `fit` a size and a theme, `look` what to look at; paint.js draws it.
 */

import { unpack } from "../data/packet.js";
import { merge, newest } from "../data/store.js";
import { AXIS, clamp, decades, decode, signedScale, unitScale } from "../data/values.js";
import { colourTable, parseColour } from "./theme.js";
import { artKey, layOut } from "./layout.js";
import { liveliest, zoomed, zoomedScroll } from "./zoom.js";

const BLEND_MS = 120;
const MOST_BLENDED = 200_000;

/**
 * @typedef {{playing: boolean, phase: "all"|"forward"|"backward", at: number, rest: number,
 *   speed: number, arrived: boolean, loop: boolean}} Sweep
 * `at` is the place of the sweep in time steps, 0 to T: what lies left of it has been computed, or
 * right of it reached by the gradient.
 * @typedef {ReturnType<typeof newScene>} Scene
 */
export function newScene() {
  return {
    store: null,
    frame: null,
    decoded: null,
    shown: null,
    mixing: null,
    layout: null,
    theme: null,
    tables: {},
    colours: {},
    scales: {},
    art: {},
    range: null,
    unitScales: {},
    scalesShown: "",
    stale: true,
    sizes: new Map(),
    base: null,
    zoom: { level: 0, depth: 0, from: 0, since: null },
    scroll: 0,
    columnScroll: 0,
    camera: 0,
    step: 0,
    unit: null,
    openLayer: null,
    pointer: null,
    follow: true,
    ofLast: true,
    fitted: false,
    calm: false,
    sweep: { playing: false, phase: "all", at: 0, rest: 0, speed: 1, arrived: false, loop: true },
    replay: { playing: false, since: 0, speed: 1, loop: true },
    dirty: "all",
    lastSelected: "null",
    // The scene beside this one, if there is any: both are drawn on the same scales.
    peers: [],
  };
}

/**
 * Take new bytes from Python. The caller then calls `fit` if `anew`, else `rescale`.
 * @returns {{anew: boolean, iterationLost: boolean, unitLost: boolean}} whether the network has
 *   another shape; whether the iteration looked at, and the unit, are of a run that is gone
 */
export function take(scene, bytes) {
  const packet = unpack(bytes);
  const before = scene.store && { run: scene.store.run, shape: scene.store.shape };
  const store = merge(scene.store, packet);
  const anew = before?.shape !== store.shape;
  const iterationLost = Boolean(before) && before.run !== store.run && !scene.follow;
  const unitLost = anew && scene.unit !== null;
  const viewed = packet.frames.find((frame) => frame.iteration === packet.header.viewed);
  if (iterationLost) scene.follow = true;
  if (!before && viewed) Object.assign(scene, { follow: viewed === newest(store), frame: viewed });
  if (anew) startAnew(scene);
  scene.store = store;
  scene.unitScales = {};
  takeSelection(scene, packet.header.selected);
  const kept = store.frames.find((frame) => frame.iteration === scene.frame?.iteration);
  turnTo(scene, scene.follow || !kept ? newest(store) : kept);
  return { anew, iterationLost, unitLost };
}

function startAnew(scene) {
  scene.unit = scene.openLayer = null;
  scene.step = scene.camera = 0;
  Object.assign(scene.zoom, { level: 0, depth: 0 });
  if (scene.sweep.phase !== "all") Object.assign(scene.sweep, { phase: "forward", at: 0, rest: 0 });
}

/** Python may choose the unit too; what it said before does not undo a newer click. */
function takeSelection(scene, selected) {
  const said = JSON.stringify(selected ?? null);
  if (said === scene.lastSelected) return;
  scene.lastSelected = said;
  if (selected || !scene.zoom.level) {
    const { group } = scene.store.header;
    scene.unit = selected ? { layer: selected[0], unit: Math.floor(selected[1] / group) } : null;
  }
}

/** Where one is in a scene: what `comeBack` needs, once its picture has left the page. */
export function whereabouts({ store, zoom, step, ofLast, fitted, columnScroll, sweep, replay }) {
  return {
    run: store.run,
    shape: store.shape,
    level: zoom.level,
    step,
    ofLast,
    fitted,
    columnScroll,
    sweep: { ...sweep },
    replay: { ...replay, playing: false },
  };
}

/** Look at what one looked at before, if it is still the same run; see `whereabouts`. */
export function comeBack(scene, earlier) {
  const { run, shape, level, step, ofLast, fitted, columnScroll, sweep, replay } = earlier;
  if (run !== scene.store.run || shape !== scene.store.shape) return;
  Object.assign(scene, { step, camera: step, ofLast, fitted, columnScroll });
  Object.assign(scene.sweep, sweep);
  Object.assign(scene.replay, replay);
  if (scene.unit) Object.assign(scene.zoom, { level, depth: level });
}

/** Everything that depends on size, theme or the kind of network; not needed for a new frame. */
export function fit(scene, width, theme, room, grows = false) {
  const { header } = scene.store;
  const open = scene.unit?.layer ?? scene.openLayer ?? header.layers - 1;
  scene.theme = theme;
  const beside = scene.peers.map(({ store }) => store.header);
  const wanted = { open: Math.min(open, header.layers - 1), grows, beside };
  scene.base = layOut(header, width, room, wanted);
  for (const quantity of [...header.quantities, ...header.gradients]) {
    scene.colours[quantity.letter] = parseColour(quantity.colour, [128, 128, 128]);
  }
  for (const quantity of header.quantities) {
    scene.tables[quantity.letter] = colourTable(quantity, theme);
  }
  scene.art = {};
  scene.step = clamp(scene.step, 0, header.steps - 1);
  scene.stale = true;
  scene.dirty = "all";
  place(scene);
  rescale(scene);
}

/** Lay out what the depth of the zoom, the scrolled window and the camera say. */
export function place(scene) {
  scene.layout = zoomed(scene);
  scene.scroll = zoomedScroll(scene);
}

/** Scales follow the data. @returns {boolean} whether one has changed */
export function rescale(scene) {
  const { store, base } = scene;
  const { unit, zoom, scalesShown } = scene;
  const stores = [store, ...scene.peers.map((peer) => peer.store)];
  scene.scales = {};
  for (const row of base.rows) {
    scene.scales[artKey(row)] = Math.max(...stores.map((each) => signedScale(each, row)));
  }
  scene.range = scene.fitted ? fittedAxis(scene) : AXIS;
  const rows = zoom.level && unit ? base.rows.filter((row) => row.layer === unit.layer) : [];
  const ofUnit = rows.map((row) => unitScale(scene, row));
  scene.scalesShown = JSON.stringify([scene.scales, scene.range, ofUnit]);
  return scene.scalesShown !== scalesShown;
}

/** While training is played one axis serves all iterations: bars that move on it can be compared. */
function fittedAxis(scene) {
  const { peers, replay } = scene;
  const shown = [scene, ...peers].flatMap(({ store, frame }) =>
    replay.playing ? store.frames : [frame],
  );
  const present = peers[0]?.range ?? scene.range;
  return decades(shown, present === AXIS ? null : present);
}

/** Turn to another frame; colours take a moment to get there. */
export function turnTo(scene, frame) {
  const values = decode(frame, scene.store.header);
  const still = scene.calm || values.length > MOST_BLENDED || scene.shown?.length !== values.length;
  scene.frame = frame;
  scene.decoded = values;
  scene.mixing = still ? null : { from: scene.shown.slice(), start: performance.now() };
  if (still) scene.shown = values.slice();
  scene.stale = true;
  scene.dirty ||= "data";
}

/** Have the colours arrived at once. */
export function arrive(scene) {
  scene.shown = scene.decoded.slice();
  scene.mixing = null;
  scene.stale = true;
}

/** @returns {boolean} whether colours changed */
export function blend(scene, now) {
  if (!scene.mixing) return false;
  const share = clamp((now - scene.mixing.start) / BLEND_MS, 0, 1);
  const { from } = scene.mixing;
  const { shown, decoded } = scene;
  for (let at = 0; at < shown.length; at++) {
    const start = from[at];
    const onTheWay = share < 1 && Number.isFinite(start);
    shown[at] = onTheWay ? start + (decoded[at] - start) * share : decoded[at];
  }
  if (share >= 1) scene.mixing = null;
  scene.stale = true;
  return true;
}

/**
 * Say what to look at; what is left out stays. For pictures that are not on a page, where nobody
 * clicks.
 * @param {Scene} scene
 * @param {{iteration?: number, step?: number, phase?: "all"|"forward"|"backward", at?: number,
 *   unit?: {layer: number, unit: number}|null, ofLast?: boolean, scroll?: number,
 *   depth?: number}} wanted
 *   `iteration` is the kept one at or before it; `at` is the place of the sweep, 0 to T, and sets
 *   the step; `ofLast` says whose gradient: of the last scored step's loss alone, or of the whole;
 *   `depth` is 0 for all units, 1 for one unit, 2 for one cell, or between
 */
export function look(scene, { iteration, at, step, phase, scroll, depth, ...rest }) {
  const { frames } = scene.store;
  if (iteration !== undefined) {
    turnTo(scene, frames.filter((frame) => frame.iteration <= iteration).pop() ?? frames[0]);
    arrive(scene);
    rescale(scene);
  }
  if (phase !== undefined) scene.sweep.phase = phase;
  if (step !== undefined) {
    scene.step = step;
    scene.sweep.at = scene.sweep.phase === "backward" ? step : step + 1;
  }
  if (at !== undefined) {
    scene.sweep.at = at;
    scene.step = stepOf(scene.sweep, scene.layout.steps);
  }
  Object.assign(scene, rest);
  scene.camera = scene.step;
  if (scroll !== undefined) scene.columnScroll = scroll;
  if (depth !== undefined) {
    scene.unit ??= liveliest(scene);
    Object.assign(scene.zoom, { level: Math.round(depth), depth });
  }
  place(scene);
  scene.dirty = "all";
}

/** The step that the sweep is at: in the forward sweep being computed, in the backward reached. */
export function stepOf({ phase, at }, steps) {
  return clamp(phase === "backward" ? Math.ceil(at) - 1 : Math.floor(at), 0, steps - 1);
}
