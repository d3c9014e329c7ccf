/** The gradient: its norm as bars under the columns, and its way back as a band. */

import { beyond, clamp, normsOf, onAxis, storyOf, topOf } from "../data/values.js";
import { VEIL, css, mix, readable } from "../scene/theme.js";
import {
  HEIGHT,
  cellWidth,
  cellX,
  gradientFoot,
  gradientY,
  visibleSteps,
} from "../scene/layout.js";
import {
  arrowDown,
  arrowUp,
  dottedLine,
  fitted,
  font,
  hatch,
  inLines,
  measured,
  ring,
} from "./marks.js";
import { gradientWords } from "../text/gradient.js";

/** @import { Box, Colour, Context, Parts, Range, Row, Span } from "../types.d.ts" */

/**
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales">} scene
 * @param {Span} span
 */
export function drawGradientBars(context, scene, { first, last }) {
  const { layout, theme } = scene;
  if (!layout.gradientHeight) return;
  const { range } = scene.scales;
  const right = cellX(layout, layout.steps - 1) + cellWidth(layout);
  context.fillStyle = css(theme.ink, 0.1);
  for (let decade = range.low; decade <= range.high; decade++) {
    const y = gradientY(layout, range, 10 ** decade);
    context.fillRect(layout.left + layout.gap, Math.round(y), right - layout.left - layout.gap, 1);
  }
  const { header } = scene.data.store;
  const top = topOf(header);
  const story = storyOf(header);
  header.gradients.forEach((gradient, index) => {
    const norms = normsOf(scene.data.frame, header, top, index, scene.look.ofLast);
    const bar = index === story.index;
    for (let t = first; t <= last; t++) {
      if (bar) drawGradientBar(context, scene, t, norms[t], scene.theme.colours[gradient.letter]);
      else drawGradientTick(context, scene, t, norms[t], scene.theme.colours[gradient.letter]);
    }
  });
}

/**
 * Dotted is the gradient of the last scored step's loss alone, as in the chart beside.
 * @param {Context} context @param {Parts<"look"|"layout"|"theme"|"scales">} scene @param {number} t
 * @param {number} norm @param {Colour} colour
 */
function drawGradientBar(context, scene, t, norm, colour) {
  const { layout, theme } = scene;
  const { range } = scene.scales;
  const { ofLast } = scene.look;
  const x = cellX(layout, t);
  const width = cellWidth(layout);
  const foot = gradientFoot(layout);
  if (norm === 0) {
    ring(context, x + width / 2, foot + HEIGHT.zero / 2 + 2, 2.6, css(colour), 1.4);
  } else if (norm > 0 && norm < Infinity) {
    const share = onAxis(range, norm);
    const top = foot - share * layout.gradientHeight;
    context.fillStyle = css(colour, ofLast ? 0.1 + 0.3 * share : 0.35 + 0.65 * share);
    context.fillRect(x, top, width, foot - top);
    if (ofLast) dottedLine(context, x, top - 1.5, width, css(colour));
    drawBeyond(context, scene, x + width / 2, norm, css(colour));
  } else {
    /** @type {Box} */
    const box = [x, layout.gradientY, width, layout.gradientHeight];
    context.fillStyle = css(mix(theme.paper, theme.ink, 0.45));
    context.fillRect(...box);
    hatch(context, theme, box);
  }
}

/**
 * A norm smaller or larger than all of the axis: an arrow, at its foot or above its top.
 * @param {Context} context @param {Parts<"layout"|"scales">} scene @param {number} x
 * @param {number} norm @param {string} colour
 */
function drawBeyond(context, { layout, scales }, x, norm, colour) {
  const { range } = scales;
  const way = beyond(range, norm);
  if (way < 0) arrowDown(context, x, gradientFoot(layout) - 1, colour);
  if (way > 0) arrowUp(context, x, layout.gradientY - 5, colour);
}

/**
 * @param {Context} context @param {Parts<"look"|"layout"|"scales">} scene @param {number} t
 * @param {number} norm @param {Colour} colour
 */
function drawGradientTick(context, scene, t, norm, colour) {
  const { layout } = scene;
  const { range } = scene.scales;
  const { ofLast } = scene.look;
  if (norm === 0) {
    const x = cellX(layout, t) + cellWidth(layout) / 2;
    ring(context, x, gradientFoot(layout) + HEIGHT.zero / 2 + 2, 5, css(colour), 1.4);
  }
  if (!(norm > 0 && norm < Infinity)) return;
  const y = Math.round(gradientY(layout, range, norm));
  const [x, width] = [cellX(layout, t) - 1, cellWidth(layout) + 2];
  // Beside the arrow of the bar.
  drawBeyond(context, scene, x + width / 2 + Math.min(7, width / 4), norm, css(colour));
  if (ofLast) return dottedLine(context, x, y - 1.5, width, css(colour));
  context.fillStyle = css(colour);
  context.fillRect(x, y - 1, width, 3);
}

