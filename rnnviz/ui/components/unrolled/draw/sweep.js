/** What moves: the sweeps, and the frames around the chosen step and unit. */

import { clamp } from "../data/values.js";
import { VEIL, css } from "../scene/theme.js";
import { cellWidth, cellX, printBox, unitY } from "../scene/layout.js";
import { drawAttention } from "./attention.js";
import { disk, roundedRect } from "./marks.js";
import { drawBackward } from "./gradient.js";

/** @import { Box, Context, Layout, Parts, Row, Unit } from "../types.d.ts" */

/** A glow that rises along a line, in so many parts. */
const GLOW_PARTS = 10;

/**
 * When, within a step, each part of a column has been computed: shares 0..1 of the step. The parts
 * meet in the middle between two rows, however far apart these are.
 * @param {Layout} layout
 * @returns {{y: number, height: number, at: number, print?: boolean}[]}
 */
function partsOf(layout) {
  const shown = layout.rows.filter((row) => !row.folded);
  const y = layout.predictionY - 9;
  const top = layout.rowsY - layout.between / 2;
  const edges = shown.slice(1).map((row, index) => {
    const above = shown[index];
    return (above.top + above.slot + row.top) / 2;
  });
  const rows = shown.map((_, index) => {
    const from = index ? edges[index - 1] : top;
    const to = edges[index] ?? y;
    return { y: from, height: to - from, at: 0.15 + (0.65 * index) / layout.rows.length };
  });
  return [...rows, { y, height: layout.wordsY - 4 - y, at: 0.8, print: true }];
}

/**
 * What the network has not computed yet lies under a veil; inputs and words are always there.
 * @param {Context} context @param {Parts<"look"|"layout"|"theme"|"clock">} scene
 */
function drawForward(context, scene) {
  const { layout, theme } = scene;
  const t = scene.look.step;
  const within = scene.clock.calm ? 1 : scene.clock.sweep.at - t;
  const right = layout.left + layout.content + layout.gap;
  context.fillStyle = css(theme.paper, VEIL);
  context.fillRect(layout.left, layout.gradientY - 6, layout.content, layout.height);
  for (const part of partsOf(layout)) {
    // Texts stand on their column's middle; a row's column begins with what comes to it.
    const x = cellX(layout, t) - (part.print ? layout.gap / 2 : layout.gap);
    const faded = clamp((within - part.at) / 0.12, 0, 1);
    // A text is there or not: under a veil it could not be read.
    const [veil, share] = part.print ? [1, Math.floor(faded)] : [VEIL, faded];
    context.fillStyle = css(theme.paper, veil);
    context.fillRect(x + layout.pitch, part.y, right - x - layout.pitch, part.height);
    context.fillStyle = css(theme.paper, veil * (1 - share));
    if (share < 1) context.fillRect(x, part.y, layout.pitch, part.height);
  }
  drawFlow(context, scene, t, within);
}

/**
 * A light runs along the belts, and down the column from row to row.
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {number} t
 * @param {number} within
 */
function drawFlow(context, scene, t, within) {
  const { layout } = scene;
  const x = cellX(layout, t) - layout.gap + Math.min(1, within * 1.6) * layout.pitch;
  for (const row of layout.rows.filter((each) => each.belt)) {
    const length = Math.max(26, layout.pitch * 0.9);
    const colour = scene.theme.dark ? [255, 255, 255] : scene.theme.colours[row.letter];
    for (let part = 0; part < GLOW_PARTS; part++) {
      const from = x - length * (1 - part / GLOW_PARTS);
      context.fillStyle = css(colour, (0.85 * (part + 0.5)) / GLOW_PARTS);
      context.fillRect(from, row.y - 4, length / GLOW_PARTS, 2);
      context.fillRect(from, row.y + row.height + 2, length / GLOW_PARTS, 2);
    }
    disk(context, x, row.y - 3, 2.6, css(colour));
    disk(context, x, row.y + row.height + 3, 2.6, css(colour));
  }
  for (const row of layout.rows) lightRow(context, scene, t, within, row);
}

/**
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {number} t
 * @param {number} within @param {Row} row
 */
function lightRow(context, { layout, theme }, t, within, row) {
  const index = layout.rows.indexOf(row);
  const since = within - 0.15 - (0.65 * index) / layout.rows.length;
  if (since < 0 || since > 0.4) return;
  context.strokeStyle = css(theme.colours[row.letter], 1 - since / 0.4);
  context.lineWidth = 2;
  context.strokeRect(cellX(layout, t) - 1, row.y - 1, cellWidth(layout) + 2, row.height + 2);
}

/**
 * The chosen time step: a frame around its column, and one around its gradient.
 * @param {Context} context @param {Parts<"look"|"layout"|"theme">} scene
 */
function drawStep(context, { look, layout, theme }) {
  const { step } = look;
  const { x: left, width: inner } = printBox(layout, step);
  context.strokeStyle = css(theme.ink, 0.75);
  context.lineWidth = 1.5;
  for (const [top, bottom] of [
    [0, layout.wordsY - 2],
    [layout.gradientY - 4, layout.height],
  ]) {
    if (top && !layout.gradientHeight) break;
    roundedRect(context, left - 2, top + 0.75, inner + 4, bottom - top - 1.5, 4);
    context.stroke();
  }
}

/**
 * The chosen unit: a line around it in every row; and thinner, the one under the pointer.
 * @param {Context} context @param {Parts<"look"|"layout"|"theme">} scene
 */
function drawUnits(context, scene) {
  const { layout } = scene;
  const { unit, pointer } = scene.look;
  if (layout.toUnit) return;
  if (pointer?.row && pointer.unit !== undefined) {
    outlineUnit(context, scene, { layer: pointer.row.layer, unit: pointer.unit }, 1, 0.55);
  }
  if (unit) outlineUnit(context, scene, unit, 1.5, 1);
}

/**
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {Unit} unit
 * @param {number} width @param {number} alpha
 */
function outlineUnit(context, { layout, theme }, { layer, unit }, width, alpha) {
  const left = cellX(layout, 0) - 1;
  const right = cellX(layout, layout.steps - 1) + cellWidth(layout) + 1;
  for (const row of layout.rows) {
    if (row.layer !== layer) continue;
    /** @type {Box} */
    const box = [left, unitY(row, unit) - 1, right - left, row.unitHeight + 2];
    context.lineWidth = width + 2;
    context.strokeStyle = css(theme.paper, 0.85 * alpha);
    context.strokeRect(...box);
    context.lineWidth = width;
    context.strokeStyle = css(theme.ink, alpha);
    context.strokeRect(...box);
  }
}

/** @param {Context} context @param {Parts<"look"|"layout"|"theme">} scene */
function drawPointer(context, { look, layout, theme }) {
  const { row, unit, t } = look.pointer ?? { t: 0 };
  if (!row || unit === undefined || layout.toUnit) return;
  const y = unitY(row, unit);
  context.lineWidth = 1.5;
  context.strokeStyle = css(theme.ink);
  context.strokeRect(cellX(layout, t) - 1, y - 1, cellWidth(layout) + 2, row.unitHeight + 2);
}

/**
 * All that moves.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock">} scene
 */
export function drawMotion(context, scene) {
  if (scene.clock.sweep.phase === "forward") drawForward(context, scene);
  if (scene.clock.sweep.phase === "backward") drawBackward(context, scene);
  drawAttention(context, scene);
  drawUnits(context, scene);
  drawStep(context, scene);
  drawPointer(context, scene);
}
