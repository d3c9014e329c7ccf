/** Fixed points: stable ones filled, saddles hollow with the directions in which they are left. */

import { css } from "../../unrolled/scene/theme.js";
import { disk, ring } from "../../unrolled/draw/marks.js";
import { project } from "../scene/space.js";

/** @import { Camera, Context, Parts, Projected, Theme } from "../types.d.ts" */

/** Half the length of an unstable direction, as a share of what is shown. */
const LENGTH = 0.1;

const RADIUS = 5.5;

/** What each kind is called in the legend. @type {Record<string, string>} */
export const KINDS = {
  stable: "stable point",
  saddle: "saddle",
  undecided: "undecided",
  slow: "slow point",
};

/**
 * Places (n, 3) of the fixed points, and of both ends of each of their directions.
 * @param {Parts<"data">["data"]} data @param {number} radius
 */
function placesOfFixed({ store, frame }, radius) {
  const single = store.header.axes === 1;
  /** @param {(number|null)[]} numbers */
  const three = (numbers) => {
    const [a, b = 0, c = 0] = numbers.map((value) => value ?? NaN);
    return single ? [(store.header.probe.inputs.length - 1) / 2, a, 0] : [a, b, c];
  };
  const points = frame.fixed?.points ?? [];
  const at = points.map((point) => three(point.at));
  const ends = points.flatMap(({ kind, directions }, place) =>
    kind === "saddle" && !single
      ? directions.flatMap((direction) =>
          [-1, 1].map((sign) =>
            three(direction).map((part, axis) => at[place][axis] + sign * LENGTH * radius * part),
          ),
        )
      : [],
  );
  return { at: at.flat(), ends: ends.flat() };
}

/**
 * Where the fixed points are on the canvas.
 * @param {Parts<"data">} scene @param {Camera} camera @returns {Projected}
 */
export function fixedPlaces({ data }, camera) {
  return project(camera, placesOfFixed(data, camera.radius).at);
}

/**
 * @param {Context} context @param {Parts<"data"|"look"|"theme">} scene @param {Camera} camera
 */
export function drawFixed(context, { data, look, theme }, camera) {
  const points = data.frame.fixed?.points ?? [];
  if (!points.length) return;
  const { at, ends } = placesOfFixed(data, camera.radius);
  drawDirections(context, theme, project(camera, ends));
  const { x, y, near } = project(camera, at);
  const order = [...points.keys()].sort((one, other) => near[one] - near[other]);
  for (const place of order) {
    if (!Number.isFinite(x[place] + y[place])) continue;
    drawMark(
      context,
      theme,
      points[place].kind,
      x[place],
      y[place],
      RADIUS * (1 + 0.3 * near[place]),
    );
    if (place === look.fixed) ring(context, x[place], y[place], RADIUS + 5, css(theme.ink));
  }
}

/** @param {Context} context @param {Theme} theme @param {Projected} ends */
function drawDirections(context, theme, { x, y }) {
  for (const [colour, width] of /** @type {[string, number][]} */ ([
    [css(theme.paper, 0.9), 4],
    [css(theme.ink), 1.8],
  ])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (let end = 0; end + 1 < x.length; end += 2) {
      if (!Number.isFinite(x[end] + y[end] + x[end + 1] + y[end + 1])) continue;
      context.moveTo(x[end], y[end]);
      context.lineTo(x[end + 1], y[end + 1]);
    }
    context.stroke();
  }
}

/**
 * @param {Context} context @param {Theme} theme @param {string} kind @param {number} x
 * @param {number} y @param {number} radius
 */
export function drawMark(context, theme, kind, x, y, radius) {
  const ink = css(theme.ink);
  const paper = css(theme.paper);
  if (kind === "stable") {
    disk(context, x, y, radius + 1.5, paper);
    disk(context, x, y, radius, ink);
  } else if (kind === "saddle") {
    disk(context, x, y, radius + 1, paper);
    ring(context, x, y, radius, ink, 2);
  } else {
    const side = radius * 0.9;
    context.beginPath();
    if (kind === "slow") {
      context.moveTo(x, y - radius);
      context.lineTo(x + side, y);
      context.lineTo(x, y + radius);
      context.lineTo(x - side, y);
      context.lineTo(x, y - radius);
      context.lineTo(x + side, y);
    } else context.rect(x - side, y - side, 2 * side, 2 * side);
    context.fillStyle = paper;
    context.fill();
    context.strokeStyle = ink;
    context.lineWidth = 1.6;
    context.stroke();
  }
}
