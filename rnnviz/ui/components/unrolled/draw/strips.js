/** Rows of units as strips of colours, and the belt that carries the state. */

import { startOf, valveOf } from "../data/values.js";
import { css } from "../scene/theme.js";
import { artKey, cellWidth, cellX, unitY } from "../scene/layout.js";
import { hatch } from "./marks.js";

/**
 * @import { Art, Context, Data, Parts, Row, RowArt, RowImage, Scales, Span } from "../types.d.ts"
 */

/** Between two columns the belt is paler than in them. */
const CARRIED = 0.6;

/**
 * Write a row's values into its image of one pixel for each step and line.
 * @param {Parts<"data"|"theme"|"scales"|"art">} scene @param {Row} row
 */
function paintImages(scene, row) {
  const { store, shown } = scene.data;
  const { steps, units } = store.header;
  const lines = Math.ceil(units / row.group);
  const art = (scene.art.images[artKey(row)] ??= newArt(steps, lines));
  const table = scene.theme.tables[row.letter];
  const { from, factor } = codeScale(scene.scales, row);
  const start = startOf(store.header, row.layer, row.letter);
  art.hasNotNumbers = fillImage(art.now, shown, start, row.group, units, table, from, factor);
  if (row.belt) {
    const kept = keptValues(scene.data, row, start);
    fillImage(art.kept, kept, 0, row.group, units, table, from, factor);
  }
}

/** @param {number} steps @param {number} lines @returns {RowArt} */
function newArt(steps, lines) {
  const image = () => {
    const canvas = document.createElement("canvas");
    canvas.width = steps;
    canvas.height = lines;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const data = context.createImageData(steps, lines);
    return { canvas, context, data, pixels: new Uint32Array(data.data.buffer) };
  };
  return { now: image(), kept: image(), hasNotNumbers: false };
}

/**
 * code = from + factor * value, 0..255
 * @param {Scales} scales @param {Row} row
 */
function codeScale(scales, row) {
  if (row.quantity.scale === "gate") return { from: 0, factor: 255 };
  return { from: 127.5, factor: 127.5 / scales.rows[artKey(row)] };
}

/**
 * @param {RowImage} image @param {Float32Array} values @param {number} start @param {number} group
 * @param {number} units @param {Uint32Array} table @param {number} from @param {number} factor
 * @returns {boolean} whether some value is not a number
 */
function fillImage(image, values, start, group, units, table, from, factor) {
  const steps = image.canvas.width;
  let notNumbers = false;
  for (let t = 0; t < steps; t++) {
    for (let line = 0, unit = 0; unit < units; line++) {
      const end = Math.min(units, unit + group);
      const count = end - unit;
      let sum = 0;
      for (; unit < end; unit++) sum += values[start + t * units + unit];
      const code = from + (factor * sum) / count;
      if (code === code && Number.isFinite(code)) {
        image.pixels[line * steps + t] = table[code < 0 ? 0 : code > 255 ? 255 : Math.round(code)];
      } else {
        image.pixels[line * steps + t] = table[256];
        notNumbers = true;
      }
    }
  }
  image.context.putImageData(image.data, 0, 0);
  return notNumbers;
}

/**
 * What the valve lets through of the state before: f c or z h; without a valve the state itself.
 * @param {Data} data @param {Row} row @param {number} start
 */
function keptValues(data, row, start) {
  const { header } = data.store;
  const { steps, units } = header;
  const valve = valveOf(header);
  const kept = new Float32Array(steps * units);
  const gate = valve ? startOf(header, row.layer, valve) : 0;
  for (let at = units; at < kept.length; at++) {
    kept[at] = data.shown[start + at - units] * (valve ? data.shown[gate + at] : 1);
  }
  return kept;
}

/**
 * @param {Context} context @param {Parts<"layout"|"art">} scene @param {Row} row @param {Span} span
 */
function drawStrip(context, { layout, art }, row, { first, last }) {
  const { canvas } = artOf(art, row).now;
  const count = last - first + 1;
  context.drawImage(
    canvas,
    first,
    row.window.from,
    count,
    row.window.count,
    cellX(layout, first) - layout.gap,
    row.y,
    count * layout.pitch,
    row.height,
  );
}

