/** Sizes of the picture -> where every row and column lies. */

import { DIAGRAMS } from "./cells.js";
import { clamp, onAxis, quantityIndex } from "./values.js";

const COLUMN = { narrowest: 12, widest: 320, upright: 40, wired: 34 };

export const HEIGHT = {
  axis: 16, input: 32, uprightInput: 46, between: 9, prediction: 74, words: 16, gradient: 74, zero: 18, layer: 18,
};

/** From this width on, what becomes of the gradient is said in one line. */
const WORDS_WIDE = 560;

export const PREDICTION = { head: 18, line: 18, bar: 15 };

/**
 * @typedef {{letter: string, layer: number, quantity: any, y: number, height: number,
 *   unitHeight: number, group: number, belt: boolean, top: number, slot: number,
 *   window: {from: number, count: number}, folded?: boolean}} Row
 * `window` tells which lines of units the row shows; a `folded` row is on its way out.
 * @typedef {{width: number, narrow: boolean, labels: number, view: number, pitch: number, gap: number,
 *   left: number, content: number, rows: Row[], axisY: number, inputY: number, rowsY: number,
 *   inputHeight: number, predictionY: number, wordsY: number, wordLines: number, gradientY: number,
 *   height: number, upright: boolean, steps: number, wired: boolean}} Layout
 * @returns {Layout}
 */
export function layOut(header, width) {
  const narrow = width < 560;
  const labels = narrow ? 96 : 126;
  const view = Math.max(60, width - labels);
  const { steps } = header;
  const pitch = clamp(Math.floor((view - 14) / steps), COLUMN.narrowest, COLUMN.widest);
  const gap = clamp(Math.round(pitch * 0.26), 3, 34);
  const content = steps * pitch + 8;
  const left = Math.min(24, Math.max(0, Math.floor((view - content) / 2)));
  const upright = pitch < COLUMN.upright;
  const inputHeight = upright ? HEIGHT.uprightInput : HEIGHT.input;
  const rows = layOutRows(header, HEIGHT.axis + inputHeight + HEIGHT.between);
  const last = rows[rows.length - 1];
  const predictionY = last.top + last.slot + HEIGHT.between + 5;
  const wordsY = predictionY + HEIGHT.prediction + 7;
  const wordLines = view < WORDS_WIDE ? 2 : 1;
  const gradientY = wordsY + HEIGHT.words * wordLines + 5;
  return {
    width, narrow, labels, view, pitch, gap, left, content, rows, steps,
    axisY: 0, inputY: HEIGHT.axis, inputHeight, rowsY: rows[0].top, predictionY, wordsY, wordLines, gradientY,
    height: gradientY + HEIGHT.gradient + HEIGHT.zero + 4,
    upright, wired: pitch >= COLUMN.wired,
  };
}

/** Stack the rows of all layers, from y down. @returns {Row[]} */
function layOutRows(header, y) {
  const diagram = DIAGRAMS[header.cell];
  const size = stripSize(header.units, diagram.strip / header.layers ** 0.6);
  const rows = [];
  for (let layer = 0; layer < header.layers; layer++) {
    if (header.layers > 1) y += HEIGHT.layer;
    for (const letter of diagram.rows) {
      const belt = letter === diagram.belt;
      const slot = Math.max(size.height, header.layers > 1 ? 30 : 42) + (belt ? 8 : 0);
      const quantity = header.quantities[quantityIndex(header, letter)];
      const inside = y + Math.floor((slot - size.height) / 2);
      const window = { from: 0, count: size.height / size.unitHeight };
      rows.push({ letter, layer, quantity, belt, top: y, slot, y: inside, window, ...size });
      y += slot + HEIGHT.between;
    }
  }
  return rows;
}

/** Whole pixels for each unit; where there are too many, the mean of a group shares a line. */
function stripSize(units, wanted) {
  const group = Math.ceil(units / Math.max(16, Math.round(wanted * 1.35)));
  const lines = Math.ceil(units / group);
  const unitHeight = clamp(Math.round(wanted / lines), 1, 14);
  return { group, unitHeight, height: lines * unitHeight };
}

/** Left edge of the column's cell, in the coordinates of the scrolled content. */
export function cellX(layout, t) {
  return layout.left + t * layout.pitch + layout.gap;
}

export function cellWidth(layout) {
  return layout.pitch - layout.gap;
}

/** Text has more room than the cells of the strips: nearly the whole column. */
export function printBox(layout, t) {
  const width = Math.min(layout.pitch - 3, cellWidth(layout) + 14);
  return { x: cellX(layout, t) + (cellWidth(layout) - width) / 2, width };
}

export function predictionBox(layout, t, line) {
  const y = layout.predictionY + PREDICTION.head + line * PREDICTION.line + 1;
  return { ...printBox(layout, t), y, height: PREDICTION.bar };
}

export function gradientFoot(layout) {
  return layout.gradientY + HEIGHT.gradient;
}

export function gradientY(layout, range, norm) {
  return gradientFoot(layout) - onAxis(range, norm) * HEIGHT.gradient;
}

export function visibleSteps(layout, scroll) {
  const first = Math.floor((scroll - layout.left) / layout.pitch);
  const last = Math.ceil((scroll + layout.view - layout.left) / layout.pitch);
  return { first: clamp(first, 0, layout.steps - 1), last: clamp(last, 0, layout.steps - 1) };
}

export function unitY(row, unit) {
  return row.y + Math.floor(unit / row.group) * row.unitHeight;
}

export function artKey(row) {
  return `${row.layer}${row.letter}`;
}
