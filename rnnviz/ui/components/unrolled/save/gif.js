/**
 * Animated GIF, after the specification GIF89a: one table of colours for all frames, and of each
 * frame only the box that differs from the one before.
 */

/** One of the 256 entries means: as in the frame before. */
const MOST_COLOURS = 255;
const UNCHANGED = 255;

/**
 * @typedef {{data: Uint8ClampedArray}} Pixels
 * @typedef {{bin: number, count: number, mean: number[]}} Bin
 * @typedef {{table: number[][], indexOf: Uint8Array}} ColourTable
 */

/** Colours are told apart by their upper five bits in each channel. */
const BINS = 32768;

/** A code of LZW has at most twelve bits. */
const MOST_CODES = 4096;

/**
 * The colours of a GIF, chosen by median cut (Heckbert 1982) among those of some pictures.
 * @param {ImageData[]} pictures
 * @returns {{table: number[][], indexOf: Uint8Array}} colours as [r, g, b]; bin -> its colour
 */
export function paletteOf(pictures) {
  const { count, sum } = countColours(pictures);
  const bins = [];
  for (let bin = 0; bin < BINS; bin++) {
    if (count[bin]) {
      const mean = [0, 1, 2].map((channel) => sum[3 * bin + channel] / count[bin]);
      bins.push({ bin, count: count[bin], mean });
    }
  }
  const boxes = medianCut(bins, MOST_COLOURS);
  const table = boxes.map(meanColour);
  const indexOf = new Uint8Array(BINS);
  boxes.forEach((box, index) => box.forEach(({ bin }) => (indexOf[bin] = index)));
  fillUnseen(indexOf, count, table);
  return { table, indexOf };
}

/** @param {Pixels[]} pictures */
function countColours(pictures) {
  const count = new Float64Array(BINS);
  const sum = new Float64Array(3 * BINS);
  for (const { data } of pictures) {
    for (let at = 0; at < data.length; at += 4) {
      const bin = binOf(data, at);
      count[bin] += 1;
      for (let channel = 0; channel < 3; channel++) sum[3 * bin + channel] += data[at + channel];
    }
  }
  return { count, sum };
}

/** @param {Uint8ClampedArray} data @param {number} at */
function binOf(data, at) {
  return ((data[at] >> 3) << 10) | ((data[at + 1] >> 3) << 5) | (data[at + 2] >> 3);
}

/**
 * Cut the box that is widest, weighted by what is in it, until there are enough.
 * @param {Bin[]} bins @param {number} most
 */
function medianCut(bins, most) {
  const boxes = [{ bins, ...spread(bins) }];
  while (boxes.length < most) {
    const widest = boxes.reduce((best, box) => (box.weight > best.weight ? box : best));
    if (widest.bins.length < 2) break;
    const { channel } = widest;
    const sorted = [...widest.bins].sort((one, other) => one.mean[channel] - other.mean[channel]);
    const cut = placeOfCut(sorted, channel);
    const halves = [sorted.slice(0, cut), sorted.slice(cut)];
    boxes.splice(
      boxes.indexOf(widest),
      1,
      ...halves.map((half) => ({ bins: half, ...spread(half) })),
    );
  }
  return boxes.map((box) => box.bins);
}

/**
 * In the middle between the ends: rare colours, such as thin lines, keep one of their own.
 * @param {Bin[]} sorted @param {number} channel
 */
function placeOfCut(sorted, channel) {
  const middle = (sorted[0].mean[channel] + sorted[sorted.length - 1].mean[channel]) / 2;
  const cut = sorted.findIndex(({ mean }) => mean[channel] > middle);
  return Math.max(1, cut);
}

/**
 * The channel in which the colours of a box lie furthest apart, and how much that matters.
 * @param {Bin[]} bins
 */
function spread(bins) {
  const widths = [0, 1, 2].map((channel) => {
    const values = bins.map(({ mean }) => mean[channel]);
    return Math.max(...values) - Math.min(...values);
  });
  const channel = widths.indexOf(Math.max(...widths));
  const count = bins.reduce((total, bin) => total + bin.count, 0);
  return { channel, weight: bins.length < 2 ? 0 : widths[channel] * count ** 0.25 };
}

/** @param {Bin[]} bins */
function meanColour(bins) {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return [0, 1, 2].map((channel) =>
    Math.round(bins.reduce((sum, { count, mean }) => sum + count * mean[channel], 0) / total),
  );
}

/**
 * Colours that come up later, between those that were counted, get the nearest.
 * @param {Uint8Array} indexOf @param {Float64Array} count @param {number[][]} table
 */
function fillUnseen(indexOf, count, table) {
  for (let bin = 0; bin < BINS; bin++) {
    if (count[bin]) continue;
    const colour = [bin >> 10, (bin >> 5) & 31, bin & 31].map((five) => five * 8 + 4);
    let nearest = Infinity;
    for (let index = 0; index < table.length; index++) {
      const far = table[index].reduce(
        (sum, each, channel) => sum + (each - colour[channel]) ** 2,
        0,
      );
      if (far < nearest) [nearest, indexOf[bin]] = [far, index];
    }
  }
}

/** Writes one frame after the other. */
export class GifWriter {
  /** @param {number} width @param {number} height @param {ReturnType<typeof paletteOf>} palette */
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

/**
 * LZW (Welch 1984) of bytes, with codes from 9 to 12 bits, as GIF has them.
 * @param {Uint8Array} bytes
 */
function compressed(bytes) {
  const [clear, end] = [256, 257];
  const next = new Uint16Array(MOST_CODES * 256);
  const out = new BitWriter(bytes.length);
  let [width, codes] = [9, 258];
  out.write(clear, width);
  let present = bytes[0];
  for (let at = 1; at < bytes.length; at++) {
    const key = (present << 8) | bytes[at];
    if (next[key]) {
      present = next[key];
      continue;
    }
    out.write(present, width);
    present = bytes[at];
    if (codes === MOST_CODES) {
      out.write(clear, width);
      next.fill(0);
      [width, codes] = [9, 258];
    } else {
      if (codes === 1 << width) width += 1;
      next[key] = codes++;
    }
  }
  out.write(present, width);
  out.write(end, codes === 1 << width && width < 12 ? width + 1 : width);
  return out.finish();
}

/** Bits, the lowest first. */
class BitWriter {
  /** @param {number} most */
  constructor(most) {
    this.bytes = new Uint8Array(2 * most + 16);
    this.length = 0;
    this.buffer = 0;
    this.held = 0;
  }

  /** @param {number} code @param {number} width */
  write(code, width) {
    this.buffer |= code << this.held;
    this.held += width;
    for (; this.held >= 8; this.held -= 8) {
      this.bytes[this.length++] = this.buffer & 255;
      this.buffer >>>= 8;
    }
  }

  finish() {
    if (this.held) this.bytes[this.length++] = this.buffer & 255;
    return this.bytes.subarray(0, this.length);
  }
}

/**
 * Data in blocks of at most 255 bytes, each with its length in front, and an empty one at the end.
 * @param {Uint8Array} bytes
 */
function blocks(bytes) {
  const count = Math.ceil(bytes.length / 255);
  const out = new Uint8Array(bytes.length + count + 1);
  for (let block = 0; block < count; block++) {
    const part = bytes.subarray(block * 255, (block + 1) * 255);
    out[block * 256] = part.length;
    out.set(part, block * 256 + 1);
  }
  return out;
}

/** @param {number} value */
function short(value) {
  return [value & 255, (value >> 8) & 255];
}

/** @param {string} text */
export function letters(text) {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
