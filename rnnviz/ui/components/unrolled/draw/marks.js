/** The smallest marks: dots, arrows, operators, text that fits. */

import { isolated, wholeCharacters } from "../text/symbols.js";
import { css } from "../scene/theme.js";

/** @import { Box, Colour, Context, Theme } from "../types.d.ts" */

/**
 * @param {Context} context @param {number} x @param {number} y @param {number} radius
 * @param {string} colour
 */
export function disk(context, x, y, radius, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
}

/**
 * @param {Context} context @param {number} x @param {number} y @param {number} radius
 * @param {string} colour @param {number} [width]
 */
export function ring(context, x, y, radius, colour, width = 1.5) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.stroke();
}

/** @param {Context} context @param {number} x @param {number} y @param {string} colour */
export function arrowDown(context, x, y, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x - 3, y - 4);
  context.lineTo(x + 3, y - 4);
  context.lineTo(x, y);
  context.fill();
}

/** @param {Context} context @param {number} x @param {number} y @param {string} colour */
export function arrowUp(context, x, y, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x - 3, y + 4);
  context.lineTo(x + 3, y + 4);
  context.lineTo(x, y);
  context.fill();
}

/**
 * Hatch a box [x, y, width, height] of what is not a number, so that its grey is no value.
 * @param {Context} context @param {Theme} theme @param {Box} box
 */
export function hatch(context, theme, [x, y, width, height]) {
  context.strokeStyle = css(theme.paper);
  context.lineWidth = 1.4;
  context.beginPath();
  for (let sum = Math.ceil((x + y) / 5) * 5; sum < x + y + width + height; sum += 5) {
    const left = Math.max(x, sum - y - height);
    const right = Math.min(x + width, sum - y);
    context.moveTo(left, sum - left);
    context.lineTo(right, sum - right);
  }
  context.stroke();
}

/**
 * Dots along a line, that begin and end with one.
 * @param {Context} context @param {number} x @param {number} y @param {number} width
 * @param {string} colour
 */
export function dottedLine(context, x, y, width, colour) {
  const count = Math.max(1, Math.round((width - 3) / 6));
  context.fillStyle = colour;
  for (let dot = 0; dot <= count; dot++) {
    context.fillRect(x + ((width - 3) * dot) / count, y, 3, 3);
  }
}

/**
 * A text in one line, or in two, where it is too wide: broken after its first mark.
 * @param {Context} context @param {string} text @param {number} room
 */
export function inLines(context, text, room) {
  const cut = text.search(/[;:] /);
  if (cut < 0 || measured(context, text) <= room) return [text];
  return [text.slice(0, cut + 1), text.slice(cut + 2)];
}

/**
 * @param {Context} context @param {number} x @param {number} y @param {number} width
 * @param {number} height @param {number} radius
 */
export function roundedRect(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

/**
 * @param {Context} context @param {Theme} theme @param {number} x @param {number} y
 * @param {string} sign @param {Colour} colour
 */
export function drawOperator(context, theme, x, y, sign, colour) {
  disk(context, x, y, 6, css(theme.paper));
  ring(context, x, y, 5.5, css(colour), 1.2);
  context.strokeStyle = css(colour);
  context.lineWidth = 1.3;
  const arm = 2.6;
  context.beginPath();
  const turned = sign === "×" ? arm * 0.76 : 0;
  if (turned) {
    context.moveTo(x - turned, y - turned);
    context.lineTo(x + turned, y + turned);
    context.moveTo(x - turned, y + turned);
    context.lineTo(x + turned, y - turned);
  } else {
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
  }
  context.stroke();
}

/** @param {Theme} theme @param {number} size @param {number} [weight] */
export function font(theme, size, weight = 400) {
  return `${weight} ${size}px ${theme.font}`;
}

/**
 * Sizes found before: all labels would have to be measured again for each.
 * @type {Map<string, number>}
 */
const sizes = new Map();

/**
 * One size for all: the largest, within limits, in which nine of ten labels fit.
 * @param {Context} context @param {Theme} theme @param {string[]} labels @param {number} width
 * @param {number} weight @param {number[]} pair
 */
export function commonSize(context, theme, labels, width, weight, [largest, smallest]) {
  const key = [weight, width, theme.font, ...labels].join("|");
  const known = sizes.get(key);
  if (known) return known;
  let size = largest;
  for (; size > smallest; size -= 0.5) {
    context.font = font(theme, size, weight);
    const fit = labels.filter((each) => measured(context, each) <= width).length;
    if (fit >= 0.9 * labels.length) break;
  }
  if (sizes.size > 40) sizes.clear();
  sizes.set(key, size);
  return size;
}

/** @type {Map<string, number>} */
const widths = new Map();

/** @param {Context} context @param {string} text */
export function measured(context, text) {
  const key = `${context.font}|${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > 4000) widths.clear();
  const { width } = context.measureText(text);
  widths.set(key, width);
  return width;
}

/**
 * The text, shortened with an ellipsis at a whole character.
 * @param {Context} context @param {string} text @param {number} width
 */
export function fitted(context, text, width) {
  if (measured(context, text) <= width) return text;
  const characters = wholeCharacters(text);
  /** @param {number} count */
  const join = (count) => isolated(`${characters.slice(0, count).join("")}…`, text);
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measured(context, join(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return low ? join(low) : "";
}

/**
 * The text in lines no wider than there is room, broken between words.
 * @param {Context} context @param {string} text @param {number} width
 */
export function wrapped(context, text, width) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && measured(context, longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Sizes of text in a column too narrow for words: across it, and from the bottom up. */
const ACROSS = [15, 10];

/** Letters of a word that is nearly too wide are drawn narrower, down to this share, before it is cut. */
const NARROWEST = 0.7;

/**
 * The size of texts in narrow columns that have so much room across.
 * @param {Context} context @param {Theme} theme @param {string[]} labels @param {number} width
 */
export function acrossSize(context, theme, labels, width) {
  return commonSize(context, theme, labels, width, 400, ACROSS);
}

/**
 * Text across a narrow column at height `middle`, where it fits; else the way that has more room.
 * @param {Context} context @param {Theme} theme @param {string} text @param {Box} box
 * @param {number} middle @param {number} size
 */
export function narrowText(context, theme, text, [x, y, width, height], middle, size) {
  context.font = font(theme, size);
  if (measured(context, text) <= width || height <= width) {
    context.textAlign = "center";
    const shown =
      measured(context, text) * NARROWEST <= width ? text : fitted(context, text, width);
    context.fillText(shown, x + width / 2, middle, width);
    return;
  }
  context.font = font(theme, ACROSS[1]);
  context.save();
  context.translate(x + width / 2, y + height);
  context.rotate(-Math.PI / 2);
  context.textAlign = "left";
  context.fillText(fitted(context, text, height), 0, 0);
  context.restore();
}
