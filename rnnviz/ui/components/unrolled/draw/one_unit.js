/** One unit over time: its gates as valves, its states as lines; and one cell with its formula. */

import { chosen, clamp, startOf, unitScale, valveOf } from "../data/values.js";
import { css, mix, readable } from "../scene/theme.js";
import { cellWidth, cellX } from "../scene/layout.js";
import { FORMULA, drawingWidth } from "../scene/zoom.js";
import { disk, fitted, font, hatch, measured, wrapped } from "./marks.js";
import { sumOf } from "../text/attention.js";
import { formulaOf } from "../text/formulas.js";

/** @import { Box, Colour, Context, Data, Look, Parts, Place, Row, Span, Theme } from "../types.d.ts" */

/** Pixels of the smallest letters of a formula, before words are left out of it. */
const LEAST = { wide: 9, narrow: 7.5 };

/** @typedef {{t: number, x: number, width: number, value: number, kept?: number}} Point */

/**
 * Draw the rows of the chosen unit; they come in as the strips go out.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"peers">} scene
 * @param {Span} span
 */
export function drawOneUnit(context, scene, span) {
  const { layout } = scene;
  if (!layout.toUnit) return;
  const { layer } = chosen(scene.look);
  context.save();
  context.globalAlpha = layout.toUnit;
  for (const row of layout.rows) {
    if (row.layer !== layer) continue;
    if (row.quantity.scale === "gate") drawValves(context, scene, row, span);
    else drawLine(context, scene, row, span);
  }
  context.globalAlpha = clamp(layout.toCell * 2 - 1, 0, 1);
  if (layout.toCell > 0.5) {
    for (const row of layout.rows) {
      if (row.layer === layer) drawFormula(context, scene, row);
    }
    if (scene.data.store.header.attention) drawSum(context, scene);
  }
  context.restore();
}

/**
 * The values of the chosen unit by time step.
 * @param {Data} data @param {Look} look @param {Place} row @returns {(t: number) => number}
 */
function seriesOf({ store, shown }, look, row) {
  const { units } = store.header;
  const start = startOf(store.header, row.layer, row.letter) + chosen(look).unit;
  return (t) => shown[start + t * units];
}

// ------------------------------------------------------------------ gates

/**
 * A gate is a valve in a pipe: its two jaws leave open the share that is let through.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene @param {Row} row
 * @param {Span} span
 */
function drawValves(context, { data, look, layout, theme }, row, { first, last }) {
  const value = seriesOf(data, look, row);
  const { y, height } = row;
  const colour = theme.colours[row.letter];
  for (let t = first; t <= last; t++) {
    const x = cellX(layout, t);
    const width = drawingWidth(layout, look, t);
    const slant = width > 24 ? Math.min(width * 0.22, 30) : 0;
    const open = value(t);
    context.fillStyle = css(theme.paper);
    context.fillRect(x, y, cellWidth(layout), height);
    if (!Number.isFinite(open)) {
      drawBroken(context, theme, [x, y, width, height]);
      continue;
    }
    const jaw = (height * (1 - clamp(open, 0, 1))) / 2;
    context.fillStyle = css(colour, 0.9);
    context.fillRect(x, y, width, height);
    context.fillStyle = css(mix(theme.paper, theme.ink, theme.dark ? 0.26 : 0.16));
    for (const [wall, edge] of [
      [y, y + jaw],
      [y + height, y + height - jaw],
    ]) {
      context.beginPath();
      context.moveTo(x, wall);
      context.lineTo(x + slant, edge);
      context.lineTo(x + width - slant, edge);
      context.lineTo(x + width, wall);
      context.fill();
    }
  }
}

/** @param {Context} context @param {Theme} theme @param {Box} box */
function drawBroken(context, theme, box) {
  context.fillStyle = css(mix(theme.paper, theme.ink, 0.45));
  context.fillRect(...box);
  hatch(context, theme, box);
}

// ------------------------------------------------------------------ states

/**
 * A state is a line; on the belt it shrinks at the valve, then what is stored is added.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"peers">} scene
 * @param {Row} row @param {Span} span
 */
