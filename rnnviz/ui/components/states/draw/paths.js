/** Paths: of the probe with its head, and of sequences. */

import { css } from "../../unrolled/scene/theme.js";
import { disk, font, ring } from "../../unrolled/draw/marks.js";
import { isolatedLabel } from "../../unrolled/text/symbols.js";

/** @import { Context, Parts, Points, Projected, Theme } from "../types.d.ts" */

/** So many sequences have a faint path. */
const FAINT = 5;

/**
 * The points of a sequence, in their order: the first, and one behind the last.
 * @param {Points} points @param {number} sequence @returns {[number, number]}
 */
export function spanOf({ sequence: sequences }, sequence) {
  const first = sequences.indexOf(sequence);
  return first < 0 ? [0, 0] : [first, sequences.lastIndexOf(sequence) + 1];
}

/**
 * Those sequences whose path is drawn, evenly chosen.
 * @param {Points} points
 */
export function faintOf({ sequence }) {
  const numbers = [...new Set(sequence)];
  const count = Math.min(FAINT, numbers.length);
  return Array.from(
    { length: count },
    (_, place) => numbers[Math.floor((place * numbers.length) / count)],
  );
}

/**
 * @param {Context} context @param {Parts<"data"|"look"|"theme">} scene @param {Projected} places
 */
export function drawFaintPaths(context, { data, theme }, places) {
  context.strokeStyle = css(theme.ink, 0.16);
  context.lineWidth = 1;
  context.beginPath();
  for (const sequence of faintOf(data.store.points))
    line(context, places, ...spanOf(data.store.points, sequence), data.store.points.step);
  context.stroke();
}

/**
 * The whole path of the sequence that was chosen or is pointed at.
 * @param {Context} context @param {Parts<"data"|"look"|"theme">} scene @param {Projected} places
 */
export function drawSequence(context, { data, look, theme }, places) {
  const { points } = data.store;
  const hovered = look.pointer === null ? null : points.sequence[look.pointer];
  const sequence = look.sequence ?? hovered;
  if (sequence === null) return;
  const [from, to] = spanOf(points, sequence);
  context.strokeStyle = css(theme.ink, 0.75);
  context.lineWidth = 1.4;
  context.beginPath();
  line(context, places, from, to, points.step);
  context.stroke();
  for (let point = from; point < to; point++)
    if (places.x[point] === places.x[point])
      disk(context, places.x[point], places.y[point], 2, css(theme.ink));
  if (look.pointer !== null)
    ring(context, places.x[look.pointer], places.y[look.pointer], 6, css(theme.ink));
}

/**
 * A line through points; where a time step is left out, it is broken.
 * @param {Context} context @param {Projected} places @param {number} from @param {number} to
 * @param {ArrayLike<number>} [steps]
 */
function line(context, { x, y }, from, to, steps) {
  let on = false;
  for (let point = from; point < to; point++) {
    const there = x[point] === x[point] && y[point] === y[point];
    const follows = on && (!steps || steps[point] === steps[point - 1] + 1);
    if (there && follows) context.lineTo(x[point], y[point]);
    else if (there) context.moveTo(x[point], y[point]);
    on = there;
  }
}

/**
 * The probe's path: strong as far as the sweep has come, with a head where it is.
 * @param {Context} context @param {Parts<"data"|"look"|"theme"|"clock">} scene
 * @param {Projected} path
 */
export function drawProbe(context, { data, look, theme, clock }, path) {
  const steps = path.x.length;
  const at = Math.min(Math.max(0, clock.sweep.at), steps - 1);
  const reached = Math.floor(at);
  context.lineJoin = "round";
  context.strokeStyle = css(theme.ink, 0.3);
  context.lineWidth = 1.2;
  context.beginPath();
  line(context, path, reached, steps);
  context.stroke();
  const head = between(path, at);
  for (const [colour, width] of /** @type {[string, number][]} */ ([
    [css(theme.paper, 0.85), 5],
    [css(theme.ink), 2.2],
  ])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    line(context, path, 0, reached + 1);
    if (finite(head)) context.lineTo(head.x, head.y);
    context.stroke();
  }
  for (let t = 0; t < steps; t++)
    if (path.x[t] === path.x[t])
      disk(
        context,
        path.x[t],
        path.y[t],
        t <= reached ? 2.4 : 1.6,
        css(theme.ink, t <= reached ? 1 : 0.45),
      );
  if (finite(head)) drawHead(context, theme, head, data.store.header.probe.inputs[look.step] ?? "");
}

/**
 * @param {Context} context @param {Theme} theme @param {{x: number, y: number}} head
 * @param {string} symbol
 */
function drawHead(context, theme, { x, y }, symbol) {
  disk(context, x, y, 9, css(theme.paper));
  ring(context, x, y, 8, css(theme.ink), 2);
  disk(context, x, y, 4, css(theme.ink));
  context.font = font(theme, 13, 600);
  context.textAlign = "left";
  context.textBaseline = "middle";
  const text = isolatedLabel(symbol);
  context.fillStyle = css(theme.paper, 0.8);
  context.fillRect(x + 11, y - 9, context.measureText(text).width + 6, 18);
  context.fillStyle = css(theme.ink);
  context.fillText(text, x + 14, y);
}

/**
 * Where the head is on its way from one time step to the next.
 * @param {Projected} path @param {number} at
 */
function between({ x, y }, at) {
  const from = Math.floor(at);
  const to = Math.min(from + 1, x.length - 1);
  const share = at - from;
  return { x: x[from] + (x[to] - x[from]) * share, y: y[from] + (y[to] - y[from]) * share };
}

/** @param {{x: number, y: number}} place */
function finite({ x, y }) {
  return Number.isFinite(x) && Number.isFinite(y);
}
