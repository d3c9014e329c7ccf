/**
 * What a message holds, and what is told of it: needs no page.
 *
 * Cells are 1 for +1 and 0 for −1.
 * @typedef {{id: number, name: string, cells: Uint8Array}} Stored
 * @typedef {{id: number, start: Uint8Array, unit: Int32Array, field: Float32Array, step: Int32Array, asked: Int32Array,
 *            energy: Float32Array, overlaps: Float32Array, together: boolean, cycles: boolean}} Recall
 * @typedef {{side: number, version: number, cells: Uint8Array, stored: Stored[], recall: Recall | null}} Message
 */

import { shortly } from "../unrolled/text/numbers.js";

/** Milliseconds of a step one at a time, and bounds of a whole recall; of a step of all at once. */
const STEP_MS = 150;
const LEAST_MS = 1200;
const MOST_MS = 9000;
const TOGETHER_MS = 700;

/** Return an array from plotly.js's base64 form. @param {{dtype: string, bdata: string}} packed */
export function unpacked({ dtype, bdata }) {
  const bytes = Uint8Array.from(atob(bdata), (sign) => sign.charCodeAt(0));
  if (dtype === "u1") return bytes;
  if (dtype === "i4") return new Int32Array(bytes.buffer);
  return dtype === "f4"
    ? new Float32Array(bytes.buffer)
    : Float32Array.from(new Float64Array(bytes.buffer));
}

/** @param {any} raw @returns {Message} */
export function readMessage({ side, version, cells, stored, recall }) {
  const arrays = (/** @type {Record<string, any>} */ packed) =>
    Object.fromEntries(
      Object.entries(packed).map(([name, value]) => [
        name,
        value?.bdata === undefined ? value : unpacked(value),
      ]),
    );
  return /** @type {Message} */ ({
    side,
    version,
    cells: unpacked(cells),
    stored: stored.map(arrays),
    recall: recall && arrays(recall),
  });
}

/** Number of steps of a recall. @param {Recall} recall */
export function stepsOf(recall) {
  return recall.energy.length - 1;
}

/** The cells after so many steps. @param {Recall} recall @param {number} step */
export function cellsAt({ start, unit, step: when }, step) {
  const cells = start.slice();
  for (let i = 0; i < unit.length && when[i] <= step; i++) cells[unit[i]] ^= 1;
  return cells;
}

/** Which of all changes are those of one step: from, to. @param {Recall} recall @param {number} step */
export function changesOf({ step: when }, step) {
  let from = 0;
  while (from < when.length && when[from] < step) from++;
  let to = from;
  while (to < when.length && when[to] === step) to++;
  return [from, to];
}

/** Overlap with each pattern, −1..1. @param {Uint8Array} cells @param {Stored[]} stored */
export function overlapsOf(cells, stored) {
  return stored.map((pattern) => {
    let same = 0;
    for (let i = 0; i < cells.length; i++) same += cells[i] === pattern.cells[i] ? 1 : 0;
    return (2 * same) / cells.length - 1;
  });
}

/**
 * Local field of a unit by Hebb's rule: of each pattern its sign there times the overlap, less what the unit would say to
 * itself.
 * @param {number} unit @param {Uint8Array} cells @param {Stored[]} stored
 */
export function fieldOf(unit, cells, stored) {
  const overlaps = overlapsOf(cells, stored);
  const sum = overlaps.reduce((sum, m, p) => sum + (stored[p].cells[unit] ? m : -m), 0);
  return sum - ((cells[unit] ? 1 : -1) * stored.length) / cells.length;
}

/** Four cells a digit, the first the highest; the last digit is filled up with 0. @param {Uint8Array} cells */
export function hexOf(cells) {
  let text = "";
  for (let i = 0; i < cells.length; i += 4) {
    const four = [0, 1, 2, 3].map((k) => (cells[i + k] ?? 0) << (3 - k));
    text += four.reduce((a, b) => a | b).toString(16);
  }
  return text;
}

/** "row 3, column 7", from 1. @param {number} unit @param {number} side */
export function placeOf(unit, side) {
  return `row ${Math.floor(unit / side) + 1}, column ${(unit % side) + 1}`;
}

/** What a step did and why, in words. @param {Recall} recall @param {number} step @param {number} side */
export function whyOf(recall, step, side) {
  const energy = recall.energy[step];
  const steps = stepsOf(recall);
  if (step === 0) {
    if (!steps)
      return `Nothing changes: no unit disagrees with its local field. Energy ${shortly(energy)}.`;
    return `The start. Energy ${shortly(energy)}.`;
  }
  const before = recall.energy[step - 1];
  const [from, to] = changesOf(recall, step);
  let text = recall.together
    ? `Step ${step}: ${to - from} ${to - from === 1 ? "unit changes" : "units change"} at once. ${moved(before, energy)}`
    : oneChange(recall, from, side);
  if (step === steps)
    text += recall.cycles ? CYCLE : " Now no unit disagrees with its local field.";
  return text;
}

const CYCLE =
  " This is the state of two steps ago: it goes to and fro between two states for ever.";

/** @param {Recall} recall @param {number} change @param {number} side */
function oneChange({ unit, field }, change, side) {
  const h = field[change];
  const sign = h > 0 ? "+1" : "−1";
  const which = `The unit in ${placeOf(unit[change], side)} turns to ${sign}`;
  const why = `its local field h is ${shortly(h)}, ${h > 0 ? "above" : "below"} 0`;
  return `${which}: ${why}. The energy falls by 2 |h| = ${shortly(2 * Math.abs(h))}.`;
}

/** @param {number} before @param {number} after */
function moved(before, after) {
  const text = `from ${shortly(before)} to ${shortly(after)}`;
  if (after === before) return `The energy stays at ${shortly(after)}.`;
  return `The energy ${after < before ? "falls" : "rises"} ${text}.`;
}

/** Milliseconds that a whole recall is played in. @param {Recall} recall */
export function durationOf(recall) {
  const steps = stepsOf(recall);
  if (recall.together) return steps * TOGETHER_MS;
  return Math.min(MOST_MS, Math.max(LEAST_MS, steps * STEP_MS));
}
