/** How the board is painted: the grid, energy and overlaps over the steps, and how much each pattern is recalled. */

import { shortly } from "../unrolled/text/numbers.js";
import { cellsAt, changesOf, overlapsOf, stepsOf, whyOf } from "./recall.js";

/** @import { Board } from "./hopfield.js" */
/** @import { Recall } from "./recall.js" */

/** For so many steps a unit that changed is still marked, ever fainter. */
const MARKED = 8;
/** Okabe and Ito (2008). */
const CHANGED = "#D55E00";
const ENERGY = "#0072B2";
const ALIKE = "#009E73";
const OPPOSITE = "#CC79A7";
const CHART_HEIGHT = 110;

/** Bring all that is seen to the step that is shown. @param {Board} board */
export function paintAll(board) {
  const { message, recall, parts } = board;
  if (!message) return;
  const step = recall ? Math.floor(board.at) : 0;
  const cells = recall ? cellsAt(recall, step) : board.cells;
  paintGrid(board, cells, step);
  const count = message.stored.length;
  const now = recall && count ? rowOf(recall, step, count) : overlapsOf(cells, message.stored);
  now.forEach((overlap, p) => mark(board, p, overlap));
  paintEnergy(board);
  paintOverlaps(board, count);
  writeAll(board, step, now);
  parts.root.classList.toggle("recalled", recall !== null);
}

/** @param {Board} board @param {number} step @param {number[]} overlaps */
function writeAll({ message, recall, playing, parts }, step, overlaps) {
  const { play, back, on, slider, reading, why, grid } = parts;
  const steps = recall ? stepsOf(recall) : 0;
  for (const control of [play, back, on, slider]) control.disabled = !steps;
  play.textContent = playing ? "Pause" : "Play";
  slider.max = String(steps);
  slider.value = String(step);
  say(reading, recall ? `step ${step} of ${steps}` : "no recall yet");
  const side = message?.side ?? 1;
  // What changes many times a second is not read out.
  why.setAttribute("aria-live", playing ? "off" : "polite");
  say(why, recall ? whyOf(recall, step, side) : "");
  const best = overlaps.indexOf(Math.max(...overlaps));
  const closest =
    best < 0
      ? ""
      : ` Closest to ${message?.stored[best].name}, overlap ${shortly(overlaps[best])}.`;
  if (!playing)
    grid.setAttribute(
      "aria-label",
      `Grid of ${side} by ${side} units. Arrows move, space turns a unit.${closest}`,
    );
}

/** @param {HTMLElement} node @param {string} text */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Recall} recall @param {number} step @param {number} count */
function rowOf(recall, step, count) {
  return [...recall.overlaps.subarray(step * count, (step + 1) * count)];
}

/** Make a canvas as sharp as the screen, and return its pen. @param {HTMLCanvasElement} canvas @param {number} height */
function pen(canvas, height) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const sizes = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== sizes[0] || canvas.height !== sizes[1])
    [canvas.width, canvas.height] = sizes;
  const to = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  to.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  return { to, width, height, ink: style.color, font: `11px ${style.fontFamily}` };
}

/** @param {Board} board @param {Uint8Array} cells @param {number} step */
function paintGrid({ parts: { grid }, message, recall, cursor }, cells, step) {
  const side = message?.side ?? 1;
  const { to, width, ink } = pen(grid, grid.clientWidth);
  const size = width / side;
  const gap = size > 9 ? 1 : 0.5;
  to.fillStyle = ink;
  for (let unit = 0; unit < cells.length; unit++) {
    const [x, y] = [(unit % side) * size, Math.floor(unit / side) * size];
    to.globalAlpha = cells[unit] ? 0.92 : 0.08;
    to.fillRect(x + gap / 2, y + gap / 2, size - gap, size - gap);
  }
  const ring = (
    /** @type {number} */ unit,
    /** @type {string} */ colour,
    /** @type {number} */ alpha,
  ) => {
    to.globalAlpha = alpha;
    to.strokeStyle = colour;
    to.lineWidth = Math.max(2, size / 8);
    const inset = to.lineWidth / 2;
    const [x, y] = [(unit % side) * size, Math.floor(unit / side) * size];
    to.strokeRect(x + inset, y + inset, size - 2 * inset, size - 2 * inset);
  };
  for (let late = recall?.together ? 0 : MARKED - 1; recall && late >= 0; late--) {
    const [from, to] = step - late > 0 ? changesOf(recall, step - late) : [0, 0];
    for (let i = from; i < to; i++) ring(recall.unit[i], CHANGED, 1 - late / MARKED);
  }
  if (grid.matches(":focus-visible")) ring(cursor, ENERGY, 1);
  to.globalAlpha = 1;
}

