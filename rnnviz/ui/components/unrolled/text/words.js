/** What is said of the picture as a whole, of a time step and of a unit. */

import { mostLookedAt } from "../data/attention.js";
import { number } from "../data/packet.js";
import {
  chosen,
  hasGradients,
  hit,
  normsOf,
  onlyTrained,
  readsBackward,
  scoreOf,
  storyOf,
  told,
  topOf,
  valueAt,
} from "../data/values.js";
import { sumOf } from "./attention.js";
import { formulaOf } from "./formulas.js";
import { grouped, percent, shortly } from "./numbers.js";
import { className, isolatedLabel } from "./symbols.js";

/** @import { Data, Fact, Frame, Header, Layout, Look, Parts, Unit } from "../types.d.ts" */

/** Below this width gradients have short names in the line of facts. */
const SHORT = 800;

/**
 * The line above the picture, in two parts: what was measured, and on what.
 * @param {Parts<"data"|"look">} scene
 */
export function captionOf({ data, look }) {
  const { store, frame } = data;
  const { zoom, unit } = look;
  const { diagram, hidden: units, layers, directions } = store.header;
  const one = plural(units, "unit");
  const size =
    directions > 1
      ? `${plural(layers / directions, "layer")} in both directions of ${one}`
      : `${layers > 1 ? `${layers} layers of ` : ""}${one}`;
  return [
    `Probe at iteration ${grouped(frame.iteration)}`,
    `${lossTold(data)}${diagram.name}, ` +
      (zoom.level && unit ? `${unitName(store.header, unit)} of 0 to ${units - 1}` : size),
  ];
}

/** @param {Data} data */
function lossTold({ store, frame }) {
  return hasGradients(store.header) ? `loss ${shortly(number(frame.loss))} · ` : "";
}

/**
 * A unit as it is called; in a very large network the units that share a value.
 * @param {Header} header @param {Unit} unit
 */
export function unitName({ layers, layer_names, hidden, group }, { layer, unit }) {
  const last = Math.min(hidden, (unit + 1) * group) - 1;
  const which = group > 1 ? `mean of units ${unit * group} to ${last}` : `unit ${unit}`;
  return layers > 1 ? `${layer_names[layer]}, ${which}` : which;
}

/**
 * The sentence that stands for the picture, at the level of the zoom that is shown.
 * @param {Parts<"data"|"look"|"layout">} scene
 */
export function sentence(scene) {
  const { unit, zoom } = scene.look;
  if (!unit || !zoom.level) return wholeSentence(scene);
  return zoom.level === 1 ? unitSentence(scene) : cellSentence(scene);
}

/** @param {Parts<"data"|"look"|"layout">} scene */
function unitSentence({ data, look, layout }) {
  const { store, frame } = data;
  const unit = chosen(look);
  const { steps } = store.header;
  const spans = rowsOf(layout, look).map((row) => {
    const values = Array.from({ length: steps }, (_, t) => valueAt(data, row, t, unit.unit));
    const [low, high] = [Math.min(...values), Math.max(...values)].map((each) => shortly(each));
    return `${row.quantity.label} from ${low} to ${high}`;
  });
  return (
    `${unitName(store.header, unit)} over ${plural(steps, "time step")}, measured on the ` +
    `probe at iteration ${grouped(frame.iteration)}: ${spans.join(", ")}.`
  );
}

/** @param {Parts<"data"|"look"|"layout">} scene */
function cellSentence({ data, look, layout }) {
  const { store, frame } = data;
  const { step } = look;
  const unit = chosen(look);
  const lines = rowsOf(layout, look).map((row) => {
    const { symbols, numbers, note } = formulaOf(data, row, step, unit.unit);
    return `${row.quantity.label}: ${symbols}; ${numbers}${note && `; ${note}`}`;
  });
  if (store.header.attention) {
    const { symbols, numbers, note } = sumOf(data, step, unit);
    lines.push(`attention: ${symbols}; ${numbers}${note && `; ${note}`}`);
  }
  return (
    `${unitName(store.header, unit)} at time step ${step}, measured on the probe at ` +
    `iteration ${grouped(frame.iteration)}. ${lines.join(". ")}.`
  );
}

/** @param {Layout} layout @param {Look} look */
function rowsOf({ base }, look) {
  return base.rows.filter((row) => row.layer === chosen(look).layer);
}