/** @param {Art} art @param {Row} row */
function artOf(art, row) {
  return art.images[artKey(row)];
}

/**
 * Where one unit is looked at, nothing is left of the strips but the rails of its belt.
 * @param {Context} context @param {Parts<"layout"|"theme">} scene
 */
function drawUnitBelts(context, scene) {
  for (const row of scene.layout.rows) if (row.belt) drawRails(context, scene, row);
}

/** @param {Context} context @param {Parts<"layout"|"theme">} scene @param {Span} span */
function clearGaps(context, { layout, theme }, { first, last }) {
  const top = layout.rowsY - layout.between;
  const height = layout.predictionY - top;
  context.fillStyle = css(theme.paper);
  for (let t = first; t <= last; t++) {
    context.fillRect(cellX(layout, t) - layout.gap, top, layout.gap, height);
  }
}

/**
 * The belt has no gaps: between two columns it shows the old state, then what the valve kept.
 * @param {Context} context @param {Parts<"layout"|"theme"|"art">} scene @param {Row} row
 * @param {Span} span
 */
function drawBelt(context, scene, row, { first, last }) {
  const { layout } = scene;
  const { now, kept } = artOf(scene.art, row);
  const { from, count } = row.window;
  const width = cellWidth(layout);
  const before = Math.floor(layout.gap / 2);
  for (let t = first; t <= last; t++) {
    const x = cellX(layout, t);
    const after = layout.gap - before;
    context.globalAlpha = 1;
    context.drawImage(now.canvas, t, from, 1, count, x, row.y, width, row.height);
    context.globalAlpha = CARRIED;
    context.drawImage(kept.canvas, t, from, 1, count, x - after, row.y, after, row.height);
    const carried = x - layout.gap;
    if (t > 0) {
      context.drawImage(now.canvas, t - 1, from, 1, count, carried, row.y, before, row.height);
    } else {
      context.drawImage(kept.canvas, 0, from, 1, count, carried, row.y, before, row.height);
    }
  }
  context.globalAlpha = 1;
  drawRails(context, scene, row);
}

/** @param {Context} context @param {Parts<"layout"|"theme">} scene @param {Row} row */
function drawRails(context, { layout, theme }, row) {
  const from = layout.left;
  const to = cellX(layout, layout.steps - 1) + cellWidth(layout) + 6;
  context.fillStyle = css(theme.colours[row.letter]);
  context.fillRect(from, row.y - 4, to - from, 2);
  context.fillRect(from, row.y + row.height + 2, to - from, 2);
}

/**
 * Hatch what is not a number, so that grey is not taken for a value.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme"|"art">} scene @param {Row} row
 * @param {Span} span
 */
function drawNotNumbers(context, { data, layout, theme, art }, row, { first, last }) {
  if (!artOf(art, row).hasNotNumbers || layout.toUnit) return;
  const { store } = data;
  const { units } = store.header;
  const start = startOf(store.header, row.layer, row.letter);
  /** @param {number} t @param {number} unit */
  const broken = (t, unit) => !Number.isFinite(data.shown[start + t * units + unit]);
  for (let t = first; t <= last; t++) {
    for (let unit = 0; unit < units; unit++) {
      if (!broken(t, unit)) continue;
      const from = unit;
      while (unit + 1 < units && broken(t, unit + 1)) unit += 1;
      const top = unitY(row, from);
      hatch(context, theme, [
        cellX(layout, t),
        top,
        cellWidth(layout),
        unitY(row, unit) + row.unitHeight - top,
      ]);
    }
  }
}

/**
 * Everything that is a colour: the rows of units of all layers, and the belts.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme"|"scales"|"art">} scene
 * @param {Span} span
 */
export function drawRows(context, scene, span) {
  const { layout } = scene;
  if (layout.toUnit === 1) return drawUnitBelts(context, scene);
  if (scene.art.stale) for (const row of scene.layout.base.rows) paintImages(scene, row);
  scene.art.stale = false;
  context.imageSmoothingEnabled = false;
  for (const row of layout.rows) if (!row.belt) drawStrip(context, scene, row, span);
  clearGaps(context, scene, span);
  for (const row of layout.rows) if (row.belt) drawBelt(context, scene, row, span);
  for (const row of layout.rows) drawNotNumbers(context, scene, row, span);
}
