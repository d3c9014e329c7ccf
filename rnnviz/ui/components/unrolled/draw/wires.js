/** How the parts of the cell hang together, and the inputs above them. */

import { readsBackward } from "../data/values.js";
import { css } from "../scene/theme.js";
import { HEIGHT, cellWidth, cellX, printBox } from "../scene/layout.js";
import { drawingMiddle } from "../scene/zoom.js";
import {
  acrossSize,
  arrowDown,
  commonSize,
  drawOperator,
  fitted,
  font,
  narrowText,
  roundedRect,
} from "./marks.js";
import { visible } from "../text/symbols.js";

/** @import { Box, Context, Diagram, Parts, Row, Span } from "../types.d.ts" */

/**
 * The time steps; where a unit is looked at that reads from the end, also which input it reads then.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene @param {Span} span
 */
export function drawAxis(context, { data, look, layout, theme }, { first, last }) {
  const { frame, store } = data;
  const { inputs } = frame.sequence;
  const own = layout.toUnit && look.unit && readsBackward(store.header, look.unit.layer);
  const every = layout.pitch >= 24 ? 1 : 5;
  context.font = font(theme, 10);
  context.textAlign = "center";
  context.fillStyle = css(theme.ink, 0.75);
  for (let t = first; t <= last; t++) {
    if (t % every === 0) {
      const said = own ? `${t} reads ${visible(inputs[inputs.length - 1 - t])}` : String(t);
      const shown = own ? fitted(context, said, layout.pitch - 4) : said;
      context.fillText(shown, cellX(layout, t) + cellWidth(layout) / 2, HEIGHT.axis / 2);
    }
  }
}

/** @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {Span} span */
export function drawInputs(context, { data, layout, theme }, { first, last }) {
  const { frame } = data;
  const labels = frame.sequence.inputs.map(visible);
  const room = printBox(layout, 0).width;
  const size = layout.upright
    ? acrossSize(context, theme, labels, room)
    : commonSize(context, theme, labels, room - 4, 600, [20, 9]);
  for (let t = first; t <= last; t++) {
    const { x, width } = printBox(layout, t);
    const label = labels[t];
    context.fillStyle = css(theme.ink, 0.07);
    roundedRect(context, x, layout.inputY, width, layout.inputHeight, 4);
    context.fill();
    context.fillStyle = css(theme.ink);
    if (layout.upright) {
      /** @type {Box} */
      const box = [x, layout.inputY + 3, width, layout.inputHeight - 6];
      narrowText(context, theme, label, box, layout.inputY + layout.inputHeight / 2, size);
    } else {
      context.font = font(theme, size, 600);
      context.textAlign = "center";
      context.fillText(
        fitted(context, label, width - 2),
        x + width / 2,
        layout.inputY + layout.inputHeight / 2,
      );
    }
  }
}

/**
 * Above the columns of a layer that reads from the end: the inputs that it reads.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {Span} span
 */
export function drawOwnInputs(context, { data, layout, theme }, { first, last }) {
  const { frame, store } = data;
  if (store.header.directions < 2 || layout.toUnit) return;
  const labels = frame.sequence.inputs.map(visible).reverse();
  const size = commonSize(context, theme, labels, printBox(layout, 0).width - 2, 400, [12, 8]);
  const firsts = layout.rows.filter(
    (row) => !row.closed && row.letter === store.header.diagram.rows[0],
  );
  context.font = font(theme, size);
  context.textAlign = "center";
  context.fillStyle = css(theme.ink, 0.75);
  for (const row of firsts.filter((each) => readsBackward(store.header, each.layer))) {
    for (let t = first; t <= last; t++) {
      const { x, width } = printBox(layout, t);
      const middle = row.top - HEIGHT.layer / 2;
      context.fillText(fitted(context, labels[t], width), x + width / 2, middle);
    }
  }
}

/**
 * Where the picture beside has rows for which this cell has nothing, it says so.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme"|"peers">} scene
 */
export function drawLacking(context, { layout, theme, data, peers }) {
  const { store } = data;
  const [from, to] = [layout.base.inputY + layout.base.inputHeight, layout.base.rowsY];
  if (!peers.length || layout.toUnit || to - from < HEIGHT.lacking) return;
  context.font = font(theme, 14);
  context.textAlign = "center";
  context.fillStyle = css(theme.ink, 0.75);
  context.fillText(
    store.header.diagram.lacks,
    layout.scroll + layout.base.view / 2,
    (from + to) / 2,
  );
}

