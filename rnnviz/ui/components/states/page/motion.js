/** The one animation loop: it draws what changed, and stops when nothing moves. */

import { clamp } from "../../unrolled/data/values.js";
import { contextOf } from "../../unrolled/page/controls.js";
import { TURN_S, approach, blend, showBetween } from "../scene/scene.js";
import { paint } from "../draw/paint.js";
import { showTooltip, updatePlay, updateStepTexts, updateTexts } from "./display.js";
import { later } from "./reports.js";

/** @import { View } from "../types.d.ts" */

/** Kept iterations in a second while training is played, and the pause at either end. */
const FRAMES_PER_S = 4;
const REST_S = 1;

/**
 * Ask for a frame of animation, unless one is coming already.
 * @param {View} view
 */
export function wake(view) {
  if (view.loop.request || !view.onScreen) return;
  view.loop.request = requestAnimationFrame((now) => {
    view.loop.request = 0;
    animate(view, now);
  });
}

/** @param {View} view @param {number} now */
function animate(view, now) {
  const { clock, loop, data } = view;
  const elapsed = Math.min(0.1, (now - (loop.lastFrame || now)) / 1000);
  loop.lastFrame = now;
  if (clock.sweep.playing) advanceSweep(view, elapsed);
  if (clock.replay.playing) advanceReplay(view, elapsed);
  const turning = turn(view, elapsed);
  blend(view, now);
  const fitting = approach(view, elapsed);
  repaint(view);
  const moves = clock.sweep.playing || clock.replay.playing || data.mixing || turning || fitting;
  if (moves) wake(view);
  else loop.lastFrame = 0;
}

/** Seconds that the head takes from one time step to the next. @param {number} steps */
function secondsPerStep(steps) {
  return clamp(7 / steps, 0.12, 0.9);
}

/**
 * The head walks on; at the last time step it rests a moment.
 * @param {View} view @param {number} elapsed
 */
export function advanceSweep(view, elapsed) {
  const { clock, data, look } = view;
  const { sweep } = clock;
  const last = data.store.header.probe.inputs.length - 1;
  if (sweep.pauseLeft > 0) {
    sweep.pauseLeft -= elapsed * sweep.speed;
    if (sweep.pauseLeft > 0) return;
    sweep.at = sweep.loop ? 0 : last;
    sweep.playing = sweep.loop;
    updatePlay(view);
  } else {
    sweep.at = Math.min(last, sweep.at + (elapsed * sweep.speed) / secondsPerStep(last + 1));
    if (sweep.at >= last) sweep.pauseLeft = REST_S;
  }
  const step = Math.floor(sweep.at);
  if (step === look.step) return;
  look.step = step;
  updateStepTexts(view);
}

/**
 * From one kept iteration to the next, and between them what lies between.
 * @param {View} view @param {number} elapsed
 */
export function advanceReplay(view, elapsed) {
  const { clock, data } = view;
  const { replay } = clock;
  const last = data.store.frames.length - 1;
  const before = data.frame;
  if (replay.pauseLeft > 0) {
    replay.pauseLeft -= elapsed * replay.speed;
    if (replay.pauseLeft > 0) return;
    replay.at = replay.loop ? 0 : last;
    replay.playing = replay.loop;
    updatePlay(view);
  } else {
    replay.at = Math.min(last, replay.at + elapsed * replay.speed * FRAMES_PER_S);
    if (replay.at >= last) replay.pauseLeft = REST_S;
  }
  // Who wants nothing to move sees one kept iteration after the other.
  showBetween(view, clock.calm ? Math.round(replay.at) : replay.at);
  if (data.frame === before) return;
  updateTexts(view);
  showTooltip(view);
}

/**
 * From two components to three, or back.
 * @param {View} view @param {number} elapsed @returns {boolean} whether it is on its way
 */
function turn({ look, clock }, elapsed) {
  const wanted = look.deep ? 1 : 0;
  if (look.depth === wanted) return false;
  const most = clock.calm ? 1 : elapsed / TURN_S;
  look.depth += clamp(wanted - look.depth, -most, most);
  return look.depth !== wanted;
}

/** @param {View} view */
export function repaint(view) {
  const { dom, layout } = view;
  if (!layout) return;
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [layout.width, layout.height].map((side) => Math.round(side * ratio));
  if (dom.canvas.width !== width || dom.canvas.height !== height) {
    Object.assign(dom.canvas, { width, height });
    Object.assign(dom.canvas.style, { width: `${layout.width}px`, height: `${layout.height}px` });
  }
  const context = contextOf(dom.canvas, true);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint(context, view);
  tellPlace(view);
}

/**
 * Tell the time step that is looked at, once it stays; a sweep tells where it stops.
 * @param {View} view
 */
function tellPlace(view) {
  const { clock, look, data } = view;
  if (clock.sweep.playing || clock.replay.playing) return;
  const { run } = data.store.header;
  const { told } = view;
  if (told?.run === run && told.time_step === look.step) return;
  view.told = { run, time_step: look.step };
  // Where a picture opens, nobody has chosen.
  if (told?.run !== run) return;
  later(view, "place", 200, () => view.hooks.place({ run, time_step: look.step }));
}
