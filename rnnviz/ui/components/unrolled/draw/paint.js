/**
 * Everything that is drawn goes through here: three sheets that lie on each other on a page, and
 * `paint`, which draws all of them and the labels into one context.
 */

import { css } from "../scene/theme.js";
import { visibleSteps } from "../scene/layout.js";
import { fitted, font, measured } from "./marks.js";
import { captionOf } from "../text/words.js";
import { drawNoAttention } from "./attention.js";
import { drawRows } from "./strips.js";
import { drawPredictionBars, drawPredictionTexts } from "./predictions.js";
import { drawAxis, drawInputs, drawLacking, drawOwnInputs, drawWires } from "./wires.js";
import { drawGradientBars, drawGradientFoot, drawGradientWords } from "./gradient.js";
import { drawMotion } from "./sweep.js";
import { drawOneUnit } from "./one_unit.js";
import { drawLabels } from "./labels.js";

/** @import { Context, Parts, Scene } from "../types.d.ts" */

/** Height of the line that says what was measured, above the picture. */
const CAPTION = 24;

/**
 * The first sheet: colours and bars. It changes while colours blend.
 * @param {Context} context
 * @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"art"|"peers">} scene
 */
export function paintStrips(context, scene) {
  const span = visibleSteps(scene.layout, scene.layout.scroll);
  drawRows(context, scene, span);
  drawOneUnit(context, scene, span);
  drawPredictionBars(context, scene, span);
  drawGradientBars(context, scene, span);
}

/**
 * The second sheet: texts and lines. It changes with new data.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"peers">} scene
 */
export function paintPrint(context, scene) {
  const span = visibleSteps(scene.layout, scene.layout.scroll);
  context.textBaseline = "middle";
  if (scene.layout.wired) drawWires(context, scene, span);
  drawLacking(context, scene);
  drawNoAttention(context, scene);
  drawAxis(context, scene, span);
  drawInputs(context, scene, span);
  drawOwnInputs(context, scene, span);
  paintResults(context, scene);
  drawGradientFoot(context, scene);
}

/**
 * The part of the second sheet that changes with each iteration.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene
 */
export function paintResults(context, scene) {
  context.textBaseline = "middle";
  drawGradientWords(context, scene);
  if (!scene.data.store.header.classes) return;
  drawPredictionTexts(context, scene, visibleSteps(scene.layout, scene.layout.scroll));
}

/**
 * The third sheet: what moves. It is drawn in each frame of an animation, so it must be cheap.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock">} scene
 */
export function paintOverlay(context, scene) {
  drawMotion(context, scene);
}

/**
 * Width and height of what `paint` draws.
 * @param {Parts<"layout">} scene
 */
export function sizeOf({ layout }) {
  return { width: layout.labels + layout.view, height: CAPTION + layout.height };
}

/**
 * Draw the whole picture, with labels and caption, from the context's origin to the right and down.
 *
 * @param {Context} context or anything that knows these of its calls: save,
 *   restore, translate, rotate, beginPath, moveTo, lineTo, rect, roundRect, arc, clip, fill, stroke,
 *   fillRect, strokeRect, fillText, measureText, drawImage (of small canvases, one pixel for each
 *   value, with nine arguments); and these properties: fillStyle and strokeStyle (CSS colours),
 *   lineWidth, globalAlpha, font, textAlign, textBaseline, imageSmoothingEnabled
 * @param {Scene} scene
 */
export function paint(context, scene) {
  const { layout, theme } = scene;
  const { width, height } = sizeOf(scene);
  context.save();
  context.fillStyle = css(theme.paper);
  context.fillRect(0, 0, width, height);
  drawCaption(context, scene);
  context.translate(0, CAPTION);
  drawLabels(context, scene);
  context.beginPath();
  context.rect(layout.labels, 0, layout.view, layout.height);
  context.clip();
  context.translate(layout.labels - scene.layout.scroll, 0);
  paintStrips(context, scene);
  paintPrint(context, scene);
  paintOverlay(context, scene);
  context.restore();
}

/** @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"clock">} scene */
function drawCaption(context, scene) {
  const [measured_, about] = captionOf(scene);
  const { phase } = scene.clock.sweep;
  const sweep = phase === "all" ? "" : ` · ${phase} sweep at time step ${scene.look.step}`;
  const { width } = sizeOf(scene);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = css(scene.theme.ink);
  context.font = font(scene.theme, 13, 600);
  const text = fitted(context, measured_, width);
  context.fillText(text, 0, 10);
  const left = measured(context, text);
  context.font = font(scene.theme, 13);
  context.fillText(fitted(context, ` · ${about}${sweep}`, width - left), left, 10);
}
