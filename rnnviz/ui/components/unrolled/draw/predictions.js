/** What the network answers at each time step, and whether it is right. */

import { number } from "../data/packet.js";
import { hit, onlyTrained, told } from "../data/values.js";
import { css, mix } from "../scene/theme.js";
import { PREDICTION, cellWidth, cellX, predictionBox, printBox } from "../scene/layout.js";
import {
  acrossSize,
  commonSize,
  disk,
  fitted,
  font,
  hatch,
  measured,
  narrowText,
  ring,
} from "./marks.js";
import { className, isolatedLabel } from "../text/symbols.js";
import { percent } from "../text/numbers.js";

/** @import { Box, Context, Data, Layout, Parts, Span, Theme, ToldClass } from "../types.d.ts" */

/** @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {Span} span */
export function drawPredictionBars(context, scene, { first, last }) {
  const { layout, theme } = scene;
  const { store } = scene.data;
  if (!store.header.classes) return drawOutputs(context, scene, { first, last });
  for (let t = first; t <= last; t++) {
    const classes = toldAt(scene.data, scene.layout, t);
    if (layout.upright) {
      if (classes.length) drawUprightBar(context, scene, t, classes[0]);
      continue;
    }
    classes.forEach((each, line) => {
      const { x, y, width, height } = predictionBox(layout, t, line);
      context.fillStyle = css(theme.ink, 0.06);
      context.fillRect(x, y, width, height);
      context.fillStyle = css(theme.ink, each.target ? 0.3 : 0.17);
      context.fillRect(x, y, width * each.share, height);
    });
  }
}

/**
 * As many classes as there are lines for; the line above them names the target.
 * @param {Data} data @param {Layout} layout @param {number} t
 */
function toldAt(data, layout, t) {
  const lines = Math.floor((layout.predictionHeight - PREDICTION.head) / PREDICTION.line);
  return told(data, t).slice(0, lines);
}

/**
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {number} t
 * @param {ToldClass} best
 */
function drawUprightBar(context, { layout, theme }, t, best) {
  const height = layout.predictionHeight - PREDICTION.head;
  const y = layout.predictionY + PREDICTION.head;
  const { x, width } = printBox(layout, t);
  context.fillStyle = css(theme.ink, 0.06);
  context.fillRect(x, y, width, height);
  context.fillStyle = css(theme.ink, best.target ? 0.3 : 0.17);
  context.fillRect(x, y + height * (1 - best.share), width, height * best.share);
}

/**
 * Outputs that are numbers: a dot for the output, a ring for the target, on one common scale.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {Span} span
 */
function drawOutputs(context, { data, layout, theme }, { first, last }) {
  const { frame, store } = data;
  const { outputs } = store.header;
  const range = outputRange(data);
  /** @param {number} value */
  const y = (value) =>
    layout.predictionY +
    8 +
    (layout.predictionHeight - 16) * (1 - (value - range.low) / (range.high - range.low));
  for (let t = first; t <= last; t++) {
    const x = cellX(layout, t) + cellWidth(layout) / 2;
    context.fillStyle = css(theme.ink, 0.05);
    context.fillRect(
      cellX(layout, t),
      layout.predictionY,
      cellWidth(layout),
      layout.predictionHeight,
    );
    for (let output = 0; output < Math.min(outputs, 4); output++) {
      const target = number([frame.sequence.target_values[t]].flat()[output]);
      const value = frame.outputs[t * outputs + output];
      if (frame.sequence.scored[t]) ring(context, x, y(target), 4.5, css(theme.ink, 0.8));
      if (Number.isFinite(value)) disk(context, x, y(value), 2.8, css(theme.ink, 0.9));
    }
  }
}

/** @param {Data} data */
export function outputRange({ frame }) {
  const targets = frame.sequence.target_values.flat().map(number);
  const finite = [...frame.outputs, ...targets].filter(Number.isFinite);
  const low = Math.min(...finite, 0);
  const high = Math.max(...finite, 0);
  return high > low ? { low, high } : { low: low - 1, high: high + 1 };
}

/** @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {Span} span */
export function drawPredictionTexts(context, scene, { first, last }) {
  const { layout } = scene;
  const { frame } = scene.data;
  const names = Object.keys(scene.data.store.labels).map((each) => className(scene.data, each));
  const room = printBox(layout, 0).width;
  const size = layout.upright
    ? acrossSize(context, scene.theme, names, room)
    : commonSize(context, scene.theme, names, room - (room >= 74 ? 40 : 5), 600, [11, 9]);
  for (let t = first; t <= last; t++) {
    const classes = toldAt(scene.data, scene.layout, t);
    drawVerdict(context, scene, t);
    if (layout.upright) {
      if (classes.length) drawUprightClass(context, scene, t, classes[0], size);
    } else {
      classes.forEach((each, line) => drawClass(context, scene, t, line, each, size));
    }
    if (!classes.length && frame.rank.length) drawUnknown(context, scene, t);
  }
}

