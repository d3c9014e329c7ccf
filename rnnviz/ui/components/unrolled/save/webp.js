/**
 * Animated WEBP: the browser encodes each frame, and here they are put into one file, after the
 * container specification of WEBP. Of each frame only the box that differs from the one before.
 */

import { letters } from "../gif/writer.js";

/** Writes one frame after the other. */
export class WebpWriter {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** @type {Uint8Array<ArrayBuffer>[]} */
    this.frames = [];
  }

  /**
   * @param {Blob} encoded what `toBlob(…, "image/webp")` made of the box
   * @param {number[]} box x and y, both even, then width and height
   * @param {number} milliseconds how long it is shown
   */
  async add(encoded, [x, y, width, height], milliseconds) {
    const picture = pictureOf(new Uint8Array(await encoded.arrayBuffer()));
    const head = Uint8Array.of(
      ...bytesOf(x / 2, 3),
      ...bytesOf(y / 2, 3),
      ...bytesOf(width - 1, 3),
      ...bytesOf(height - 1, 3),
      ...bytesOf(Math.round(milliseconds), 3),
      0,
    );
    this.frames.push(chunk("ANMF", joined([head, ...picture])));
  }

  finish() {
    const size = [...bytesOf(this.width - 1, 3), ...bytesOf(this.height - 1, 3)];
    // 2: there is an animation. Then its ground, white, and 0: it plays for ever.
    const head = chunk("VP8X", Uint8Array.of(2, 0, 0, 0, ...size));
    const animation = chunk("ANIM", Uint8Array.of(255, 255, 255, 255, 0, 0));
    const body = joined([Uint8Array.from(letters("WEBP")), head, animation, ...this.frames]);
    return new Blob([chunk("RIFF", body)], { type: "image/webp" });
  }
}

/**
 * The chunks of a still WEBP that are the picture itself, headers included.
 * @param {Uint8Array} file
 */
function pictureOf(file) {
  const chunks = [];
  const view = new DataView(file.buffer);
  for (let at = 12; at < file.length; ) {
    const size = 8 + view.getUint32(at + 4, true);
    const name = String.fromCharCode(...file.subarray(at, at + 4));
    if (["VP8 ", "VP8L", "ALPH"].includes(name))
      chunks.push(file.subarray(at, at + size + (size & 1)));
    at += size + (size & 1);
  }
  return chunks;
}

/** @param {string} name @param {Uint8Array} data */
function chunk(name, data) {
  const out = new Uint8Array(8 + data.length + (data.length & 1));
  out.set([...letters(name), ...bytesOf(data.length, 4)]);
  out.set(data, 8);
  return out;
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * A whole number in so many bytes, the lowest first.
 * @param {number} value @param {number} count
 */
function bytesOf(value, count) {
  return Array.from({ length: count }, (_, place_) => Math.floor(value / 256 ** place_) & 255);
}
