/** What the colours and marks stand for. */

import { css, mix } from "../../unrolled/scene/theme.js";
import { disk, fitted, font } from "../../unrolled/draw/marks.js";
import { shortly } from "../../unrolled/text/numbers.js";
import { isolatedLabel } from "../../unrolled/text/symbols.js";
import { coloursOf } from "../scene/colours.js";
import { KINDS, drawMark } from "./fixed.js";
import { colouringOf } from "./points.js";

/** @import { Box, Colour, Context, Parts, Theme } from "../types.d.ts" */

/** @typedef {{name: string, colour?: Colour, kind?: string}} Entry */

const LINE = 19;

/**
 * Names with colours or marks, in the order in which they stand; what has neither is a title.
 * @param {Parts<"data"|"look"|"theme">} scene
 * @returns {Entry[]}
 */
export function legendOf(scene) {
  const { about } = colouringOf(scene.data, scene.look);
  const coloured = about ? [{ name: about.label }, ...colourEntries(scene)] : [];
  const { fixed } = scene.data.frame;
  const kinds = new Set(fixed?.points.map(({ kind }) => kind));
  if (!fixed || !kinds.size) return coloured;
  const marks = Object.entries(KINDS).filter(([kind]) => kinds.has(kind));
  return [
    ...coloured,
    { name: `fixed points, ${isolatedLabel(fixed.given)}` },
    ...marks.map(([kind, name]) => ({ name, kind })),
  ];
}

/** @param {Parts<"data"|"look"|"theme">} scene @returns {Entry[]} */
function colourEntries({ data, look, theme }) {
  const { about, values } = colouringOf(data, look);
  if (!about) return [];
  const { colours, shown, levels } = coloursOf(about, values, theme);
  const [other] = colours.slice(-1);
  if (levels) {
    const ends = [0, 0.5, 1].map((share) => about.low + (about.high - about.low) * share);
    const stops = [0, (levels - 1) / 2, levels - 1];
    return ends.map((value, place) => ({ name: shortly(value), colour: colours[stops[place]] }));
  }
  const named = shown.map((number, place) => ({
    name: isolatedLabel(about.names[number]),
    colour: colours[place],
  }));
  const rest = about.names.length - shown.length;
  const unknown = values.some((value) => value !== value);
  if (rest) named.push({ name: rest === 1 ? "1 other" : `${rest} others`, colour: other });
  else if (unknown) named.push({ name: "none", colour: other });
  return named;
}

/** @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene */
export function drawLegend(context, scene) {
  const { layout, theme } = scene;
  const entries = legendOf(scene);
  context.textAlign = "left";
  context.textBaseline = "middle";
  if (layout.inRows) inRows(context, theme, entries, layout.legend);
  else inColumn(context, theme, entries, layout.legend);
}

/**
 * @param {Context} context @param {Theme} theme @param {Entry[]} entries @param {Box} box
 */
function inColumn(context, theme, entries, [left, top, width, height]) {
  let y = top + 8;
  for (const [place, entry] of entries.entries()) {
    const titled = !entry.colour && !entry.kind;
    if (titled && place) y += 10;
    if (y > top + height) return;
    drawEntry(context, theme, entry, left, y, width);
    y += LINE;
  }
}

/**
 * @param {Context} context @param {Theme} theme @param {Entry[]} entries @param {Box} box
 */
function inRows(context, theme, entries, [left, top, width, height]) {
  let [x, y] = [left, top + 8];
  for (const entry of entries) {
    context.font = font(theme, 12, entry.colour || entry.kind ? 400 : 600);
    const wide = Math.min(width, context.measureText(entry.name).width + 32);
    if (x > left && x + wide > left + width) [x, y] = [left, y + LINE];
    if (y > top + height) return;
    drawEntry(context, theme, entry, x, y, wide);
    x += wide;
  }
}

/**
 * @param {Context} context @param {Theme} theme @param {Entry} entry @param {number} x
 * @param {number} y @param {number} room
 */
function drawEntry(context, theme, { name, colour, kind }, x, y, room) {
  const titled = !colour && !kind;
  if (colour) disk(context, x + 6, y, 4.5, css(colour));
  if (kind) drawMark(context, theme, kind, x + 6, y, 4.5);
  context.font = font(theme, 12, titled ? 600 : 400);
  context.fillStyle = css(titled ? theme.ink : mix(theme.paper, theme.ink, 0.85));
  const start = titled ? 0 : 17;
  context.fillText(fitted(context, name, room - start), x + start, y);
}
