/** What the colours stand for. */

import { css, mix } from "../../unrolled/scene/theme.js";
import { disk, fitted, font } from "../../unrolled/draw/marks.js";
import { shortly } from "../../unrolled/text/numbers.js";
import { isolatedLabel } from "../../unrolled/text/symbols.js";
import { coloursOf } from "../scene/colours.js";
import { colouringOf } from "./points.js";

/** @import { Box, Colour, Context, Parts, Theme } from "../types.d.ts" */

/**
 * Names and colours, in the order in which they stand.
 * @param {Parts<"data"|"look"|"theme">} scene
 * @returns {{name: string, colour: Colour}[]}
 */
export function legendOf({ data, look, theme }) {
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
  if (rest) named.push({ name: `${rest} others`, colour: other });
  else if (unknown) named.push({ name: "none", colour: other });
  return named;
}

/** @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene */
export function drawLegend(context, scene) {
  const { layout, theme, data, look } = scene;
  const { about } = colouringOf(data, look);
  const entries = legendOf(scene);
  if (!about || !entries.length) return;
  const [left, top, width, height] = layout.legend;
  context.textAlign = "left";
  context.textBaseline = "middle";
  if (layout.narrow) return inRows(context, theme, entries, layout.legend);
  context.font = font(theme, 12, 600);
  context.fillStyle = css(theme.ink);
  context.fillText(about.label, left, top + 8);
  context.font = font(theme, 12);
  entries.forEach(({ name, colour }, place) => {
    const y = top + 30 + 19 * place;
    if (y > top + height) return;
    disk(context, left + 6, y, 4.5, css(colour));
    context.fillStyle = css(mix(theme.paper, theme.ink, 0.85));
    context.fillText(fitted(context, name, width - 18), left + 18, y);
  });
}

/**
 * @param {Context} context @param {Theme} theme @param {{name: string, colour: Colour}[]} entries
 * @param {Box} box
 */
function inRows(context, theme, entries, [left, top, width, height]) {
  context.font = font(theme, 12);
  let [x, y] = [left, top + 8];
  for (const { name, colour } of entries) {
    const text = fitted(context, name, width - 20);
    const wide = context.measureText(text).width + 30;
    if (x > left && x + wide > left + width) [x, y] = [left, y + 19];
    if (y > top + height) return;
    disk(context, x + 6, y, 4.5, css(colour));
    context.fillStyle = css(theme.ink);
    context.fillText(text, x + 16, y);
    x += wide;
  }
}