/**
 * The lane of exact zeros lies under the logarithmic scale, which has no place for them.
 * @param {Context} context @param {Parts<"layout"|"theme">} scene
 */
export function drawGradientFoot(context, { layout, theme }) {
  if (!layout.gradientHeight) return;
  const right = cellX(layout, layout.steps - 1) + cellWidth(layout);
  const y = gradientFoot(layout);
  context.fillStyle = css(theme.ink, 0.45);
  context.fillRect(layout.left + layout.gap, y, right - layout.left - layout.gap, 1);
}

/**
 * The gradient runs from the right to the left; its width and brightness are measured.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock">} scene
 */
export function drawBackward(context, scene) {
  const { layout, theme } = scene;
  const { sweep } = scene.clock;
  const { store } = scene.data;
  const head =
    layout.left + layout.gap / 2 + (scene.clock.calm ? scene.look.step : sweep.at) * layout.pitch;
  context.fillStyle = css(theme.paper, 0.5);
  // The inputs above and the words below are texts to be read: they stay as they are.
  const top = layout.rowsY - layout.between / 2;
  context.fillRect(layout.left, top, layout.content, layout.predictionY - 9 - top);
  context.fillStyle = css(theme.paper, VEIL);
  context.fillRect(
    layout.left,
    layout.gradientY - 6,
    Math.max(0, head - layout.left),
    layout.height,
  );
  for (let layer = 0; layer < store.header.layers; layer++) {
    store.header.gradients.forEach((gradient, index) => {
      const row = layout.rows.find(
        (each) => each.layer === layer && `d_${each.letter}` === gradient.letter,
      );
      if (!row || row.folded) return;
      const norms = normsOf(scene.data.frame, store.header, layer, index, scene.look.ofLast);
      drawRibbon(context, scene, row, norms, scene.theme.colours[gradient.letter], head);
    });
  }
  drawSources(context, scene, head);
}

/**
 * What becomes of the gradient, in words, above its bars; they stay where they are in all zooms.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene
 */
export function drawGradientWords(context, scene) {
  const { layout, theme } = scene;
  if (!layout.wordLines) return;
  const left = layout.base.left + layout.base.gap;
  const room = layout.base.view - left - 4;
  const words = gradientWords(scene);
  context.font = font(scene.theme, 12, 600);
  if (layout.narrow || measured(context, words) > room) context.font = font(scene.theme, 11, 600);
  context.textAlign = "left";
  context.fillStyle = css(
    readable(scene.theme.colours[storyOf(scene.data.store.header).letter], theme),
  );
  const lines = layout.wordLines > 1 ? inLines(context, words, room) : [words];
  lines.forEach((line, place) => {
    const y = layout.wordsY + HEIGHT.words * (place + layout.wordLines - lines.length + 0.5);
    context.fillText(fitted(context, line, room), layout.scroll + left, y);
  });
}

/**
 * Where the gradient comes from: the scored outputs, or the last of them.
 * @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme">} scene
 * @param {number} head
 */
function drawSources(context, { data, look, layout, theme }, head) {
  const { frame, store } = data;
  // A prediction sends to both directions, at a step of each one's own: no single arrow would do.
  if (store.header.directions > 1) return;
  const row = layout.rows[layout.rows.length - 1];
  const { scored } = frame.sequence;
  const last = scored.lastIndexOf(true);
  const from = layout.predictionY + 2;
  const to = row.y + row.height / 2;
  const span = visibleSteps(layout, layout.scroll);
  for (let t = span.first; t <= span.last; t++) {
    const x = cellX(layout, t) + cellWidth(layout) / 2;
    if (!scored[t] || (look.ofLast && t !== last) || x < head - layout.pitch / 2) continue;
    const width = clamp(cellWidth(layout) / 6, 2, 7);
    context.fillStyle = css(theme.colours.d_h);
    context.fillRect(x - width / 2, to + width, width, from - to - width);
    context.beginPath();
    context.moveTo(x - width * 1.4, to + width * 1.8);
    context.lineTo(x, to);
    context.lineTo(x + width * 1.4, to + width * 1.8);
    context.fill();
  }
}

/**
 * A band along a row; at each column as wide and as bright as the norm measured there.
 * @param {Context} context @param {Parts<"layout"|"theme"|"scales"|"clock">} scene @param {Row} row
 * @param {Float64Array} norms @param {Colour} colour @param {number} head
 */
