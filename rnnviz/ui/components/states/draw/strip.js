/** The strip of the probe: its symbols, what the network answers, and where the sweep is. */

import { clamp } from "../../unrolled/data/values.js";
import { css, mix } from "../../unrolled/scene/theme.js";
import { fitted, font } from "../../unrolled/draw/marks.js";
import { isolatedLabel } from "../../unrolled/text/symbols.js";
import { answerAt } from "../text/words.js";

/** @import { Context, Layout, Look, Parts } from "../types.d.ts" */

const NAMES = 62;
const LEAST = 30;
const LEAST_NARROW = 46;
const MOST = 92;

/**
 * Which time steps are in sight, and where they are.
 * @param {Layout} layout @param {Look} look @param {number} steps
 */
export function columnsOf({ strip, narrow }, { step }, steps) {
  const [left, , width] = strip;
  const room = width - (narrow ? 0 : NAMES);
  const pitch = clamp(room / steps, narrow ? LEAST_NARROW : LEAST, MOST);
  const count = Math.min(steps, Math.floor(room / pitch));
  const first = clamp(step - Math.floor(count / 2), 0, steps - count);
  return { left: left + (narrow ? 0 : NAMES), pitch, first, count };
}

/**
 * The time step at a place of the canvas; null where there is none.
 * @param {Parts<"data"|"look"|"layout">} scene @param {number} x @param {number} y
 */
export function stepAt({ data, look, layout }, x, y) {
  const [, top, , height] = layout.strip;
  const { left, pitch, first, count } = columnsOf(
    layout,
    look,
    data.store.header.probe.inputs.length,
  );
  const column = Math.floor((x - left) / pitch);
  return y < top || y > top + height || column < 0 || column >= count ? null : first + column;
}

/** @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene */
export function drawStrip(context, { data, look, layout, theme }) {
  const { inputs, targets } = data.store.header.probe;
  const { left, pitch, first, count } = columnsOf(layout, look, inputs.length);
  const [, top] = layout.strip;
  const quiet = css(mix(theme.paper, theme.ink, 0.74));
  context.textBaseline = "middle";
  if (!layout.narrow) {
    context.textAlign = "left";
    context.font = font(theme, 12);
    context.fillStyle = quiet;
    context.fillText("input", 6, top + 13);
    context.fillText("answer", 6, top + 37);
  }
  context.textAlign = "center";
  for (let step = first; step < first + count; step++) {
    const x = left + (step - first) * pitch;
    const here = step === look.step;
    context.fillStyle = css(theme.ink, here ? 0.14 : 0.045);
    context.fillRect(x + 1, top, pitch - 2, 50);
    context.fillStyle = css(theme.ink);
    context.font = font(theme, 12, here ? 700 : 400);
    context.fillText(
      fitted(context, isolatedLabel(inputs[step]), pitch - 5),
      x + pitch / 2,
      top + 13,
    );
    const answer = answerAt(data, step);
    const target = isolatedLabel(targets[step] ?? "");
    context.fillStyle = target ? css(theme.ink) : quiet;
    const asked = target && data.store.header.probe.names.length;
    const mark = asked && answer !== target ? " ✗" : "";
    // A long answer is shortened, and not the mark that it is wrong.
    const room = pitch - 5 - context.measureText(mark).width;
    context.fillText(`${fitted(context, answer, room)}${mark}`, x + pitch / 2, top + 37);
    if (here) {
      context.fillStyle = css(theme.ink);
      context.fillRect(x + 1, top + 50, pitch - 2, 3);
    }
  }
}
