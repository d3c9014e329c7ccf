/**
 * Animated GIF, after the specification GIF89a: one table of colours for all frames, and of each
 * frame only the box that differs from the one before.
 */

import { blocks, compressed } from "./lzw.js";
import { binOf } from "./palette.js";

/** @import { ColourTable } from "./palette.js" */

/** The entry of the table that means: as in the frame before. */
const UNCHANGED = 255;

/** Writes one frame after the other. */
export class GifWriter {
  /** @param {number} width @param {number} height @param {ColourTable} palette */
  constructor(width, height, palette) {
    this.width = width;
    this.height = height;
    this.indexOf = palette.indexOf;
    /** @type {Uint8Array<ArrayBuffer>|null} */
    this.before = null;
    const colours = new Uint8Array(3 * 256);
    palette.table.forEach((colour, index) => colours.set(colour, 3 * index));
    // A global table of 256 colours, then the extension that makes it play for ever.
    this.parts = [
      Uint8Array.of(...letters("GIF89a"), ...short(width), ...short(height), 0xf7, 0, 0),
      colours,
      Uint8Array.of(0x21, 0xff, 11, ...letters("NETSCAPE2.0"), 3, 1, 0, 0, 0),
    ];
  }

  /** @param {ImageData} picture @param {number} milliseconds how long it is shown */
  add({ data }, milliseconds) {
    const now = new Uint8Array(this.width * this.height);
    for (let pixel_ = 0; pixel_ < now.length; pixel_++)
      now[pixel_] = this.indexOf[binOf(data, 4 * pixel_)];
    const [left, top, width, height] = changedBox(this.before, now, this.width);
    const box = new Uint8Array(width * height);
    for (let row = 0, to = 0; row < height; row++) {
      for (let from = (top + row) * this.width + left, end = from + width; from < end; from++) {
        box[to++] = this.before && this.before[from] === now[from] ? UNCHANGED : now[from];
      }
    }
    this.before = now;
    this.parts.push(
      Uint8Array.of(0x21, 0xf9, 4, 0x05, ...short(Math.round(milliseconds / 10)), UNCHANGED, 0),
      Uint8Array.of(0x2c, ...[left, top, width, height].flatMap(short), 0, 8),
      blocks(compressed(box)),
    );
  }

  finish() {
    return new Blob([...this.parts, Uint8Array.of(0x3b)], { type: "image/gif" });
  }
}

/**
 * The smallest box that holds all that changed, one pixel where nothing did: x, y, width, height.
 * @param {ArrayLike<number>|null} before @param {ArrayLike<number>} now @param {number} width
 */
export function changedBox(before, now, width) {
  const height = now.length / width;
  if (!before) return [0, 0, width, height];
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let at = 0; at < now.length; at++) {
    if (before[at] === now[at]) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  return right ? [left, top, right - left, bottom - top] : [0, 0, 1, 1];
}

/** @param {number} value */
function short(value) {
  return [value & 255, (value >> 8) & 255];
}

/** @param {string} text */
export function letters(text) {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
