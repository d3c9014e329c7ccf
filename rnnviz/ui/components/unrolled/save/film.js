/** Films of the picture: which frames they have. */

import { clamp, hasGradients } from "../data/values.js";
import { css } from "../scene/theme.js";
import { cellX } from "../scene/layout.js";
import { arrive, fit, look } from "../scene/scene.js";
import { paint, sizeOf } from "../draw/paint.js";
import { FILM, HOLD_MS } from "./frames.js";

/** @import { Context, Parts, Scene, Wanted } from "../types.d.ts" */

/** Paper around the picture, in pixels of its layout. */
export const MARGIN = 12;

/**
 * A scene of its own: what happens on the page meanwhile does not change it.
 * @param {Scene} scene @param {number} width
 */
export function copyOf({ data, look, layout, theme, scales, clock, art, peers }, width) {
  const scene = {
    data: { ...data, store: { ...data.store, frames: [...data.store.frames] } },
    look: {
      ...look,
      pointer: null,
      zoom: { ...look.zoom, depth: look.zoom.level },
    },
    layout: layout,
    theme: theme,
    scales: { ...scales, ofUnit: {} },
    clock: { ...clock, sweep: { ...clock.sweep } },
    art: { ...art, images: {} },
    peers: peers,
  };
  arrive(scene);
  fit(scene, width, theme);
  return scene;
}

/**
 * What a film looks at, frame after frame, and for how long.
 * @typedef {{wanted: Wanted, milliseconds: number}} Shot
 */

/**
 * Forward through the time steps, then backward with the gradient, if there is one.
 * @param {Parts<"data"|"layout">} scene
 * @returns {Shot[]}
 */
export function sweepShots({ data, layout }) {
  const { steps } = layout;
  const count = Math.round(clamp(steps * 4, 12, FILM.frames / 2 - 1));
  const milliseconds = clamp((1000 * clamp(0.5 * steps, 2, 8)) / count, 50, 250);
  const places = Array.from({ length: count + 1 }, (_, place_) => (steps * place_) / count);
  /** @type {(phase: "forward"|"backward") => (at: number) => Shot} */
  const shotOf = (phase) => (at) => ({ wanted: { phase, at }, milliseconds });
  const forward = places.map(shotOf("forward"));
  const learns = hasGradients(data.store.header);
  const backward = learns ? places.reverse().map(shotOf("backward")) : [];
  for (const way of [forward, backward]) {
    const [end] = way.slice(-1);
    if (end) end.milliseconds = HOLD_MS;
  }
  return [...forward, ...backward];
}

/**
 * All kept iterations at one time step.
 * @param {Parts<"data"|"look">} scene
 * @returns {Shot[]}
 */
export function trainingShots({ data, look }) {
  const { store } = data;
  const { step } = look;
  const { frames } = store;
  const count = Math.min(frames.length, FILM.frames);
  const milliseconds = clamp(9000 / count, 70, 500);
  /** @type {Shot[]} */
  const shots = Array.from({ length: count }, (_, place_) => {
    const frame = frames[Math.round((place_ * (frames.length - 1)) / Math.max(1, count - 1))];
    return { wanted: { iteration: frame.iteration, phase: "all", step }, milliseconds };
  });
  shots[count - 1].milliseconds = HOLD_MS;
  return shots;
}

/**
 * Where the steps do not fit into the picture, the window follows the one that is looked at.
 * @param {Scene} scene
 */
export function follow(scene) {
  const { base } = scene.layout;
  const { sweep } = scene.clock;
  const { step } = scene.look;
  const at = sweep.phase === "all" ? step + 0.5 : sweep.at;
  const scroll = clamp(cellX(base, at) - base.view / 2, 0, Math.max(0, base.content - base.view));
  look(scene, { scroll });
}

/** @param {Scene} scene */
export function framedSize(scene) {
  const { width, height } = sizeOf(scene);
  return { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
}

/**
 * Paint the whole picture with paper around it.
 * @param {Context} context @param {Scene} scene
 */
export function paintFramed(context, scene) {
  const { width, height } = framedSize(scene);
  context.save();
  context.fillStyle = css(scene.theme.paper);
  context.fillRect(0, 0, width, height);
  context.translate(MARGIN, MARGIN);
  paint(context, scene);
  context.restore();
}
