/** The state diagram: states with their answers, arrows with the task's words, and the probe. */

import { disk, font, ring } from "../../unrolled/draw/marks.js";
import { css, legible, mix, readable } from "../../unrolled/scene/theme.js";
import { along, centreOf, curveBetween, curveOf, radiusOf } from "./shape.js";
import { wordsOf } from "./words.js";

/** @import { Box, Colour, Context, Curve, Machine, Places, Shown, Theme } from "./types.d.ts" */

export { layoutMachine } from "./layout.js";
export { hitMachine } from "./shape.js";
export { machineLines, machineSentence } from "./words.js";

const HEAD = 7;
/** Of so many straight pieces a curve is drawn. */
const PIECES = 22;

/**
 * Draw an automaton into a box: the current state and the arrow that led to it stand out.
 * @param {Context} context @param {Box} box @param {Machine} machine @param {Places} places
 * @param {Shown} shown
 */
export function drawMachine(context, box, machine, places, shown) {
  const { current, arrow } = nowOf(machine, shown.step);
  const { theme, pointed } = shown;
  for (const index of machine.arrows.keys()) {
    const stands = index === arrow || (pointed?.kind === "arrow" && pointed.index === index);
    if (!stands) drawArrow(context, theme, curveOf(box, machine, places, index), 0.42, 1.3);
  }
  drawStart(context, box, machine, places, theme);
  drawWay(context, box, machine, places, shown);
  for (const index of machine.states.keys()) {
    drawState(context, box, machine, places, shown, index, index === current);
  }
  for (const index of machine.arrows.keys()) {
    drawWords(context, box, machine, places, theme, index, index === arrow);
  }
  drawShares(context, box, machine, theme);
}

/**
 * Under the diagram, what it explains: nobody is to take it for the network.
 * @param {Context} context @param {Box} box @param {Machine} machine @param {Theme} theme
 */
function drawShares(context, [left, top, width, height], { says, good }, theme) {
  context.font = font(theme, 12, good ? 400 : 700);
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const parts = context.measureText(says).width > width ? says.split("; ") : [says];
  parts.forEach((part, row) => {
    const y = top + height - 4 - 15 * (parts.length - 1 - row);
    onPaper(context, theme, shortened(context, part, width), left + width / 2, y - 4, 0.75);
  });
}

/**
 * The state after a step of the probe, the one before it, and the arrow between, where there is one.
 * @param {Machine} machine @param {number|null} step
 */
export function nowOf({ states, arrows, walk }, step) {
  if (step === null || step >= walk.length) return { current: -1, before: -1, arrow: -1 };
  const start = states.findIndex((each) => each.start);
  const before = step > 0 ? walk[step - 1] : start;
  const arrow = arrows.findIndex(({ from, to }) => from === before && to === walk[step]);
  return { current: walk[step], before, arrow };
}

/**
 * The arrow that the probe takes, and where it is on it. Where the network goes and no arrow leads,
 * a dashed line.
 * @param {Context} context @param {Box} box @param {Machine} machine @param {Places} places
 * @param {Shown} shown
 */
function drawWay(context, box, machine, places, { theme, colourOf, step, come, pointed }) {
  const { current, before, arrow } = nowOf(machine, step);
  if (pointed?.kind === "arrow" && pointed.index !== arrow) {
    drawArrow(context, theme, curveOf(box, machine, places, pointed.index), 0.9, 2.2);
  }
  if (current < 0 || before < 0) return;
  const colour = readable(colourOf(machine.states[current].cluster), theme);
  const radius = radiusOf(box, places);
  /** @type {Curve} */
  let curve;
  if (arrow >= 0) curve = curveOf(box, machine, places, arrow);
  else {
    const ends = [before, current].map((state) => centreOf(box, places, state));
    curve = curveBetween(ends[0], ends[1], radius, 0.2);
  }
  drawArrow(context, theme, curve, 1, 2.6, colour, arrow < 0);
  if (come < 1) disk(context, ...along(curve, come), 4.5, css(colour));
}

/**
 * @param {Context} context @param {Theme} theme @param {Curve} curve @param {number} alpha
 * @param {number} width @param {Colour} [colour] @param {boolean} [dashed]
 */
function drawArrow(context, theme, curve, alpha, width, colour = theme.ink, dashed = false) {
  const [, control, to] = curve;
  context.strokeStyle = context.fillStyle = css(colour, alpha);
  context.lineWidth = width;
  const angle = Math.atan2(to[1] - control[1], to[0] - control[0]);
  const size = HEAD + width;
  context.beginPath();
  for (let piece = 0; piece < PIECES; piece++) {
    if (dashed && piece % 2) continue;
    if (dashed || !piece) context.moveTo(...along(curve, piece / PIECES));
    context.lineTo(...along(curve, (piece + 1) / (PIECES + 0.4)));
  }
  context.stroke();
  context.beginPath();
  context.moveTo(...to);
  for (const side of [-0.42, 0.42]) {
    context.lineTo(to[0] - size * Math.cos(angle + side), to[1] - size * Math.sin(angle + side));
  }
  context.fill();
}

