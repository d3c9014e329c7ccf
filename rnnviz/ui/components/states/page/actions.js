/** What the user can do to a view: choose a step, an iteration, a sequence, and play and turn. */

import { clamp } from "../../unrolled/data/values.js";
import { newest } from "../data/store.js";
import { turnTo } from "../scene/scene.js";
import { spanOf } from "../draw/paths.js";
import { pointLines, stepLine } from "../text/words.js";
import { showTooltip, updatePlay, updateStepTexts, updateTexts } from "./display.js";
import { wake } from "./motion.js";
import { later } from "./reports.js";

/** @import { Frame, View } from "../types.d.ts" */

/** @param {View} view */
function announce(view) {
  if (view.data.frame) view.dom.announce.textContent = stepLine(view);
}

/**
 * The user chose a time step: the sweep stops there.
 * @param {View} view @param {number} step
 */
export function setStep(view, step) {
  const { sweep } = view.clock;
  const last = view.data.store.header.probe.inputs.length - 1;
  view.look.step = clamp(step, 0, Math.max(0, last));
  Object.assign(sweep, { playing: false, at: view.look.step, pauseLeft: 0 });
  updatePlay(view);
  updateStepTexts(view);
  announce(view);
  wake(view);
}

/** @param {View} view @param {number} by */
export function moveStep(view, by) {
  setStep(view, view.look.step + by);
}

/** @param {View} view */
export function togglePlay(view) {
  const { clock, data, look } = view;
  const { sweep, replay } = clock;
  const last = data.store.header.probe.inputs.length - 1;
  if (last < 1) return;
  sweep.playing = !sweep.playing;
  replay.playing = false;
  sweep.pauseLeft = 0;
  if (sweep.playing && sweep.at >= last) sweep.at = look.step = 0;
  if (!sweep.playing) return setStep(view, look.step);
  updatePlay(view);
  wake(view);
}

/**
 * Play training: all kept iterations one after the other, at the same time step.
 * @param {View} view
 */
export function toggleReplay(view) {
  const { clock, data, look } = view;
  const { replay, sweep } = clock;
  const { frames } = data.store;
  if (frames.length < 2) return;
  replay.playing = !replay.playing;
  if (!replay.playing) return chooseFrame(view, data.frame);
  sweep.playing = false;
  look.follow = false;
  replay.pauseLeft = 0;
  replay.at = Math.max(0, frames.indexOf(data.frame));
  if (replay.at >= frames.length - 1) replay.at = 0;
  updatePlay(view);
  wake(view);
}

/**
 * The user chose an iteration: training stops playing there.
 * @param {View} view @param {Frame} frame @param {boolean} [follow]
 */
export function chooseFrame(view, frame, follow = false) {
  view.clock.replay.playing = false;
  view.look.follow = follow;
  updatePlay(view);
  // After training has been played, points are between two iterations.
  if (view.data.frame === frame) Object.assign(view.data, { frame: null });
  turnTo(view, frame);
  updateTexts(view);
  showTooltip(view);
  wake(view);
  announce(view);
  const reported = follow ? null : frame.iteration;
  view.look.reported = reported;
  later(view, "iteration", 200, () => view.hooks.iteration(reported));
}

/** @param {View} view @param {number} by */
export function moveFrame(view, by) {
  const { frames } = view.data.store;
  if (!frames.length) return;
  chooseFrame(view, frames[clamp(frames.indexOf(view.data.frame) + by, 0, frames.length - 1)]);
}

/** @param {View} view @param {boolean} follow */
export function setFollow(view, follow) {
  const { store, frame } = view.data;
  if (frame) chooseFrame(view, follow ? newest(store) : frame, follow);
}

/** @param {View} view @param {string} key */
export function setColouring(view, key) {
  view.look.colouring = key;
  updateTexts(view);
  wake(view);
}

/** @param {View} view */
export function toggleDeep(view) {
  if (view.data.store.header.axes < 3) return;
  view.look.deep = !view.look.deep;
  updateTexts(view);
  wake(view);
}

/**
 * Turn the three components.
 * @param {View} view @param {number} yaw @param {number} pitch
 */
export function turnBy(view, yaw, pitch) {
  view.look.yaw += yaw;
  view.look.pitch = clamp(view.look.pitch + pitch, -Math.PI / 2, Math.PI / 2);
  wake(view);
}

/** @param {View} view @param {number|null} sequence */
export function setSequence(view, sequence) {
  view.look.sequence = sequence;
  const [first] = sequence === null ? [0] : spanOf(view.data.store.points, sequence);
  view.dom.announce.textContent =
    sequence === null ? "no sequence" : pointLines(view, first).join(", ");
  wake(view);
}

/**
 * The sequence after the one that is chosen, or before it.
 * @param {View} view @param {number} by
 */
export function moveSequence(view, by) {
  const numbers = [...new Set(view.data.store.points.sequence)];
  const { sequence } = view.look;
  const present = sequence === null ? (by > 0 ? -1 : numbers.length) : numbers.indexOf(sequence);
  if (numbers.length) setSequence(view, numbers[clamp(present + by, 0, numbers.length - 1)]);
}
