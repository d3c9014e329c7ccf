/** What every row of the picture is, for who points at its name: one or two sentences. */

import { decadeName, shortly } from "./numbers.js";

/** What a quantity is, and its range. Where cells differ: the cell and the letter. */
const WHAT = {
  f: "Share of each unit's old cell state that is kept, from 0 (forget it) to 1 (keep all of it).",
  i: "Share of the candidate that is added to the cell state, from 0 (nothing) to 1 (all of it).",
  g: "New content that could be added to the cell state, from −1 to 1.",
  o: "Share of tanh(cell state) that each unit outputs, from 0 (nothing) to 1 (all of it).",
  c: "Each unit's memory: what the forget gate keeps plus what the input gate adds, of any size.",
  r: "Share of what the previous hidden state sends to the candidate that enters it, from 0 (nothing) to 1 (all of it).",
  z: "Share of the previous hidden state that is kept, from 0 (replace it) to 1 (keep all of it).",
  n: "New content that could replace the hidden state, from −1 to 1.",
  "lstm h": "What each unit outputs, output gate × tanh(cell state), from −1 to 1.",
  "gru h": "Each unit's memory and output: old hidden state and candidate, mixed, from −1 to 1.",
  "rnn h": "Each unit's memory and output: tanh of a weighted sum, from −1 to 1.",
  "relu h":
    "Each unit's memory and output: a weighted sum, cut off below 0, without an upper limit.",
  "mlp h": "What each unit outputs: tanh of a weighted sum of the inputs alone, from −1 to 1.",
};

/** @param {"strips"|"unit"} shown whether all units are strips of colours, or one is a line */
export function explainRow({ cell, diagram }, { quantity }, peak, shown) {
  const what =
    WHAT[quantity.letter] ??
    WHAT[`${cell} ${quantity.letter}`] ??
    `Each unit's ${quantity.label}: ${quantity.meaning}.`;
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

/** In the backward sweep: what the band over a row is. */
export function explainBand(range, { quantity }) {
  const ends = `from ${decadeName(range.low)} to ${decadeName(range.high)}`;
  return (
    `Under the band is still the ${quantity.label}. The band is its gradient, ` +
    `dL/d${quantity.letter}: the wider, the larger its norm over all units, in powers of ten ` +
    `${ends}; what is smaller is a thin line, what is larger has a rim.`
  );
}

export const EXPLAINED = {
  input: "What the network reads: one input for each time step, which is one column.",
  classes:
    "The classes that the network finds most probable at each time step, as bars from 0 to " +
    "100 %; the target has a frame. Above them, a disk with a check is right, a ring with a cross " +
    "is wrong, and a dash is not counted.",
  upright:
    "The class that the network finds most probable at each time step; a full bar is 100 %. " +
    "Above it, a disk with a check is right, a ring with a cross is wrong, and a dash is not counted.",
  numbers:
    "What the network outputs at each time step (a dot) and what it should be (a ring), on " +
    "one scale in the units of the data.",
  lines: "The thin lines show what feeds what, as a scheme. They alone are not measured.",
  probe: "The probe is one fixed example of the task. All numbers and colours are measured on it.",
};

export function explainGradient({ gradients }, story, ofLast, range) {
  const others = gradients.filter(({ letter }) => letter !== story.letter);
  const lines = others.map(({ letter }) => ` (lines: dL/d${letter[2]})`).join("");
  const loss = ofLast ? "the last scored step's share of the loss" : "the whole loss";
  return (
    `How much ${loss} changes per unit of change in each step's state: the norm of ` +
    `dL/d${story.letter[2]} over all units as bars${lines}. The scale is in powers of ten from ` +
    `${decadeName(range.low)} to ${decadeName(range.high)}; a ring is exactly 0, an arrow lies beyond.`
  );
}

export function explainLayer(layer, shared) {
  const reads = layer ? `the hidden state of layer ${layer}` : "the input";
  const means = shared > 1 ? ` Each line is the mean of ${shared} neighbouring units.` : "";
  return `Layer ${layer + 1} reads ${reads} at the same time step.${means}`;
}

export function explainClosed(layer, { label }) {
  return (
    `Layer ${layer + 1}, shown by its ${label} alone, for all layers at once have no room here. ` +
    "Click its name to open it; the layer that is open now then closes."
  );
}
