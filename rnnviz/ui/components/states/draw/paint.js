/** The whole picture, in any context that knows these calls: a canvas, or save/vector.js. */

import { css, mix } from "../../unrolled/scene/theme.js";
import { font, wrapped } from "../../unrolled/draw/marks.js";
import { camera } from "../scene/scene.js";
import { project } from "../scene/space.js";
import { problemOf } from "../text/words.js";
import { drawAutomaton } from "./automaton.js";
import { drawAxes } from "./axes.js";
import { drawFixed } from "./fixed.js";
import { drawLegend } from "./legend.js";
import { drawFaintPaths, drawProbe, drawSequence } from "./paths.js";
import { drawPoints } from "./points.js";
import { drawStrip } from "./strip.js";

/** @import { Context, Projected, Scene } from "../types.d.ts" */

/** @param {Scene} scene */
export function sizeOf({ layout: { width, height } }) {
  return { width, height };
}

/**
 * Where the points and the probe's path are on the canvas.
 * @param {Scene} scene @returns {{points: Projected, probe: Projected}}
 */
export function placesOf(scene) {
  const seen = camera(scene);
  return { points: project(seen, scene.data.points), probe: project(seen, scene.data.probe) };
}

/** @param {Context} context @param {Scene} scene */
export function paint(context, scene) {
  const { layout, theme } = scene;
  context.fillStyle = css(theme.paper);
  context.fillRect(0, 0, layout.width, layout.height);
  const problem = problemOf(scene.data);
  if (problem) drawProblem(context, scene, problem);
  if (!scene.data.points) return;
  const { points, probe } = placesOf(scene);
  drawAxes(context, scene, camera(scene));
  context.save();
  context.beginPath();
  context.rect(...layout.plot);
  context.clip();
  drawFaintPaths(context, scene, points);
  drawPoints(context, scene, points);
  drawSequence(context, scene, points);
  drawFixed(context, scene, camera(scene));
  drawProbe(context, scene, probe);
  context.restore();
  drawLegend(context, scene);
  drawAutomaton(context, scene);
  drawStrip(context, scene);
}

/** @param {Context} context @param {Scene} scene @param {string} problem */
function drawProblem(context, { layout, theme }, problem) {
  const [left, top, width] = layout.plot;
  context.font = font(theme, 14);
  context.fillStyle = css(mix(theme.paper, theme.ink, 0.85));
  context.textAlign = "left";
  context.textBaseline = "middle";
  wrapped(context, problem, width - 48).forEach((line, place) => {
    context.fillText(line, left + 28, top + 30 + 20 * place);
  });
}
