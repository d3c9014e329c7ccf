/** What is told of attention: of a step, of one wire, and of the sum that the output reads. */

import { mostLookedAt, pairsOf } from "../data/attention.js";
import { valueAt } from "../data/values.js";
import { evenly, exactly, percent, shortly } from "./numbers.js";
import { lowered } from "./symbols.js";

/** @import { Attention, Data, Header, Phase, Unit } from "../types.d.ts" */

/** How many of the weights of a step are told. */
const TOLD = 3;

/**
 * A weight, or a gradient that is sent; of a quantised frame the nearest level.
 * @param {Data} data @param {number} value
 */
function measured({ frame }, value) {
  return frame.exact ? exactly(value) : `≈ ${shortly(value)}`;
}

/**
 * The largest weights of a step, a line for each, and what all others have together.
 * @param {Data} data @param {number} t @returns {string[]}
 */
export function weightLines(data, t) {
  const { largest, rest } = mostLookedAt(data, t, TOLD);
  if (!largest.length) return ["its weights are not numbers"];
  const lines = largest.map(({ step, weight }) => `step ${step}: ${percent(weight)}`);
  return rest > 1e-6 && largest.length === TOLD
    ? [...lines, `all other steps: ${percent(rest)}`]
    : lines;
}

/**
 * The same in one line: of the output at a step.
 * @param {Data} data @param {number} t
 */
export function looksAtLine(data, t) {
  const { largest } = mostLookedAt(data, t, TOLD);
  if (!largest.length) return "";
  return `looks at ${largest.map(({ step, weight }) => `step ${step} (${percent(weight)})`).join(", ")}`;
}

/**
 * What the tooltip tells of a step: [small line, the number, small lines...]
 * @param {Data} data @param {number} t
 */
export function attentionLines(data, t) {
  const [first, ...others] = weightLines(data, t);
  return [`attention at time step ${t} looks at`, first, ...others, ...levels(data)];
}

/**
 * What it tells of one wire.
 * @param {Data} data @param {number} t @param {number} looked @param {boolean} backward
 */
export function wireLines(data, t, looked, backward) {
  const pair = pairsOf(data, t).find(({ step }) => step === looked);
  if (!pair) return attentionLines(data, t);
  const weight = measured(data, pair.weight);
  const sent = measured(data, pair.sent);
  const lines = backward
    ? [
        `gradient from step ${t} to h of step ${looked}, over attention`,
        sent,
        `2-norm over units; the weight is ${weight}`,
      ]
    : [
        `step ${t} looks at step ${looked}`,
        weight,
        "its weight in the sum that the output reads besides h",
        `gradient sent back along it: ${sent}`,
      ];
  return [...lines, ...levels(data)];
}

/** @param {Data} data */
function levels({ frame, store }) {
  const { kept } = /** @type {Attention} */ (store.header.attention);
  return [
    frame.exact ? "" : "the nearest of 254 levels; at rest the recorded number follows",
    kept < store.header.steps ? `each step has wires to its ${kept} largest weights` : "",
  ];
}

/**
 * What the row is, for who points at its name.
 * @param {Header} header @param {Phase} phase @param {string} ends of the gradient's axis
 */
export function explainAttention({ attention, layers, steps }, phase, ends) {
  const state = layers > 1 ? "hidden state of the top layer" : "hidden state";
  const kept = attention?.kept ?? steps;
  const some = kept < steps ? ` Only the ${kept} largest weights of a step have wires.` : "";
  const first = attention?.answers;
  const read = first
    ? ` Steps from ${first} on answer, and look at those before ${first} alone.`
    : "";
  if (phase === "backward")
    return (
      "The gradient that goes from an output to earlier hidden states over attention, at once and " +
      `not step by step. The width of a wire is the norm of what it carries, in powers of ten ${ends}.` +
      some
    );
  return (
    `The output of a step reads its own ${state}, and a weighted sum of hidden states that are there already. A wire ` +
    `leads from each step that is looked at; its width is the weight, a hairline at least. The ` +
    `weights of a step add up to 1. Shown are those of the chosen step.${read}${some}`
  );
}

/**
 * What the output of a step reads: for a unit of the top layer its number in the weighted sum.
 * @param {Data} data @param {number} t @param {Unit} unit
 * @returns {{symbols: string, numbers: string, note: string}}
 */
export function sumOf(data, t, { layer, unit }) {
  const { layers, group } = data.store.header;
  const at = lowered(t);
  const symbols = `m${at} = Σ a${at}ₛ hₛ`;
  if (layer < layers - 1 || group > 1) {
    const whose = layers > 1 ? `, with h of layer ${layers}` : "";
    return { symbols: `y${at} reads h${at} and m${at}`, numbers: symbols + whose, note: "" };
  }
  const row = { layer, letter: "h" };
  const pairs = pairsOf(data, t);
  /** @param {number} step */
  const h = (step) => valueAt(data, row, step, unit);
  const sum = pairs.reduce((all, { step, weight }) => all + weight * h(step), 0);
  const { largest } = mostLookedAt(data, t, TOLD - 1);
  const terms = largest.map(({ step, weight }) => `${evenly(weight, 3)} × ${evenly(h(step), 3)}`);
  const more = pairs.filter(({ weight }) => weight > 0).length > largest.length ? " + …" : "";
  const whole = data.frame.exact && pairs.length > t;
  return {
    symbols,
    numbers: `${terms.join(" + ")}${more} ${whole ? "=" : "≈"} ${evenly(sum, whole ? 6 : 3)}`,
    note: `y${at} reads h${at} and m${at}`,
  };
}