/** @param {Board} board */
function paintEnergy({ parts: { energy }, recall, at }) {
  const lines = recall
    ? [{ values: recall.energy, stride: 1, first: 0, colour: ENERGY, bold: true }]
    : [];
  paintLines(energy, lines, recall ? Math.floor(at) : 0, "energy", null);
}

/** @param {Board} board @param {number} count */
function paintOverlaps({ parts: { overlaps }, recall, at }, count) {
  const step = recall ? Math.floor(at) : 0;
  const row = recall && count ? rowOf(recall, stepsOf(recall), count).map(Math.abs) : [];
  const best = row.indexOf(Math.max(...row));
  const lines = row.map((_, p) => ({
    values: recall ? recall.overlaps : new Float32Array(),
    stride: count,
    first: p,
    colour: p === best ? ALIKE : "",
    bold: p === best,
  }));
  paintLines(overlaps, lines, step, "overlap with each pattern", [-1, 1]);
}

/**
 * Lines over the steps: as far as the recall has come in full, the rest faint.
 * @param {HTMLCanvasElement} canvas
 * @param {{values: Float32Array, stride: number, first: number, colour: string, bold: boolean}[]} lines
 * @param {number} step @param {string} title @param {number[] | null} range
 */
function paintLines(canvas, lines, step, title, range) {
  const { to, width, height, ink, font } = pen(canvas, CHART_HEIGHT);
  to.font = font;
  to.fillStyle = to.strokeStyle = ink;
  to.globalAlpha = 0.8;
  to.fillText(title, 44, 11);
  const steps = lines.length ? lines[0].values.length / lines[0].stride - 1 : 0;
  const all = lines.length ? lines[0].values : new Float32Array([0]);
  const [low, high] = range ?? [Math.min(...all), Math.max(...all)];
  const [left, top, right, bottom] = [44, 18, width - 8, height - 6];
  const x = (/** @type {number} */ k) => left + ((right - left) * k) / Math.max(steps, 1);
  const y = (/** @type {number} */ v) => bottom - ((bottom - top) * (v - low)) / (high - low || 1);
  to.textAlign = "right";
  if (lines.length) {
    to.fillText(shortly(high), left - 6, top + 8);
    if (high > low) to.fillText(shortly(low), left - 6, bottom);
  }
  to.textAlign = "left";
  to.globalAlpha = 0.2;
  to.lineWidth = 1;
  to.strokeRect(left, top, right - left, bottom - top);
  const stroke = (
    /** @type {typeof lines[0]} */ line,
    /** @type {number} */ until,
    /** @type {number} */ alpha,
  ) => {
    to.globalAlpha = alpha;
    to.strokeStyle = line.colour || ink;
    to.lineWidth = line.bold ? 2 : 1;
    to.beginPath();
    for (let k = 0; k <= until; k++) to.lineTo(x(k), y(line.values[k * line.stride + line.first]));
    to.stroke();
  };
  for (const line of lines) {
    stroke(line, steps, line.bold ? 0.3 : 0.12);
    stroke(line, step, line.bold ? 1 : 0.4);
    if (!line.bold) continue;
    to.fillStyle = line.colour;
    to.beginPath();
    to.arc(x(step), y(line.values[step * line.stride + line.first]), 4, 0, 2 * Math.PI);
    to.fill();
  }
  to.globalAlpha = 1;
  canvas.setAttribute("aria-label", `${title} over the steps of the recall`);
}

/** Show how much of a pattern there is. @param {Board} board @param {number} p @param {number} overlap */
function mark({ marks }, p, overlap) {
  const shown = marks[p];
  if (!shown) return;
  const { bar, text } = shown;
  bar.style.transform = `scaleX(${Math.abs(overlap)})`;
  bar.style.background = overlap < 0 ? OPPOSITE : ALIKE;
  say(text, shortly(overlap, 2));
}

/** A stored pattern, small. @param {HTMLCanvasElement} canvas @param {Uint8Array} cells @param {number} side */
export function paintSmall(canvas, cells, side) {
  const each = 3;
  canvas.width = canvas.height = side * each;
  const to = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  to.fillStyle = getComputedStyle(canvas).color;
  cells.forEach((cell, unit) => {
    to.globalAlpha = cell ? 0.92 : 0.1;
    to.fillRect((unit % side) * each, Math.floor(unit / side) * each, each, each);
  });
}
