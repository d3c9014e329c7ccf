/**
 * The whole of a sequence that is longer than the window: below it, one strip as wide as the window,
 * where neighbouring time steps share a pixel. It shows where the window is, and moves it.
 */

import { clamp, normsOf, onAxis, startOf, storyOf, topOf } from "../data/values.js";
import { css } from "../scene/theme.js";
import { HEIGHT, cellX } from "../scene/layout.js";
import { plural } from "../text/words.js";

/** @import { BaseLayout, Context, Data, Layout, Parts, Theme } from "../types.d.ts" */

export const OVERVIEW = { height: HEIGHT.overview, strip: 12, bars: 22 };

/**
 * Whether the sequence is longer than what the window shows.
 * @param {Layout} layout
 */
export function needsOverview({ base }) {
  return base.scrolls;
}

/**
 * What the overview shows, in words.
 * @param {Parts<"data"|"layout">} scene
 */
export function overviewWords({ data, layout }) {
  const { store } = data;
  const { base } = layout;
  const shared = Math.max(1, store.header.steps / base.view);
  const each =
    shared > 1.05 ? `${Math.round(shared * 10) / 10} steps per pixel` : "no step left out";
  return (
    `all ${plural(store.header.steps, "time step")}: mean size of the hidden state over ` +
    `${plural(store.header.hidden, "unit")}, and the gradient norm; ${each}`
  );
}

/**
 * @param {Context} context with its origin at the left of the window
 * @param {Parts<"data"|"look"|"layout"|"theme"|"scales">} scene
 */
export function drawOverview(context, scene) {
  const { theme } = scene;
  const { base } = scene.layout;
  const { store, frame } = scene.data;
  const { range } = scene.scales;
  const { steps } = store.header;
  const sizes = meanSizes(scene.data);
  const most = Math.max(...sizes.filter(Number.isFinite), 1e-12);
  const wide = base.view / steps;
  const { index, letter } = storyOf(store.header);
  const norms = normsOf(frame, store.header, topOf(store.header), index, scene.look.ofLast);
  const foot = OVERVIEW.strip + 2 + OVERVIEW.bars;
  forPixels(steps, wide, (x, width, first, last) => {
    context.fillStyle = css(
      theme.colours.h,
      0.08 + 0.9 * clamp(mean(sizes, first, last) / most, 0, 1),
    );
    context.fillRect(x, 0, width, OVERVIEW.strip);
    const norm = mean(norms, first, last);
    if (!(norm > 0 && norm < Infinity)) return;
    const height = onAxis(range, norm) * OVERVIEW.bars;
    context.fillStyle = css(theme.colours[letter], 0.75);
    context.fillRect(x, foot - height, width, height);
  });
  drawWindow(context, scene, theme);
}

/**
 * Each pixel's time steps: one call for each pixel, or for each step where steps are wider.
 * @param {number} steps @param {number} wide
 * @param {(x: number, width: number, first: number, last: number) => void} draw
 */
function forPixels(steps, wide, draw) {
  const count = Math.max(1, Math.ceil(1 / wide));
  for (let first = 0; first < steps; first += count) {
    const last = Math.min(steps, first + count);
    draw(first * wide, (last - first) * wide + 0.4, first, last);
  }
}

/** @param {ArrayLike<number>} values @param {number} first @param {number} last */
export function mean(values, first, last) {
  let sum = 0;
  for (let t = first; t < last; t++) sum += values[t];
  return sum / (last - first);
}

/**
 * The mean of |h| over the units of the top layer, at each time step.
 * @param {Data} data
 */
function meanSizes({ store, decoded }) {
  const { steps, units } = store.header;
  const start = startOf(store.header, topOf(store.header), "h");
  return Array.from({ length: steps }, (_, t) => {
    let sum = 0;
    for (let unit = 0; unit < units; unit++) sum += Math.abs(decoded[start + t * units + unit]);
    return sum / units;
  });
}

/**
 * The window, and the chosen step.
 * @param {Context} context @param {Parts<"look"|"layout">} scene @param {Theme} theme
 */
function drawWindow(context, { look, layout }, theme) {
  const { columnScroll, step } = look;
  /** @param {number} x */
  const share = (x) =>
    clamp((x - layout.base.left) / (layout.base.steps * layout.base.pitch), 0, 1) *
    layout.base.view;
  const [left, right] = [share(columnScroll), share(columnScroll + layout.base.view)];
  const height = OVERVIEW.strip + 2 + OVERVIEW.bars;
  context.fillStyle = css(theme.paper, 0.55);
  context.fillRect(0, 0, left, height);
  context.fillRect(right, 0, layout.view - right, height);
  context.strokeStyle = css(theme.ink, 0.8);
  context.lineWidth = 1.5;
  context.strokeRect(left + 0.75, 0.75, Math.max(4, right - left - 1.5), height - 1.5);
  context.fillStyle = css(theme.ink);
  context.fillRect(share(cellX(layout.base, step)) - 0.5, 0, 2, height);
}

/**
 * Where to scroll so that the window's middle is under the pointer at x.
 * @param {BaseLayout} base @param {number} x
 */
export function scrollUnder(base, x) {
  const wanted = base.left + (x / base.view) * base.steps * base.pitch - base.view / 2;
  return clamp(wanted, 0, Math.max(0, base.content - base.view));
}