/** @param {Context} context @param {Parts<"layout"|"theme">} scene @param {number} t */
function drawUnknown(context, { layout, theme }, t) {
  const y = layout.predictionY + PREDICTION.head;
  /** @type {Box} */
  const box = [cellX(layout, t), y, cellWidth(layout), layout.predictionHeight - PREDICTION.head];
  context.fillStyle = css(mix(theme.paper, theme.ink, 0.45));
  context.fillRect(...box);
  hatch(context, theme, box);
}

/**
 * Hit or miss, told by shape: a filled disk with a check, or a ring with a cross; else a dash.
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {number} t
 */
function drawVerdict(context, scene, t) {
  const { layout, theme } = scene;
  const { frame } = scene.data;
  const verdict = hit(frame, t);
  const { x: left, width } = printBox(layout, t);
  const wide = width >= 60;
  const x = wide ? left + 7 : left + width / 2;
  const y = layout.predictionY + PREDICTION.head / 2 - 1;
  if (verdict === null) {
    context.fillStyle = css(theme.ink, 0.35);
    context.fillRect(x - 3, y - 0.5, 6, 1);
    if (!onlyTrained(frame.sequence, t)) return;
  } else {
    drawSign(context, x, y, verdict, theme);
  }
  if (wide) {
    context.font = font(scene.theme, 11, verdict ? 600 : 400);
    context.textAlign = "left";
    context.fillStyle = css(theme.ink, 0.85);
    context.fillText(
      fitted(context, verdictWords(scene, t, verdict, width), width - 16),
      x + 9,
      y + 0.5,
    );
  }
}

/**
 * @param {Parts<"data">} scene @param {number} t @param {boolean|null} verdict
 * @param {number} width
 */
function verdictWords({ data }, t, verdict, width) {
  const target = isolatedLabel(data.frame.sequence.targets[t]);
  if (width < 110) return verdict ? "right" : target;
  return `${verdict === null ? "not counted" : verdict ? "right" : "should be"}: ${target}`;
}

/**
 * @param {Context} context @param {number} x @param {number} y @param {boolean} verdict
 * @param {Theme} theme
 */
function drawSign(context, x, y, verdict, theme) {
  if (verdict) disk(context, x, y, 5.5, css(theme.ink, 0.85));
  else ring(context, x, y, 4.8, css(theme.ink, 0.85), 1.3);
  context.strokeStyle = css(verdict ? theme.paper : theme.ink);
  context.lineWidth = 1.4;
  context.beginPath();
  if (verdict) {
    context.moveTo(x - 2.6, y + 0.2);
    context.lineTo(x - 0.7, y + 2.2);
    context.lineTo(x + 2.8, y - 2.1);
  } else {
    context.moveTo(x - 2, y - 2);
    context.lineTo(x + 2, y + 2);
    context.moveTo(x + 2, y - 2);
    context.lineTo(x - 2, y + 2);
  }
  context.stroke();
}

/**
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {number} t
 * @param {number} line @param {ToldClass} each @param {number} size
 */
function drawClass(context, { data, layout, theme }, t, line, each, size) {
  const { x, y, width, height } = predictionBox(layout, t, line);

  const middle = y + height / 2 + 0.5;
  context.font = font(theme, size, each.target ? 600 : 400);
  context.fillStyle = css(theme.ink, each.target ? 1 : 0.8);
  const [name, share] = [className(data, each.number), percent(each.share)];
  // The name comes first: the tooltip has all shares.
  const taken = measured(context, share) + 6;
  const both = width >= 74 && measured(context, name) + taken <= width - 4;
  context.textAlign = "right";
  if (both) context.fillText(share, x + width - 5, middle);
  context.textAlign = "left";
  context.fillText(fitted(context, name, width - 4), x + 2.5, middle);
  if (each.target) {
    context.strokeStyle = css(theme.ink, 0.85);
    context.lineWidth = 1.2;
    context.strokeRect(x + 0.6, y + 0.6, width - 1.2, height - 1.2);
  }
}

/**
 * @param {Context} context @param {Parts<"data"|"layout"|"theme">} scene @param {number} t
 * @param {ToldClass} best @param {number} size
 */
function drawUprightClass(context, { data, layout, theme }, t, best, size) {
  const height = layout.predictionHeight - PREDICTION.head;
  context.fillStyle = css(theme.ink, 0.95);
  const { x, width } = printBox(layout, t);
  const top = layout.predictionY + PREDICTION.head;
  /** @type {Box} */
  const box = [x, top + 2, width, height - 5];
  narrowText(context, theme, className(data, best.number), box, top + height - size / 2 - 5, size);
}