/** @param {Parts<"data"|"look">} scene */
function wholeSentence({ data, look }) {
  const { frame, store } = data;
  const { header } = store;
  const { index, label } = storyOf(header);
  const norms = normsOf(frame, header, topOf(header), index, look.ofLast);
  const parts = [
    `Unrolled ${header.diagram.name} with ${plural(header.hidden, "unit")} over ` +
      `${plural(header.steps, "time step")}, measured on the probe at iteration ` +
      grouped(frame.iteration) +
      (hasGradients(header) ? `; loss ${shortly(number(frame.loss))}.` : "."),
    header.classes && scoreWords(frame) ? `Predictions: ${scoreWords(frame)}.` : "",
    !hasGradients(header)
      ? ""
      : `Norm of the ${label}, ${lossWords(look)}: ${shortly(norms[0])} at ` +
        `the first time step, ${shortly(norms[norms.length - 1])} at the last.`,
  ];
  return parts.filter(Boolean).join(" ");
}

/**
 * How many predictions were right, counted as the accuracy does.
 * @param {Frame} frame
 */
export function scoreWords(frame) {
  if (!frame.sequence.scored.includes(true)) return "";
  const { right, counted } = scoreOf(frame);
  const all = !frame.sequence.scored.some((_, t) => onlyTrained(frame.sequence, t));
  return `${right} of ${counted} ${all ? "" : "counted "}right`;
}

/** @param {number} count @param {string} word */
export function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** @param {Look} look */
export function lossWords(look) {
  return look.ofLast ? "of the last scored step's share of the loss" : "of the whole loss";
}

/**
 * A label of a reasonable length; the tooltip has all of it.
 * @param {string} label
 */
function shortened(label) {
  const characters = Array.from(label);
  return characters.length > 28 ? `${characters.slice(0, 27).join("")}…` : label;
}

/**
 * Facts of a time step: [word, value, letter of the colour].
 * @param {Parts<"data"|"look"|"layout">} scene @returns {Fact[]}
 */
export function stepFacts({ data, look, layout }) {
  const { frame, store } = data;
  const { step } = look;
  /** @type {Fact[]} */
  const facts = [
    ["time step", String(step)],
    ["input", shortened(isolatedLabel(frame.sequence.inputs[step]))],
  ];
  if (store.header.classes) {
    const best = told(data, step).find((each) => each.place === 0);
    if (best)
      facts.push(["predicts", `${shortened(className(data, best.number))} ${percent(best.share)}`]);
    const verdict = hit(frame, step);
    const target = shortened(isolatedLabel(frame.sequence.targets[step]));
    if (verdict !== null) facts.push(["target", `${target}, ${verdict ? "hit" : "miss"}`]);
    else if (onlyTrained(frame.sequence, step)) facts.push(["target", `${target}, not counted`]);
  } else if (store.header.outputs) {
    facts.push(["output", shortly(frame.outputs[step * store.header.outputs])]);
    const target = isolatedLabel(frame.sequence.targets[step]);
    if (frame.sequence.scored[step]) facts.push(["target", target]);
  }
  const [most] = mostLookedAt(data, step, 1).largest;
  if (most) facts.push(["looks at", `step ${most.step}, ${percent(most.weight)}`, "h"]);
  const gradients = hasGradients(store.header) ? store.header.gradients : [];
  gradients.forEach((gradient, index) => {
    const norms = normsOf(frame, store.header, topOf(store.header), index, look.ofLast);
    const name = layout.base.view < SHORT ? `dL/d${gradient.letter[2]}` : gradient.label;
    facts.push([name, shortly(norms[step]), gradient.letter]);
  });
  return facts;
}

/**
 * Facts of a unit at a time step of its own layer; of one that reads from the end, what it reads.
 * @param {Parts<"data"|"look"|"layout">} scene @returns {Fact[]}
 */
export function unitFacts({ data, look, layout }) {
  const { unit, step } = look;
  const { frame, store } = data;
  if (!unit) return [];
  const named = unitName(store.header, unit);
  const at = named.search(/ \d+( to \d+)?$/);
  const { inputs } = frame.sequence;
  /** @type {Fact[]} */
  const reads = readsBackward(store.header, unit.layer)
    ? [["it reads", shortened(isolatedLabel(inputs[inputs.length - 1 - step]))]]
    : [];
  return [
    [named.slice(0, at), named.slice(at + 1)],
    ...reads,
    ...rowsOf(layout, look).map(
      /** @returns {Fact} */
      (row) => {
        const value = shortly(valueAt(data, row, step, unit.unit));
        return [row.quantity.label, value, row.letter];
      },
    ),
  ];
}