function drawLine(context, scene, row, { first, last }) {
  const { layout, theme } = scene;
  const { store } = scene.data;
  const { y, height } = row;
  const scale = unitScale(scene, row);
  /** @param {number} value */
  const at = (value) => y + height / 2 - (clamp(value / scale, -1, 1) * (height - 8)) / 2;
  const left = cellX(layout, first) - layout.gap;
  context.fillStyle = css(theme.paper);
  context.fillRect(left, row.y, (last - first + 1) * layout.pitch, row.height);
  context.fillStyle = css(theme.ink, 0.05);
  for (let t = first; t <= last; t++) {
    context.fillRect(cellX(layout, t), y, cellWidth(layout), height);
  }
  context.fillStyle = css(theme.ink, 0.25);
  context.fillRect(left, Math.round(at(0)), (last - first + 1) * layout.pitch, 1);
  const value = seriesOf(scene.data, scene.look, row);
  const { belt } = store.header.diagram;
  const valve = valveOf(store.header);
  const through =
    row.letter === belt && valve && layout.wired
      ? keptOf(scene.data, scene.look, row, valve)
      : null;
  /** @type {Point[]} */
  const points = [];
  for (let t = Math.max(0, first - 1); t <= last; t++) {
    points.push({
      t,
      x: cellX(layout, t),
      width: drawingWidth(scene.layout, scene.look, t),
      value: value(t),
      kept: through?.(t),
    });
  }
  drawPath(context, scene, row, points, at);
  for (const { x, t, width, value: now } of points) {
    if (!Number.isFinite(now) && t >= first) drawBroken(context, theme, [x, y, width, height]);
  }
}

/**
 * What the valve lets through of the state before.
 * @param {Data} data @param {Look} look @param {Row} row @param {string} valve
 * @returns {(t: number) => number}
 */
function keptOf(data, look, row, valve) {
  const gate = seriesOf(data, look, { ...row, letter: valve });
  const state = seriesOf(data, look, row);
  return (t) => (t ? gate(t) * state(t - 1) : 0);
}

/**
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {Row} row
 * @param {Point[]} points @param {(value: number) => number} at
 */
function drawPath(context, scene, row, points, at) {
  const colour = css(readable(scene.theme.colours[row.letter], scene.theme));
  const { gap } = scene.layout;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  let broken = true;
  for (const { x, width, value, kept } of points) {
    if (!Number.isFinite(value)) {
      broken = true;
      continue;
    }
    const middle = x + width / 2;
    if (kept !== undefined && Number.isFinite(kept) && !broken) {
      context.lineTo(x - gap * 0.55, at(kept));
      context.lineTo(x + width * 0.2, at(kept));
    }
    if (broken) context.moveTo(middle, at(value));
    if (kept === undefined) context.lineTo(middle, at(value));
    else {
      context.lineTo(middle, at(value));
      context.lineTo(x + cellWidth(scene.layout), at(value));
    }
    broken = false;
  }
  context.stroke();
  if (cellWidth(scene.layout) < 8) return;
  for (const { x, width, value, kept } of points) {
    if (!Number.isFinite(value)) continue;
    disk(context, x + width / 2, at(value), width > 60 ? 4.5 : 3, colour);
    if (kept !== undefined) drawStored(context, scene, x, width, at(kept), at(value));
  }
}

/**
 * What is stored at a step: an arrow from what was kept to the new state.
 * @param {Context} context @param {Parts<"theme">} scene @param {number} x @param {number} width
 * @param {number} from @param {number} to
 */
function drawStored(context, { theme }, x, width, from, to) {
  if (Math.abs(to - from) < 7 || width < 26) return;
  const middle = x + width / 2;
  const way = Math.sign(to - from);
  context.strokeStyle = css(theme.ink, 0.55);
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(middle, from);
  context.lineTo(middle, to - way * 5);
  context.moveTo(middle - 3, to - way * 9);
  context.lineTo(middle, to - way * 5);
  context.lineTo(middle + 3, to - way * 9);
  context.stroke();
}