/**
 * How the parts hang together; drawn only where the columns leave room for it.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene @param {Span} span
 */
export function drawWires(context, scene, { first, last }) {
  const { layout } = scene;
  const { store } = scene.data;
  const { diagram } = store.header;
  if (layout.rows.some((row) => row.folded)) return;
  for (let t = first; t <= last; t++) {
    drawFall(context, scene, t);
    if (t > 0) drawRecurrence(context, scene, t, diagram);
    drawValve(context, scene, t, diagram);
    for (const row of layout.rows) {
      if (!row.closed) drawBead(context, scene, t, row, diagram.beads[row.letter]);
    }
  }
}

/**
 * The input falls into the first row, as does each layer's hidden state; the last is read out.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene @param {number} t
 */
function drawFall(context, { data, look, layout, theme }, t) {
  const x = drawingMiddle(layout, look, t);
  // Of two directions only the lowest forward one reads what stands above it in the same column.
  const alone = data.store.header.directions > 1;
  const last = layout.rows[layout.rows.length - 1];
  for (const row of layout.rows) {
    if (layout.rows.find((each) => each.layer === row.layer) !== row) continue;
    if (alone && row.layer) continue;
    arrowDown(context, x, row.y - (row.belt ? 5 : 1), css(theme.ink, 0.55));
  }
  if (alone) return;
  const bottom = last.y + last.height + (last.belt ? 6 : 2);
  arrowDown(context, x, bottom + 7, css(theme.ink, 0.55));
}

/**
 * The hidden state of the step before goes into every gate.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {number} t
 * @param {Diagram} diagram
 */
function drawRecurrence(context, { data, layout, theme }, t, diagram) {
  const gates = diagram.rows.filter((letter) => letter !== "h" && letter !== "c");
  if (!gates.length) return;
  const x = Math.round(cellX(layout, t) - layout.gap * 0.78) + 0.5;
  for (let layer = 0; layer < data.store.header.layers; layer++) {
    const rows = layout.rows.filter((row) => row.layer === layer);
    if (!rows.length || rows[0].closed) continue;
    const hidden = rows.find((row) => row.letter === "h") ?? rows[rows.length - 1];
    const highest = rows[0].y + rows[0].height / 2;
    context.strokeStyle = css(theme.colours.h, 0.65);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, hidden.y + (hidden.belt ? -5 : hidden.height / 2));
    if (!hidden.belt) {
      context.moveTo(x - layout.gap * 0.22, hidden.y + hidden.height / 2);
      context.lineTo(x, hidden.y + hidden.height / 2);
    }
    context.lineTo(x, highest);
    for (const row of rows.filter((each) => gates.includes(each.letter))) {
      const y = row.y + row.height / 2;
      context.moveTo(x, y);
      context.lineTo(cellX(layout, t) - 1, y);
      context.moveTo(cellX(layout, t) - 4, y - 2.5);
      context.lineTo(cellX(layout, t) - 1, y);
      context.lineTo(cellX(layout, t) - 4, y + 2.5);
    }
    context.stroke();
  }
}

/**
 * The gate that decides what is kept sits on the belt.
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {number} t
 * @param {Diagram} diagram
 */
function drawValve(context, { layout, theme }, t, diagram) {
  if (!diagram.valve || t === 0) return;
  const x = Math.round(cellX(layout, t) - layout.gap * 0.45) + 0.5;
  for (const belt of layout.rows.filter((row) => row.belt && !row.closed)) {
    const gate = layout.rows.find(
      (row) => row.letter === diagram.valve && row.layer === belt.layer,
    );
    if (!gate) continue;
    const y = belt.y - 3;
    context.strokeStyle = css(theme.colours[diagram.valve]);
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(cellX(layout, t) - 1, gate.y + gate.height - 2);
    context.lineTo(x, gate.y + gate.height - 2);
    context.lineTo(x, y);
    context.stroke();
    drawOperator(context, theme, x, y, "×", theme.colours[diagram.valve]);
  }
}

/**
 * @param {Context} context @param {Parts<"look"|"layout"|"theme">} scene @param {number} t
 * @param {Row} row @param {string} sign
 */
function drawBead(context, { look, layout, theme }, t, row, sign) {
  if (!sign) return;

  const x = drawingMiddle(layout, look, t);
  const y = row.top - layout.between / 2;
  if (sign === "▾") arrowDown(context, x, y + 3, css(theme.ink, 0.6));
  else drawOperator(context, theme, x, y, sign, theme.ink);
}
