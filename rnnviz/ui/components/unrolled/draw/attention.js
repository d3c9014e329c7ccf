/**
 * Attention: wires from the steps that are looked at to the one that is answered, of one step at a
 * time. In the forward sweep what is looked at runs down them, in the backward sweep the gradient
 * up; both as wide as what was measured.
 */

import { pairsOf, senderOf } from "../data/attention.js";
import { clamp } from "../data/values.js";
import { css, mix, readable } from "../scene/theme.js";
import { cellWidth, cellX } from "../scene/layout.js";
import { outlineOf, pointOn, wiresByGradient, wiresByWeight, wiresShown } from "../scene/wiring.js";
import { disk, font, hatch } from "./marks.js";

/** @import { Box, Colour, Context, Parts, Wire } from "../types.d.ts" */

/** When, within a step, its wires begin and are there, and those of the step before are gone. */
const FORWARD = { gone: 0.4, begins: 0.4, there: 0.8 };
const BACKWARD = { gone: 0.3, begins: 0, there: 0.6 };

/** The wires that are shown, over a lane that they alone have. */
const ALPHA = { weight: 0.8, gradient: 0.6 };

/**
 * The wires of the step that one looks at.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock">} scene
 */
export function drawAttention(context, scene) {
  const { data, look, layout, clock } = scene;
  if (!layout.attentionHeight || !data.store.header.attention) return;
  if (clock.sweep.phase === "forward") drawForward(context, scene);
  else if (clock.sweep.phase === "backward") drawBackward(context, scene);
  else drawWeights(context, scene, look.step, 1, 1);
  drawPointed(context, scene);
}

/** @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"clock">} scene */
function drawForward(context, scene) {
  const { step } = scene.look;
  const within = scene.clock.calm ? 1 : scene.clock.sweep.at - step;
  const [gone, come] = progress(within, FORWARD);
  if (step > 0 && gone < 1) drawWeights(context, scene, step - 1, 1, 1 - gone);
  drawWeights(context, scene, step, come, 1);
}

/**
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock">} scene
 */
function drawBackward(context, scene) {
  const { data, look, layout, clock } = scene;
  const sender = senderOf(data, look);
  const within = clock.calm ? 1 : look.step + 1 - clock.sweep.at;
  const [gone, come] = progress(within, BACKWARD);
  if (!look.ofLast && look.step + 1 < layout.steps && gone < 1) {
    drawGradients(context, scene, look.step + 1, 1, 1 - gone);
  }
  if (look.step <= sender) drawGradients(context, scene, sender, look.step < sender ? 1 : come, 1);
}

/**
 * How far the wires of the step before have gone, and those of this one have come, each 0 to 1.
 * @param {number} within @param {{gone: number, begins: number, there: number}} times
 */
function progress(within, { gone, begins, there }) {
  return [clamp(within / gone, 0, 1), clamp((within - begins) / (there - begins), 0, 1)];
}

/**
 * From the hidden states down to the prediction, so far as they have come.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene @param {number} t
 * @param {number} come @param {number} alpha
 */
function drawWeights(context, scene, t, come, alpha) {
  const { layout, theme } = scene;
  if (pairsOf(scene.data, t).some(({ weight }) => Number.isNaN(weight)))
    return drawBroken(context, scene, t);
  const colour = readable(theme.colours.h, theme);
  const wires = wiresByWeight(scene, t);
  if (!come || !wires.length) return;
  for (const wire of wires) drawWire(context, wire, 0, come, css(colour, ALPHA.weight * alpha));
  drawFront(context, scene, wires, come, colour);
  if (come < 1) return;
  const width = wires.reduce((sum, each) => sum + each.width, 0);
  const middle = wires[0].to - wires[0].width / 2 + width / 2;
  drawTip(
    context,
    middle,
    layout.attentionY + layout.attentionHeight,
    width,
    1,
    css(colour, alpha),
  );
}

/**
 * From the prediction up to the hidden states.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales">} scene
 * @param {number} t @param {number} come @param {number} alpha
 */
function drawGradients(context, scene, t, come, alpha) {
  const { layout, theme } = scene;
  if (pairsOf(scene.data, t).some(({ sent }) => !(sent < Infinity)))
    return drawBroken(context, scene, t);
  const colour = theme.colours.d_h;
  const wires = wiresByGradient(scene, t);
  if (!come) return;
  for (const wire of wires)
    drawWire(context, wire, 1 - come, 1, css(colour, ALPHA.gradient * alpha));
  drawFront(context, scene, wires, 1 - come, colour);
  if (come < 1) return;
  for (const { from, width } of wires)
    drawTip(context, from, layout.attentionY, width, -1, css(colour, alpha));
}

/**
 * @param {Context} context @param {Wire} wire @param {number} first @param {number} last
 * @param {string} colour
 */
function drawWire(context, wire, first, last, colour) {
  context.fillStyle = colour;
  traceOutline(context, outlineOf(wire, first, last));
  context.fill();
}

/** @param {Context} context @param {[number, number][]} points */
function traceOutline(context, points) {
  context.beginPath();
  points.forEach(([x, y], place) => {
    if (place) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
}

/**
 * A light at the front of each wire that is on its way.
 * @param {Context} context @param {Parts<"theme">} scene @param {Wire[]} wires
 * @param {number} share @param {Colour} colour
 */
function drawFront(context, { theme }, wires, share, colour) {
  if (share <= 0 || share >= 1) return;
  for (const wire of wires) {
    const { x, y } = pointOn(wire, share);
    const light = theme.dark ? mix(colour, [255, 255, 255], 0.6) : colour;
    if (wire.width >= 0.5) disk(context, x, y, clamp(wire.width * 0.7, 1.4, 4.5), css(light));
  }
}

/**
 * The end of a wire, or of all: an arrow down into the prediction, or up into a hidden state.
 * @param {Context} context @param {number} x @param {number} y @param {number} width
 * @param {number} way @param {string} colour
 */
function drawTip(context, x, y, width, way, colour) {
  const half = Math.max(2.5, width * 0.75);
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x - half, y);
  context.lineTo(x + half, y);
  context.lineTo(x, y + way * Math.min(6, half * 1.3));
  context.fill();
}

/**
 * Weights that are no numbers have no width: the column's part of the lane is hatched.
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {number} t
 */
function drawBroken(context, { layout, theme }, t) {
  /** @type {Box} */
  const box = [cellX(layout, t), layout.attentionY, cellWidth(layout), layout.attentionHeight];
  context.fillStyle = css(mix(theme.paper, theme.ink, 0.45));
  context.fillRect(...box);
  hatch(context, theme, box);
}

/**
 * The wire under the pointer has a rim.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock">} scene
 */
function drawPointed(context, scene) {
  const wanted = scene.look.pointer?.wire;
  const wire = wiresShown(scene).find(({ pair }) => pair.step === wanted);
  if (!wire) return;
  context.strokeStyle = css(scene.theme.ink);
  context.lineWidth = 1.2;
  traceOutline(context, outlineOf({ ...wire, width: Math.max(3, wire.width + 1.5) }, 0, 1));
  context.stroke();
}

/**
 * Where the picture beside has attention and this one has none, the lane says so.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene
 */
export function drawNoAttention(context, { data, layout, theme }) {
  if (!layout.attentionHeight || data.store.header.attention) return;
  context.font = font(theme, 14);
  context.textAlign = "center";
  context.fillStyle = css(theme.ink, 0.75);
  const y = layout.attentionY + layout.attentionHeight / 2;
  context.fillText("no attention", layout.scroll + layout.base.view / 2, y);
}
