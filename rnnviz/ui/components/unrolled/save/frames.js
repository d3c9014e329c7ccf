/** Films of whatever is painted: frame after frame becomes one file. */

import { contextOf } from "../page/controls.js";
import { paletteOf } from "../gif/palette.js";
import { GifWriter, changedBox } from "../gif/writer.js";
import { WebpWriter } from "./webp.js";

/** @import { Context } from "../types.d.ts" */

/** Width in pixels, and most frames of a film: enough to see everything, and soon made. */
export const FILM = { width: 900, frames: 120 };

/** How long a film rests where something has arrived. */
export const HOLD_MS = 1200;

/** How many frames the colours of a GIF are chosen from. */
const SAMPLED = 8;

/**
 * What a film shows, and for how long.
 * @typedef {{milliseconds: number}} Timed
 * @typedef {"webp"|"gif"} Format
 * @typedef {{report: (done: number) => void, isCancelled: () => boolean}} Watch `done` counts frames
 */

/**
 * A canvas that is on no page, of so many pixels for each pixel of what is painted.
 * @param {{width: number, height: number}} size @param {number} ratio
 */
export function canvasFor({ width, height }, ratio) {
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
 * @template {Timed} Shot
 * @param {{width: number, height: number}} size
 * @param {Shot[]} shots
 * @param {(context: Context, shot: Shot) => void} paint
 * @param {Format} format
 * @param {Watch} watch
 * @returns {Promise<{blob: Blob, width: number, height: number}|null>} null if it was cancelled
 */
export async function filmOf(size, shots, paint, format, { report, isCancelled }) {
  const { canvas, context } = canvasFor(size, 1);
  const { width, height } = canvas;
  /** @param {Shot} shot */
  const show = (shot) => {
    paint(context, shot);
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
 * @template {Timed} Shot
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
