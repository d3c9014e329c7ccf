/**
 * The scene: all that decides what is drawn, and no element of the page. `take` gives it bytes,
 * `fit` a size and a theme, `look` what to look at; paint.js draws it.
 */

import { opensAt } from "../data/attention.js";
import { unpack } from "../data/packet.js";
import { merge, newest } from "../data/store.js";
import { AXIS, clamp, decades, decode, signedScale, topOf, unitScale } from "../data/values.js";
import { paletteFor } from "./theme.js";
import { artKey, layOut } from "./layout.js";
import { liveliest, zoomed } from "./zoom.js";

/** @import { Frame, LookedAt, Parts, Phase, Scene, Theme, Wanted, Whereabouts } from "../types.d.ts" */

const BLEND_MS = 120;
const MOST_BLENDED = 200_000;

/**
 * A scene without data: what is null here is there once `take` and `fit` were called.
 * @returns {Scene}
 */
export function newScene() {
  const scene = {
    data: {
      store: null,
      frame: null,
      decoded: null,
      shown: null,
      mixing: null,
      lastSelected: "null",
    },
    look: {
      step: 0,
      unit: null,
      openLayer: null,
      pointer: null,
      follow: true,
      ofLast: true,
      fitted: false,
      zoom: { level: 0, depth: 0, from: 0, since: null },
      camera: 0,
      columnScroll: 0,
    },
    layout: null,
    theme: null,
    scales: { rows: {}, range: AXIS, ofUnit: {}, said: "" },
    clock: {
      sweep: {
        playing: false,
        phase: "all",
        at: 0,
        pauseLeft: 0,
        speed: 1,
        arrived: false,
        loop: true,
      },
      replay: { playing: false, since: 0, speed: 1, loop: true },
      calm: false,
    },
    art: { images: {}, stale: true, dirty: "all" },
    peers: [],
  };
  return /** @type {Scene} */ (/** @type {unknown} */ (scene));
}

/**
 * Take new bytes from Python. The caller then calls `fit` if `anew`, else `rescale`.
 * @param {Parts<"data"|"look"|"scales"|"clock"|"art">} scene @param {Uint8Array} bytes
 * @returns {{anew: boolean, iterationLost: boolean, unitLost: boolean}} whether the network has
 *   another shape; whether the iteration looked at, and the unit, are of a run that is gone
 */
export function take(scene, bytes) {
  const packet = unpack(bytes);
  const before = scene.data.store && { run: scene.data.store.run, shape: scene.data.store.shape };
  const store = merge(scene.data.store, packet);
  const anew = before?.shape !== store.shape;
  const iterationLost = Boolean(before) && before.run !== store.run && !scene.look.follow;
  const unitLost = anew && scene.look.unit !== null;
  const viewed = packet.frames.find((frame) => frame.iteration === packet.header.viewed);
  if (iterationLost) scene.look.follow = true;
  if (!before && viewed) {
    scene.look.follow = viewed === newest(store);
    scene.data.frame = viewed;
  }
  if (anew) startAnew(scene);
  scene.data.store = store;
  scene.scales.ofUnit = {};
  takeSelection(scene, packet.header.selected);
  const kept = store.frames.find((frame) => frame.iteration === scene.data.frame?.iteration);
  turnTo(scene, scene.look.follow || !kept ? newest(store) : kept);
  return { anew, iterationLost, unitLost };
}

/** @param {Parts<"look"|"clock">} scene */
function startAnew({ look, clock }) {
  look.unit = look.openLayer = null;
  look.step = look.camera = 0;
  Object.assign(look.zoom, { level: 0, depth: 0 });
  if (clock.sweep.phase !== "all")
    Object.assign(clock.sweep, { phase: "forward", at: 0, pauseLeft: 0 });
}

/**
 * Python may choose the unit too; what it said before does not undo a newer click.
 * @param {Parts<"data"|"look">} scene @param {[number, number]|null} selected
 */