/**
 * A short arrow out of nowhere marks the start.
 * @param {Context} context @param {Box} box @param {Machine} machine @param {Places} places
 * @param {Theme} theme
 */
function drawStart(context, box, machine, places, theme) {
  const start = machine.states.findIndex((each) => each.start);
  if (start < 0) return;
  const [x, y] = centreOf(box, places, start);
  const radius = radiusOf(box, places);
  // Away from its loop, and down to the left otherwise.
  const angle = Math.PI * 0.8;
  /** @param {number} far @returns {[number, number]} */
  const at = (far) => [x + far * radius * Math.cos(angle), y + far * radius * Math.sin(angle)];
  disk(context, ...at(1.9), 3, css(theme.ink, 0.8));
  drawArrow(context, theme, [at(1.9), at(1.5), at(1.08)], 0.8, 1.5);
}

/**
 * @param {Context} context @param {Box} box @param {Machine} machine @param {Places} places
 * @param {Shown} shown @param {number} index @param {boolean} isCurrent
 */
function drawState(context, box, machine, places, { theme, colourOf, pointed }, index, isCurrent) {
  const { answer, start, cluster } = machine.states[index];
  const [x, y] = centreOf(box, places, index);
  const radius = radiusOf(box, places);
  const colour = colourOf(cluster);
  const fill = mix(theme.paper, colour, isCurrent ? 1 : 0.22);
  const points = pointed?.kind === "state" && pointed.index === index;
  disk(context, x, y, radius, css(theme.paper));
  disk(context, x, y, radius, css(fill));
  ring(context, x, y, radius, css(readable(colour, theme)), isCurrent || points ? 3 : 1.6);
  const text = answer || (start ? "start" : "·");
  context.textAlign = "center";
  context.textBaseline = "middle";
  const size = sizeOf(context, theme, text, 2 * radius - 6);
  if (size) {
    context.fillStyle = css(legible(theme, fill), answer ? 1 : 0.6);
    context.font = font(theme, size);
    context.fillText(text, x, y);
    return;
  }
  context.font = font(theme, 12);
  onPaper(context, theme, shortened(context, text, 5 * radius), x, y + radius + 9, 1);
}

/**
 * The largest size at which a text fits; 0 if none does.
 * @param {Context} context @param {Theme} theme @param {string} text @param {number} width
 */
function sizeOf(context, theme, text, width) {
  for (let size = 14; size >= 9; size--) {
    context.font = font(theme, size);
    if (context.measureText(text).width <= width) return size;
  }
  return 0;
}

/** @param {Context} context @param {string} text @param {number} width */
function shortened(context, text, width) {
  const characters = [...text];
  let shown = text;
  while (characters.length > 1 && context.measureText(shown).width > width) {
    characters.pop();
    shown = `${characters.join("")}…`;
  }
  return shown;
}

/**
 * A text on a piece of paper, so that it can be read over a line.
 * @param {Context} context @param {Theme} theme @param {string} text @param {number} x
 * @param {number} y @param {number} alpha
 */
function onPaper(context, theme, text, x, y, alpha) {
  const width = context.measureText(text).width + 4;
  context.fillStyle = css(theme.paper, 0.85);
  context.fillRect(x - width / 2, y - 7, width, 14);
  context.fillStyle = css(theme.ink, alpha);
  context.fillText(text, x, y);
}

/**
 * @param {Context} context @param {Box} box @param {Machine} machine @param {Places} places
 * @param {Theme} theme @param {number} index @param {boolean} isCurrent
 */
function drawWords(context, box, machine, places, theme, index, isCurrent) {
  const { from, to, words } = machine.arrows[index];
  const curve = curveOf(box, machine, places, index);
  // Nearer to where it begins, so that two that cross do not write on each other.
  const [x, y] = along(curve, from === to ? 0.5 : 0.42);
  context.font = font(theme, 12, isCurrent ? 700 : 400);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const [left, , width] = box;
  const text = shortened(context, wordsOf(words), Math.max(48, 0.3 * width));
  const half = context.measureText(text).width / 2 + 2;
  const inside = Math.min(Math.max(x, left + half), left + width - half);
  onPaper(context, theme, text, inside, y, isCurrent ? 1 : 0.85);
}