function drawRibbon(context, scene, row, norms, colour, head) {
  const { layout } = scene;
  const { range } = scene.scales;
  const middle = row.y + row.height / 2;
  const reach = row.height / 2;
  /** @param {number} t */
  const share = (t) => bandShare(range, norms[t]);
  /** @param {number} t */
  const centre = (t) => cellX(layout, t) + cellWidth(layout) / 2;
  context.save();
  context.beginPath();
  context.rect(head, 0, layout.left + layout.content - head, layout.height);
  context.clip();
  const { first, last } = visibleSteps(layout, scene.layout.scroll);
  for (let t = last; t >= first && centre(t) > head - layout.pitch; t--) {
    /** @type {[number, number]} */
    const here = [centre(t), share(t)];
    if (t === layout.steps - 1) drawBand(context, scene, row, colour, here, [here[0] + 6, here[1]]);
    if (t > 0) drawBand(context, scene, row, colour, [centre(t - 1), share(t - 1)], here);
    else drawBand(context, scene, row, colour, [here[0] - 6, here[1]], here);
    markBeyond(context, scene, row, cellX(layout, t), beyond(range, norms[t]), colour);
    drawChevron(context, scene, cellX(layout, t) - layout.gap / 2, middle, reach * share(t));
  }
  context.restore();
  drawHead(context, scene, row, norms, colour, head);
}

/**
 * Too small for the axis is a line as thin as can be, too large has a rim: neither is its end.
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {Row} row
 * @param {number} x @param {number} way @param {Colour} colour
 */
function markBeyond(context, { layout, theme }, row, x, way, colour) {
  if (!way) return;
  const [middle, width] = [row.y + row.height / 2, cellWidth(layout)];
  context.fillStyle = css(way < 0 ? colour : theme.ink);
  if (way < 0) context.fillRect(x, Math.round(middle), width, 1);
  else for (const y of [row.y - 2, row.y + row.height]) context.fillRect(x, y, width, 2);
}

/**
 * The front of the band, where the sweep is now.
 * @param {Context} context @param {Parts<"layout"|"theme"|"scales"|"clock">} scene @param {Row} row
 * @param {Float64Array} norms @param {Colour} colour @param {number} head
 */
function drawHead(context, { layout, theme, scales, clock }, row, norms, colour, head) {
  const { range } = scales;
  const place = (head - layout.left - layout.gap / 2) / layout.pitch;
  if (place >= layout.steps || clock.calm) return;
  const share = bandShare(range, norms[clamp(Math.floor(place), 0, layout.steps - 1)]);
  if (!(share > 0)) return;
  const reach = (row.height / 2 + 2) * share;
  const front = theme.dark ? [255, 255, 255] : colour;
  for (const [width, alpha] of [
    [9, 0.18],
    [5, 0.35],
    [2, 0.95],
  ]) {
    context.fillStyle = css(front, alpha * (0.3 + 0.7 * share));
    context.fillRect(head - 1, row.y + row.height / 2 - reach, width, 2 * reach);
  }
}

/**
 * Width of the band, 0..1: nothing for zero, all of it for infinite, NaN for not a number.
 * @param {Range} range @param {number} norm
 */
function bandShare(range, norm) {
  if (norm === Infinity) return 1;
  return norm === 0 ? 0 : onAxis(range, norm);
}

/**
 * Part of the band between two places.
 * @param {Context} context @param {Parts<"theme">} scene @param {Row} row @param {Colour} colour
 * @param {[number, number]} pair @param {[number, number]} pair
 */
function drawBand(context, { theme }, row, colour, [left, leftShare], [right, rightShare]) {
  const middle = row.y + row.height / 2;
  const most = row.height / 2 + 2;
  if (Number.isNaN(leftShare + rightShare)) {
    hatch(context, theme, [left, row.y, right - left, row.height]);
    return;
  }
  context.fillStyle = css(colour, 0.22 + 0.6 * ((leftShare + rightShare) / 2));
  context.beginPath();
  context.moveTo(left, middle - most * leftShare);
  context.lineTo(right, middle - most * rightShare);
  context.lineTo(right, middle + most * rightShare);
  context.lineTo(left, middle + most * leftShare);
  context.fill();
}

/**
 * The direction of the gradient, in the gap between two columns.
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {number} x
 * @param {number} y @param {number} reach
 */
function drawChevron(context, { layout, theme }, x, y, reach) {
  const size = Math.min(layout.gap / 2, reach, 6);
  if (size < 2.5) return;
  context.strokeStyle = css(theme.paper, 0.95);
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x + size / 2, y - size);
  context.lineTo(x - size / 2, y);
  context.lineTo(x + size / 2, y + size);
  context.stroke();
}