function takeSelection({ data, look }, selected) {
  const said = JSON.stringify(selected ?? null);
  if (said === data.lastSelected) return;
  data.lastSelected = said;
  if (selected || !look.zoom.level) {
    const { group } = data.store.header;
    look.unit = selected ? { layer: selected[0], unit: Math.floor(selected[1] / group) } : null;
  }
}

/**
 * Where one is in a scene: what `comeBack` needs, once its picture has left the page.
 * @param {Parts<"data"|"look"|"clock">} scene
 */
export function whereabouts({ data, look, clock }) {
  const { store } = data;
  const { zoom, step, ofLast, fitted, columnScroll } = look;
  const { sweep, replay } = clock;
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

/**
 * What a link tells of where one looks; null where it is as a picture opens. While a sweep plays,
 * no time step is the one looked at.
 * @param {Parts<"data"|"look"|"layout"|"clock">} scene
 * @returns {LookedAt|null}
 */
export function lookedAt({ data, look, layout, clock }) {
  const { sweep, calm } = clock;
  const { run, header } = data.store;
  const { step, zoom } = look;
  const { open } = layout.base;
  const opens = sweep.playing || (calm && step === opensAt(data) && sweep.phase === "all");
  const layer = open === topOf(header) ? null : open;
  if (opens && !zoom.level && layer === null) return null;
  return {
    run,
    time_step: opens ? null : step,
    sweep: opens ? null : sweep.phase,
    zoom: zoom.level,
    layer,
  };
}

/**
 * Look at what one looked at before, if it is still the same run; see `whereabouts`.
 * @param {Parts<"data"|"look"|"clock">} scene @param {Whereabouts} earlier
 */
export function comeBack({ data, look, clock }, earlier) {
  const { run, shape, level, step, ofLast, fitted, columnScroll, sweep, replay } = earlier;
  if (run !== data.store.run || shape !== data.store.shape) return;
  Object.assign(look, { step, camera: step, ofLast, fitted, columnScroll });
  Object.assign(clock.sweep, sweep);
  Object.assign(clock.replay, replay);
  if (look.unit) Object.assign(look.zoom, { level, depth: level });
}

/**
 * Everything that depends on size, theme or the kind of network; not needed for a new frame.
 * @param {Scene} scene @param {number} width @param {Theme} theme @param {number} [room]
 * @param {boolean} [grows]
 */
export function fit(scene, width, theme, room = Infinity, grows = false) {
  const { data, look, peers } = scene;
  const { header } = data.store;
  const open = look.unit?.layer ?? look.openLayer ?? topOf(header);
  const beside = peers.map((peer) => peer.data.store.header);
  const wanted = { open: Math.min(open, header.layers - 1), grows, beside };
  const base = layOut(header, width, room, wanted);
  scene.theme = paletteFor(header, theme);
  scene.art.images = {};
  scene.art.stale = true;
  scene.art.dirty = "all";
  look.step = clamp(look.step, 0, header.steps - 1);
  scene.layout = zoomed(base, look, header.units);
  rescale(scene);
}

/**
 * Lay out what the depth of the zoom, the scrolled window and the camera say.
 * @param {Parts<"data"|"look"|"layout">} scene
 */
export function place(scene) {
  const { data, look, layout } = scene;
  scene.layout = zoomed(layout.base, look, data.store.header.units);
}

/**
 * Scales follow the data.
 * @param {Parts<"data"|"look"|"layout"|"scales"|"clock"|"peers">} scene
 * @returns {boolean} whether one has changed
 */
export function rescale(scene) {
  const { store } = scene.data;
  const { base } = scene.layout;
  const { unit, zoom } = scene.look;
  const { said: scalesShown } = scene.scales;
  const stores = [store, ...scene.peers.map((peer) => peer.data.store)];
  scene.scales.rows = {};
  for (const row of base.rows) {
    scene.scales.rows[artKey(row)] = Math.max(...stores.map((each) => signedScale(each, row)));
  }
  scene.scales.range = scene.look.fitted ? fittedAxis(scene) : AXIS;
  const rows = zoom.level && unit ? base.rows.filter((row) => row.layer === unit.layer) : [];
  const ofUnit = rows.map((row) => unitScale(scene, row));
  scene.scales.said = JSON.stringify([scene.scales.rows, scene.scales.range, ofUnit]);
  return scene.scales.said !== scalesShown;
}

/**
 * While training is played one axis serves all iterations: bars that move on it can be compared.
 * @param {Parts<"data"|"scales"|"clock"|"peers">} scene
 */
function fittedAxis(scene) {
  const { peers } = scene;
  const { replay } = scene.clock;
  const shown = [scene, ...peers].flatMap(({ data: { store, frame } }) =>
    replay.playing ? store.frames : [frame],
  );
  const present = peers[0]?.scales.range ?? scene.scales.range;
  return decades(shown, present === AXIS ? null : present);
}

/**
 * Turn to another frame; colours take a moment to get there.
 * @param {Parts<"data"|"clock"|"art">} scene @param {Frame} frame
 */
export function turnTo({ data, clock, art }, frame) {
  const values = decode(frame, data.store.header);
  const still = clock.calm || values.length > MOST_BLENDED || data.shown?.length !== values.length;
  data.frame = frame;
  data.decoded = values;
  data.mixing = still ? null : { from: data.shown.slice(), start: performance.now() };
  if (still) data.shown = values.slice();
  art.stale = true;
  art.dirty ||= "data";
}

/**
 * Have the colours arrived at once.
 * @param {Parts<"data"|"art">} scene
 */
export function arrive({ data, art }) {
  data.shown = data.decoded.slice();
  data.mixing = null;
  art.stale = true;
}

/**
 * @param {Parts<"data"|"art">} scene @param {number} now
 * @returns {boolean} whether colours changed
 */
export function blend({ data, art }, now) {
  if (!data.mixing) return false;
  const share = clamp((now - data.mixing.start) / BLEND_MS, 0, 1);
  const { from } = data.mixing;
  const { shown, decoded } = data;
  for (let at = 0; at < shown.length; at++) {
    const start = from[at];
    const onTheWay = share < 1 && Number.isFinite(start);
    shown[at] = onTheWay ? start + (decoded[at] - start) * share : decoded[at];
  }
  if (share >= 1) data.mixing = null;
  art.stale = true;
  return true;
}

/**
 * Say what to look at; what is left out stays. For pictures that are not on a page, where nobody
 * clicks.
 * @param {Scene} scene
 * @param {Wanted} wanted
   `iteration` is the kept one at or before it; `at` is the place of the sweep, 0 to T, and sets
 *   the step; `ofLast` says whose gradient: of the last scored step's loss alone, or of the whole;
 *   `depth` is 0 for all units, 1 for one unit, 2 for one cell, or between
 */
export function look(scene, { iteration, at, step, phase, scroll, depth, ...rest }) {
  const { frames } = scene.data.store;
  if (iteration !== undefined) {
    turnTo(scene, frames.filter((frame) => frame.iteration <= iteration).pop() ?? frames[0]);
    arrive(scene);
    rescale(scene);
  }
  if (phase !== undefined) scene.clock.sweep.phase = phase;
  if (step !== undefined) {
    scene.look.step = step;
    scene.clock.sweep.at = scene.clock.sweep.phase === "backward" ? step : step + 1;
  }
  if (at !== undefined) {
    scene.clock.sweep.at = at;
    scene.look.step = stepOf(scene.clock.sweep, scene.layout.steps);
  }
  Object.assign(scene.look, rest);
  scene.look.camera = scene.look.step;
  if (scroll !== undefined) scene.look.columnScroll = scroll;
  if (depth !== undefined) {
    scene.look.unit ??= liveliest(scene.data);
    Object.assign(scene.look.zoom, { level: Math.round(depth), depth });
  }
  place(scene);
  scene.art.dirty = "all";
}

/**
 * The step that the sweep is at: in the forward sweep being computed, in the backward reached.
 * @param {{phase: Phase, at: number}} sweep @param {number} steps
 */
export function stepOf({ phase, at }, steps) {
  return clamp(phase === "backward" ? Math.ceil(at) - 1 : Math.floor(at), 0, steps - 1);
}
