/** The colours of a GIF: one table for all frames. */

/**
 * @typedef {{data: Uint8ClampedArray}} Pixels
 * @typedef {{bin: number, count: number, mean: number[]}} Bin
 * @typedef {{table: number[][], indexOf: Uint8Array}} ColourTable
 */

/** One of the 256 entries means: as in the frame before. */
const MOST_COLOURS = 255;

/** Colours are told apart by their upper five bits in each channel. */
const BINS = 32768;

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
export function binOf(data, at) {
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