// ------------------------------------------------------------------ one cell

/**
 * Beside a row its formula, and under it the same with the recorded numbers.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene @param {Row} row
 */
function drawFormula(context, { data, look, layout, theme }, row) {
  const written = formulaOf(data, row, look.step, chosen(look).unit);
  const colour = theme.colours[row.letter];
  drawWritten(context, { look, layout, theme }, row, colour, written);
}

/**
 * What the output reads of the unit: its hidden state, and the weighted sum of attention.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene
 */
function drawSum(context, { data, look, layout, theme }) {
  const lane = { y: layout.attentionY, height: layout.attentionHeight };
  const written = sumOf(data, look.step, chosen(look));
  drawWritten(context, { look, layout, theme }, lane, theme.colours.h, written);
}

/**
 * A formula, the same with numbers, and a note, beside what is drawn of the cell.
 * @param {Context} context @param {Parts<"look"|"layout"|"theme">} scene
 * @param {{y: number, height: number}} row @param {Colour} colour
 * @param {{symbols: string, numbers: string, note: string}} written
 */
function drawWritten(context, { look, layout, theme }, row, colour, written) {
  const { symbols, numbers, note } = written;
  const room = cellWidth(layout) * FORMULA;
  const x = cellX(layout, look.step) + cellWidth(layout) - room + 6;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = css(theme.paper);
  context.fillRect(x - 6, row.y, room, row.height);
  context.font = font(theme, layout.narrow ? 10 : 12, 600);
  const named = layout.narrow ? wrapped(context, symbols, room - 8) : [symbols];
  const most = Math.floor((row.height * 0.95) / (layout.narrow ? LEAST.narrow : LEAST.wide));
  const [told, noted] = inLines(context, numbers, note, room - 8, most - named.length);
  const lines = [...named, ...told, noted].filter(Boolean);
  const pitch = Math.min(layout.narrow ? 13.5 : 16, row.height / lines.length);
  const size = Math.min(layout.narrow ? 10 : 12, pitch * 0.95);
  lines.forEach((line, place) => {
    const name = place < named.length;
    const result = place === named.length + told.length - 1;
    context.font = font(theme, size, name || result ? 600 : 400);
    context.fillStyle = css(name ? readable(colour, theme) : theme.ink);
    const y = row.y + row.height / 2 + (place - (lines.length - 1) / 2) * pitch;
    context.fillText(fitted(context, line, room - 8), x, y);
  });
}

/**
 * The numbers and the note, in at most so many lines as far as that is possible: first the note is
 * left out, then what does not fit into the line of the sum.
 * @param {Context} context @param {string} numbers @param {string} note @param {number} room
 * @param {number} most @returns {[string[], string]}
 */
function inLines(context, numbers, note, room, most) {
  const told = beforeResult(context, numbers, room);
  if (told.length + (note ? 1 : 0) <= most) return [told, note];
  if (told.length <= Math.max(most, 2)) return [told, ""];
  return [[shortened(context, told.slice(0, -1), room), told[told.length - 1]], ""];
}

/**
 * As many parts of a sum as fit into a line.
 * @param {Context} context @param {string[]} parts @param {number} room
 */
function shortened(context, parts, room) {
  for (let count = parts.length - 1; count > 0; count--) {
    const line = `${parts.slice(0, count).join(" ")} + …`;
    if (count === 1 || measured(context, line) <= room) return line;
  }
  return parts[0];
}

/**
 * The numbers in one line; or the result in a line of its own; or each part of the sum, too.
 * @param {Context} context @param {string} numbers @param {number} room
 */
function beforeResult(context, numbers, room) {
  if (measured(context, numbers) <= room) return [numbers];
  const cut = Math.max(numbers.lastIndexOf(" = "), numbers.lastIndexOf(" ≈ "));
  if (cut <= 0) return [numbers];
  const sum = numbers.slice(0, cut);
  const parts = measured(context, sum) <= room ? [sum] : sum.split(/ (?=\+ )/);
  return [...parts, numbers.slice(cut + 1)];
}
