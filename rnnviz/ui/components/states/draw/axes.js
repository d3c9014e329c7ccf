/** The axes, with their share of the variance. */

import { css, mix } from "../../unrolled/scene/theme.js";
import { font } from "../../unrolled/draw/marks.js";
import { percent } from "../../unrolled/text/numbers.js";
import { project } from "../scene/space.js";

/** @import { Camera, Context, Parts } from "../types.d.ts" */

/** An axis that is shorter on the canvas, in pixels, has no name. */
const LEAST = 40;

/**
 * What an axis is called.
 * @param {Parts<"data">["data"]} data @param {number} axis
 */
export function axisName({ store, frame }, axis) {
  if (store.header.axes === 1 && axis === 0) return "time step";
  const component = store.header.axes === 1 ? 0 : axis;
  const share = frame.shares[component];
  const told = Number.isFinite(share) ? `: ${percent(share)} of the variance` : "";
  return `component ${component + 1}${told}`;
}

/**
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"bounds">} scene
 * @param {Camera} camera
 */
export function drawAxes(context, scene, camera) {
  const { look } = scene;
  if (look.depth > 0) drawCross(context, scene, camera);
  if (look.depth < 1) drawFrame(context, scene, 1 - look.depth);
}

/**
 * Names along the edges of the flat picture.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {number} share
 */
function drawFrame(context, { data, layout, theme }, share) {
  const [left, top, width, height] = layout.plot;
  context.strokeStyle = css(theme.ink, 0.18 * share);
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  context.fillStyle = css(mix(theme.paper, theme.ink, 0.74), share);
  context.font = font(theme, 12);
  context.textBaseline = "alphabetic";
  context.textAlign = "right";
  context.fillText(axisName(data, 0), left + width - 8, top + height - 8);
  context.save();
  context.translate(left + 16, top + 8);
  context.rotate(-Math.PI / 2);
  context.fillText(axisName(data, 1), 0, 0);
  context.restore();
}

/**
 * Three lines through the middle, each named at its end.
 * @param {Context} context @param {Parts<"data"|"look"|"theme"|"bounds">} scene
 * @param {Camera} camera
 */
function drawCross(context, { data, look, theme, bounds }, camera) {
  const { middle, half } = bounds;
  context.font = font(theme, 12);
  context.textBaseline = "middle";
  for (let axis = 0; axis < data.store.header.axes; axis++) {
    const ends = [-1, 1].flatMap((sign) =>
      middle.map((value, each) => value + (each === axis ? sign * half[axis] : 0)),
    );
    const { x, y } = project(camera, ends);
    context.strokeStyle = css(theme.ink, 0.3 * look.depth);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x[0], y[0]);
    context.lineTo(x[1], y[1]);
    context.stroke();
    context.fillStyle = css(mix(theme.paper, theme.ink, 0.74), look.depth);
    const way = Math.hypot(x[1] - x[0], y[1] - y[0]);
    // Of an axis that points to the eye one could not tell whose the name is.
    if (way < LEAST) continue;
    const aside = (x[1] - x[0]) / way;
    context.textAlign = aside < -0.3 ? "right" : aside > 0.3 ? "left" : "center";
    const share = data.frame.shares[axis];
    const told = Number.isFinite(share) ? ` (${percent(share)})` : "";
    const below = 12 * ((y[1] - y[0]) / way);
    context.fillText(`component ${axis + 1}${told}`, x[1] + 8 * aside, y[1] + below);
  }
}
