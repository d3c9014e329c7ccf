/** What every row of the picture is, for who points at its name: one or two sentences. */

import { readsBackward } from "../data/values.js";
import { decadeName, shortly } from "./numbers.js";

/** @import { Gradient, Header, Quantity, Range, Row } from "../types.d.ts" */

/**
 * @param {Header} header @param {Row} row @param {number} peak end of the scale
 * @param {"strips"|"unit"} shown whether all units are strips of colours, or one is a line
 */
export function explainRow({ diagram }, { quantity }, peak, shown) {
  const what =
    diagram.about[quantity.letter] || `Each unit's ${quantity.label}: ${quantity.meaning}.`;
  const gate = quantity.scale === "gate";
  if (shown === "unit") {
    return gate
      ? `${what} The wider the valve is open, the nearer to 1.`
      : `${what} The line runs between −${shortly(peak)} and +${shortly(peak)}, with 0 in the middle.`;
  }
  if (gate) return `${what} The fuller the colour, the nearer to 1.`;
  const end = shortly(peak);
  const colours =
    diagram.squashed[quantity.letter]?.function === "ReLU"
      ? `full colour is ${end}`
      : `the left colour is below 0, the right one above, in full at −${end} and +${end}`;
  return `${what} Pale is near 0; ${colours}.`;
}

/**
 * In the backward sweep: what the band over a row is.
 * @param {Range} range @param {Row} row
 */
export function explainBand(range, { quantity }) {
  const ends = `from ${decadeName(range.low)} to ${decadeName(range.high)}`;
  return (
    `The row still shows the ${quantity.label}. The width of the band on it is the norm of its ` +
    `gradient, dL/d${quantity.letter}, over all units, in powers of ten ${ends}; a smaller norm ` +
    `is a thin line, a larger one has a rim.`
  );
}

export const EXPLAINED = {
  input: "The inputs of the network: one for each time step, which is one column.",
  classes:
    "The classes that the network finds most probable at each time step, as bars from 0 to " +
    "100 %; the target has a frame. Above them, a disk with a check is right, a ring with a cross " +
    "is wrong, and a dash is not counted.",
  upright:
    "The class that the network finds most probable at each time step; a full bar is 100 %. " +
    "Above it, a disk with a check is right, a ring with a cross is wrong, and a dash is not counted.",
  numbers:
    "The network's output at each time step (a dot) and its target (a ring), on one scale in the " +
    "units of the data.",
  lines:
    "The thin lines show which value is computed from which. They are the only thing here that is not measured.",
  probe: "The probe is one fixed example of the task. All numbers and colours are measured on it.",
};

/** @param {Header} header @param {Gradient} story @param {boolean} ofLast @param {Range} range */
export function explainGradient({ gradients }, story, ofLast, range) {
  const others = gradients.filter(({ letter }) => letter !== story.letter);
  const lines = others.map(({ letter }) => ` (lines: dL/d${letter[2]})`).join("");
  const loss = ofLast ? "the last scored step's share of the loss" : "the whole loss";
  return (
    `How much ${loss} changes per unit of change in each step's state: the norm of ` +
    `dL/d${story.letter[2]} over all units as bars${lines}. The scale is in powers of ten from ` +
    `${decadeName(range.low)} to ${decadeName(range.high)}; a ring is exactly 0, an arrow is beyond the scale.`
  );
}

/** @param {Header} header @param {number} layer @param {number} shared */
export function explainLayer(header, layer, shared) {
  const means = shared > 1 ? ` Each line is the mean of ${shared} neighbouring units.` : "";
  if (header.directions > 1) return `${explainDirection(header, layer)}${means}`;
  const reads = layer ? `the hidden state of layer ${layer}` : "the input";
  return `Layer ${layer + 1} reads ${reads} at the same time step.${means}`;
}

/** @param {Header} header @param {number} layer */
function explainDirection(header, layer) {
  const below = Math.floor(layer / 2);
  const reads = below
    ? `what both directions of layer ${below} have made of each input`
    : "the input";
  return readsBackward(header, layer)
    ? `This direction reads ${reads}, from the last one to the first, and is shown in its own time: ` +
        "step 0 is the last input. The inputs that it reads stand above its columns."
    : `This direction reads ${reads}, from the first one to the last.`;
}

/** @param {Header} header @param {number} layer @param {Quantity} quantity */
export function explainClosed(header, layer, { label }) {
  const own = "It is shown in its own time: its step 0 is the last input. ";
  return (
    (readsBackward(header, layer) ? own : "") +
    `${capital(header.layer_names[layer])} shows only its ${label}, because there is no room for all layers at once. ` +
    "Click its name to open it; the layer that is open now then closes."
  );
}

/** @param {string} text */
function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
