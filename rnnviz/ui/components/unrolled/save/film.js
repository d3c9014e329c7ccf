/** Films of the picture: which frames they have, and how these become one file. */

import { clamp, hasGradients } from "../data/values.js";
import { css } from "../scene/theme.js";
import { cellX } from "../scene/layout.js";
import { arrive, fit, look } from "../scene/scene.js";
import { paint, sizeOf } from "../draw/paint.js";
import { contextOf } from "../page/controls.js";
import { paletteOf } from "../gif/palette.js";
import { GifWriter, changedBox } from "../gif/writer.js";
import { WebpWriter } from "./webp.js";

/** @import { Context, Parts, Scene, Wanted } from "../types.d.ts" */

/** Width in pixels, and most frames of a film: enough to see everything, and soon made. */
export const FILM = { width: 900, frames: 120 };

/** Paper around the picture, in pixels of its layout. */
export const MARGIN = 12;

/** How many frames the colours of a GIF are chosen from. */
const SAMPLED = 8;

const HOLD_MS = 1200;

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
function follow(scene) {
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

/**
 * A canvas that is on no page, of so many pixels for each pixel of the layout.
 * @param {Scene} scene @param {number} ratio
 */
export function canvasOf(scene, ratio) {
  const { width, height } = framedSize(scene);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { alpha: false, willReadFrequently: true })
  );
  context.scale(ratio, ratio);
  return { canvas, context };
}

/**
 * @param {HTMLCanvasElement} canvas @param {string} type
 * @returns {Promise<Blob>}
 */
export function encoded(canvas, type) {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => {
        if (blob?.type === type) resolve(blob);
        else reject(new Error(`this browser cannot write ${type}; GIF and PNG work in all`));
      },
      type,
      1,
    );
  });
}

/**
 * Make a film.
 * @param {Scene} scene a copy, which is changed
 * @param {Shot[]} shots
 * @param {"gif"|"webp"} format
 * @param {{report: (done: number) => void, isCancelled: () => boolean}} watch `done` counts frames
 * @returns {Promise<{blob: Blob, width: number, height: number}|null>} null if it was cancelled
 */
export async function film(scene, shots, format, { report, isCancelled }) {
  const { canvas, context } = canvasOf(scene, 1);
  const { width, height } = canvas;
  /** @param {Shot} shot */
  const show = ({ wanted }) => {
    look(scene, wanted);
    follow(scene);
    paintFramed(context, scene);
    return context.getImageData(0, 0, width, height);
  };
  const writer = format === "gif" ? gifOf(canvas, shots, show) : webpOf(canvas);
  for (const [done, shot] of shots.entries()) {
    if (isCancelled()) return null;
    await writer.add(show(shot), shot.milliseconds);
    report(done + 1);
    await breath();
  }
  return { blob: writer.finish(), width, height };
}

/** Let the page do what else is due. */
function breath() {
  return new Promise((resolve) => setTimeout(resolve));
}

/**
 * @param {HTMLCanvasElement} canvas @param {Shot[]} shots @param {(shot: Shot) => ImageData} show
 */
function gifOf({ width, height }, shots, show) {
  const every = Math.max(1, Math.floor(shots.length / SAMPLED));
  const sampled = shots.filter((_, place_) => place_ % every === 0 || place_ === shots.length - 1);
  return new GifWriter(width, height, paletteOf(sampled.map(show)));
}

/**
 * The browser encodes; only the box that has changed, from an even place on.
 * @param {HTMLCanvasElement} canvas
 */
function webpOf(canvas) {
  const writer = new WebpWriter(canvas.width, canvas.height);
  const part = document.createElement("canvas");
  /** @type {Uint32Array|null} */
  let before = null;
  return {
    finish: () => writer.finish(),
    /** @param {ImageData} picture @param {number} milliseconds */
    add: async ({ data }, milliseconds) => {
      const now = new Uint32Array(data.buffer);
      const [x, y, width, height] = changedBox(before, now, canvas.width);
      before = now;
      const [left, top] = [x - (x % 2), y - (y % 2)];
      part.width = width + x - left;
      part.height = height + y - top;
      const context = contextOf(part, true);
      context.drawImage(canvas, -left, -top);
      await writer.add(
        await encoded(part, "image/webp"),
        [left, top, part.width, part.height],
        milliseconds,
      );
    },
  };
}
