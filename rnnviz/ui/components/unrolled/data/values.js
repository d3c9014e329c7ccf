/** A frame -> the numbers of a row, and the scales that they are drawn on. */

import { UNKNOWN } from "./packet.js";

/**
 * @import { Data, Frame, Header, Parts, Place, Range, Row, Sequence, Store, Unit } from "../types.d.ts"
 */

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/**
 * The gate on the belt; none where values are means: a product of means is no mean of products.
 * @param {Header} header
 */
export function valveOf({ diagram, group }) {
  return group > 1 ? null : diagram.valve;
}

/**
 * All units of a frame as numbers, (L, Q, T, H); NaN where the quantised frame has none.
 * @param {Frame} frame @param {Header} header
 */
export function decode(frame, header) {
  if (frame.exact) return /** @type {Float32Array} */ (frame.values);
  const { steps, units, layers, quantities } = header;
  const block = steps * units;
  const decoded = new Float32Array(frame.values.length);
  for (let layer = 0, at = 0; layer < layers; layer++) {
    quantities.forEach((quantity, q) => {
      const table = decodingTable(quantity.scale, frame.peaks[q][layer]);
      for (const end = at + block; at < end; at++) decoded[at] = table[frame.values[at]];
    });
  }
  return decoded;
}

/** @param {string} scale @param {number} peak */
function decodingTable(scale, peak) {
  const table = new Float32Array(256);
  for (let code = 1; code < 256; code++) {
    table[code] = scale === "gate" ? (code - 1) / 254 : ((code - 128) / 127) * peak;
  }
  table[0] = NaN;
  return table;
}

/** @param {Header} header @param {string} letter */
export function quantityIndex(header, letter) {
  return header.quantities.findIndex((quantity) => quantity.letter === letter);
}

/**
 * Where the values of one row begin in a decoded frame.
 * @param {Header} header @param {number} layer @param {string} letter
 */
export function startOf(header, layer, letter) {
  const { steps, units, quantities } = header;
  return (layer * quantities.length + quantityIndex(header, letter)) * steps * units;
}

/**
 * The recorded number; of a quantised frame the nearest level.
 * @param {Pick<Data, "store"|"decoded">} data @param {Place} row
 * @param {number} t @param {number} unit
 */
export function valueAt(data, row, t, unit) {
  const { header } = data.store;
  return data.decoded[startOf(header, row.layer, row.letter) + t * header.units + unit];
}

/**
 * The top layer; of two directions the one that reads forward.
 * @param {Header} header
 */
export function topOf({ layers, directions }) {
  return layers - directions;
}

/**
 * Whether a layer reads the sequence from its end: its step 0 is then the last input.
 * @param {Header} header @param {number} layer
 */
export function readsBackward({ directions }, layer) {
  return directions > 1 && layer % 2 === 1;
}

/**
 * Norms over units of one gradient, (T,): of the last scored step's loss, or of the whole.
 * @param {Frame} frame @param {Header} header @param {number} layer @param {number} gradient
 * @param {boolean} ofLast
 */
export function normsOf(frame, header, layer, gradient, ofLast) {
  const { layers, steps, gradients } = header;
  const start = (((ofLast ? 1 : 0) * layers + layer) * gradients.length + gradient) * steps;
  return frame.norms.subarray(start, start + steps);
}

/**
 * Ends of the colour scale of a signed quantity: the largest value kept, rounded up; 0 where the
 * network has no such row.
 * @param {Store} store @param {{letter: string, layer: number}} key
 */
export function signedScale({ header, frames }, { letter, layer }) {
  const q = quantityIndex(header, letter);
  if (q < 0 || layer >= header.layers) return 0;
  return roundedUp(frames.reduce((most, frame) => Math.max(most, frame.peaks[q][layer]), 0));
}

/** @param {number} peak */
function roundedUp(peak) {
  if (!peak) return 1;
  const decade = 10 ** Math.floor(Math.log10(peak));
  const steps = peak > 1 ? [1, 1.5, 2, 3, 4, 5, 6, 8, 10] : [1, 2, 5, 10];
  const step = steps.find((candidate) => peak <= candidate * decade * 1.001);
  return step ? step * decade : peak;
}

/**
 * The unit that is looked at, for what is there only where one is.
 * @param {{unit: Unit|null}} look @returns {Unit}
 */
export function chosen({ unit }) {
  if (!unit) throw new Error("no unit is looked at");
  return unit;
}

/**
 * The same for one unit alone: where one is looked at, its largest value is the scale, or its peer's.
 * @param {Parts<"data"|"look"|"layout"|"scales"|"peers">} scene @param {Row} row
 */
export function unitScale(scene, row) {
  const peers = scene.peers.filter(
    ({ look, layout }) =>
      look.unit?.layer === row.layer &&
      layout?.base.rows.some(({ letter }) => letter === row.letter),
  );
  return Math.max(...[scene, ...peers].map((each) => ownUnitScale(each, row)));
}

