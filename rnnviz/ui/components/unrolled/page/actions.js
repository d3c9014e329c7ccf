/** What the user can do to a view: choose a step, a unit, an iteration, a level, and play. */

import { newest } from "../data/store.js";
import { clamp } from "../data/values.js";
import { LEVELS, liveliest, zoomTo } from "../scene/zoom.js";
import { place } from "../scene/scene.js";
import { stepFacts, unitFacts } from "../text/words.js";
import {
  refresh,
  showFrame,
  updatePhase,
  updatePlay,
  updateStepTexts,
  updateTexts,
} from "./display.js";
import { buildLabels } from "./labels.js";
import { keepInView, wake } from "./motion.js";
import { later } from "./reports.js";

/** @import { Frame, Parts, Phase, Start, Unit, View, ViewParts } from "../types.d.ts" */

/** @param {View} view @param {Unit|null} unit @param {number} [step] */
export function setUnit(view, unit, step = view.look.step) {
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
  later(view, "selected", 60, () => view.hooks.selected(selected));
}

/**
 * Where only one layer is open: have it be this one.
 * @param {View} view @param {number} layer
 */
export function openLayer(view, layer) {
  view.look.openLayer = layer;
  if (view.layout.base.open === null || view.layout.base.open === layer) return;
  refresh(view);
  wake(view);
}

/**
 * After a click the keys go to the picture again, and the space key to the page.
 * @param {ViewParts<"dom">} view
 */
export function focusPicture({ dom }) {
  dom.scroll.focus({ preventScroll: true, focusVisible: false });
}

/** @param {View} view @param {number} by */
export function moveStep(view, by) {
  setStep(view, clamp(view.look.step + by, 0, view.layout.steps - 1));
}

/**
 * The user chose a time step: the sweep stops there, with that step done.
 * @param {View} view @param {number} step
 */
export function setStep(view, step) {
  view.clock.sweep.playing = false;
  view.clock.sweep.at = view.clock.sweep.phase === "backward" ? step : step + 1;
  view.look.step = step;
  keepInView(view, false);
  updatePlay(view);
  updateStepTexts(view);
  announce(view);
  wake(view);
}

/** @param {View} view @param {number} by */
export function moveUnit(view, by) {
  const { units, layers } = view.data.store.header;
  const present = view.look.unit
    ? view.look.unit.layer * units + view.look.unit.unit
    : by > 0
      ? -1
      : 0;
  const next = clamp(present + by, 0, units * layers - 1);
  setUnit(view, { layer: Math.floor(next / units), unit: next % units });
}

/** @param {ViewParts<"data"|"look"|"layout"|"dom">} view */
export function announce(view) {
  const level = view.look.zoom.level
    ? [["zoom", view.dom.levels[view.look.zoom.level].textContent]]
    : [];
  const facts = [...level, ...stepFacts(view), ...unitFacts(view)];
  view.dom.announce.textContent = facts.map(([word, value]) => `${word} ${value}`).join("; ");
}

/**
 * One cell shows how its numbers are made, which the backward sweep would cover.
 * @param {Parts<"look"|"clock">} scene
 */
function leaveBackward({ clock, look }) {
  const { sweep } = clock;
  const { step } = look;
  Object.assign(sweep, { phase: sweep.playing ? "forward" : "all", at: step, arrived: false });
}

/** @param {View} view @param {number} wanted */
export function setLevel(view, wanted) {
  const level = clamp(wanted, 0, LEVELS.length - 1);
  if (level && !view.look.unit) setUnit(view, liveliest(view.data));
  zoomTo(view.look, level);
  if (level === LEVELS.length - 1 && view.clock.sweep.phase === "backward") leaveBackward(view);
  updatePlay(view);
  buildLabels(view);
  updateTexts(view);
  announce(view);
  wake(view);
}

/** @param {View} view */
export function togglePlay(view) {
  const { layout } = view;
  const { sweep, replay } = view.clock;
  const { step } = view.look;
  sweep.playing = !sweep.playing;
  replay.playing = false;
  if (sweep.playing && sweep.phase === "all") {
    Object.assign(sweep, {
      phase: "forward",
      at: step >= layout.steps - 1 ? 0 : step,
      pauseLeft: 0,
    });
  }
  updatePlay(view);
  wake(view);
}

/**
 * Show everything, or only what the forward or the backward sweep has reached.
 * @param {View} view @param {Phase} phase
 */
export function setPhase(view, phase) {
  view.clock.sweep.phase = phase;
  view.clock.sweep.pauseLeft = 0;
  if (view.clock.sweep.playing && phase !== "all") {
    view.clock.sweep.at = phase === "forward" ? 0 : view.layout.steps;
  } else {
    setStep(view, view.look.step);
  }
  updatePhase(view);
  wake(view);
}

/**
 * Play training: all kept iterations one after the other, at the same time step.
 * @param {View} view
 */
export function toggleReplay(view) {
  const { replay, sweep } = view.clock;
  const { store, frame } = view.data;
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

/** @param {View} view @param {number} by */
export function moveFrame(view, by) {
  const { frames } = view.data.store;
  const place = clamp(frames.indexOf(view.data.frame) + by, 0, frames.length - 1);
  chooseFrame(view, frames[place]);
}

/**
 * The user chose an iteration: training stops playing there.
 * @param {View} view @param {Frame} frame @param {boolean} [follow]
 */
export function chooseFrame(view, frame, follow = false) {
  view.clock.replay.playing = false;
  view.look.follow = follow;
  updatePlay(view);
  showFrame(view, frame);
  wake(view);
  announce(view);
  const reported = follow ? null : frame.iteration;
  later(view, "iteration", 200, () => view.hooks.iteration(reported));
}

/** @param {View} view @param {boolean} follow */
export function setFollow(view, follow) {
  chooseFrame(view, follow ? newest(view.data.store) : view.data.frame, follow);
}

/**
 * Look where an opened link says. Each of its words counts once: what was said before does not undo
 * what the user has chosen since.
 * @param {View} view
 */
export function goWhereAsked(view) {
  const { header, run, frames } = view.data.store;
  const before = view.last.asked?.run === run ? view.last.asked.start : {};
  const { start = {} } = header;
  view.last.asked = { run, start };
  const kept = new Set(Object.entries(before).map(String));
  /** @type {Start} */
  const news = Object.fromEntries(Object.entries(start).filter((each) => !kept.has(String(each))));
  const { layer, iteration, time_step: step, sweep = "all", zoom } = news;
  if (layer !== undefined) openLayer(view, clamp(layer, 0, header.layers - 1));
  const asked = frames.find((frame) => frame.iteration === iteration);
  if (asked) chooseFrame(view, asked);
  if (step !== undefined) {
    view.clock.sweep.phase = sweep;
    setStep(view, clamp(step, 0, header.steps - 1));
    updatePhase(view);
  }
  if (zoom !== undefined) setLevel(view, zoom);
}