/** @param {Parts<"data"|"look"|"scales">} scene @param {Row} row */
function ownUnitScale({ data, look, scales }, row) {
  const { store } = data;
  const { unit } = chosen(look);
  const key = `${row.layer}${row.letter}${unit}`;
  return (scales.ofUnit[key] ??= roundedUp(unitPeak(store, row, unit)));
}

/** @param {Store} store @param {Row} row @param {number} unit */
function unitPeak({ header, frames }, row, unit) {
  const { steps, units } = header;
  const start = startOf(header, row.layer, row.letter) + unit;
  const q = quantityIndex(header, row.letter);
  let peak = 0;
  for (const frame of frames) {
    for (let t = 0; t < steps; t++) {
      const code = frame.values[start + t * units];
      const value = frame.exact ? code : code && ((code - 128) / 127) * frame.peaks[q][row.layer];
      if (Math.abs(value) > peak && Number.isFinite(value)) peak = Math.abs(value);
    }
  }
  return peak;
}

/**
 * Decades of the gradient's axis: fixed, so that a wedge as wide means a gradient as large in every
 * cell, run and picture. A trained network's gradients lie in them, and most of an untrained one's;
 * what lies beyond is marked.
 */
export const AXIS = Object.freeze({ low: -7, high: 1 });

/**
 * Which way a norm lies beyond an axis: -1 below, 1 above, 0 for what is on it, or is exactly 0.
 * @param {Range} range @param {number} norm
 */
export function beyond(range, norm) {
  if (norm > 0 && Math.log10(norm) < range.low) return -1;
  return Math.log10(norm) > range.high ? 1 : 0;
}

/**
 * Whether there are gradients: not without a loss.
 * @param {Header} header
 */
export function hasGradients({ has_gradients: has }) {
  return has !== false;
}

/**
 * The gradient by the state that carries the memory: an LSTM's cell state, else the hidden state.
 * @param {Header} header
 */
export function storyOf({ gradients }) {
  const ofCell = gradients.findIndex(({ letter }) => letter === "d_c");
  const index = ofCell < 0 ? gradients.findIndex(({ letter }) => letter === "d_h") : ofCell;
  return { ...gradients[index], index };
}

/**
 * Decades that a fitted axis spans: those of the frames, for both losses. The axis that is there
 * stays as long as it fits, so that it does not jump with every update.
 * @param {{norms: Float64Array}[]} frames @param {Range|null} present
 */
export function decades(frames, present) {
  let [least, most] = [Infinity, 0];
  for (const { norms } of frames) {
    for (const norm of norms) {
      if (!(norm > 0 && norm < Infinity)) continue;
      if (norm < least) least = norm;
      if (norm > most) most = norm;
    }
  }
  if (!most) return present ?? { low: -4, high: 0 };
  const high = Math.ceil(Math.log10(most) - 1e-9);
  const lowest = Math.floor(Math.log10(least) + 1e-9);
  const low = clamp(lowest, high - 12, high - 4);
  const fits =
    present &&
    present.high >= high &&
    present.low <= low &&
    present.high - high <= 1 &&
    low - present.low <= 2;
  return fits ? present : { low, high };
}

/**
 * Share 0..1 of the axis; 0 is at or below its foot.
 * @param {Range} range @param {number} norm
 */
export function onAxis(range, norm) {
  return clamp((Math.log10(norm) - range.low) / (range.high - range.low), 0, 1);
}

/**
 * Whether the prediction at t was right; null where nothing was asked or known.
 * @param {Frame} frame @param {number} t
 */
export function hit(frame, t) {
  if (!frame.sequence.counted[t] || !frame.rank.length || frame.rank[t] === UNKNOWN) return null;
  return frame.rank[t] === 0;
}

/**
 * How many were right of the steps that the accuracy counts.
 * @param {Frame} frame
 */
export function scoreOf(frame) {
  const steps = [...frame.sequence.counted.keys()].filter((t) => frame.sequence.counted[t]);
  return { right: steps.filter((t) => hit(frame, t)).length, counted: steps.length };
}

/**
 * Whether a step is trained that the accuracy does not count.
 * @param {Sequence} sequence @param {number} t
 */
export function onlyTrained({ scored, counted }, t) {
  return scored[t] && !counted[t];
}

/**
 * The classes told at a step: the most probable ones, and the target if it is not among them.
 * @param {Pick<Data, "store"|"frame">} data @param {number} t
 */
export function told(data, t) {
  const { frame, store } = data;
  const { top } = store.header;
  const scored = frame.sequence.scored[t];
  const targetClass = scored ? Number(frame.sequence.target_values[t]) : -1;
  const classes = [];
  for (let place = 0; place < top; place++) {
    const number_ = frame.topClass[t * top + place];
    if (number_ === UNKNOWN) return [];
    classes.push({ number: number_, share: frame.top[t * top + place], place });
  }
  if (scored && !classes.some((each) => each.number === targetClass)) {
    classes[classes.length - 1] = {
      number: targetClass,
      share: frame.target[t],
      place: frame.rank[t],
    };
  }
  return classes.map((each) => ({ ...each, target: each.number === targetClass }));
}
