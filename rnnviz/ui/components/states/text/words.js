/** What is said of the picture: above it, beside the pointer, and to who does not see it. */

import { machineSentence } from "../diagram/words.js";
import { grouped, percent, shortly } from "../../unrolled/text/numbers.js";
import { isolatedLabel } from "../../unrolled/text/symbols.js";

/** @import { Data, Parts } from "../types.d.ts" */

/**
 * What the network answers at a time step, as text.
 * @param {Data} data @param {number} step
 */
export function answerAt({ store, frame }, step) {
  const { names } = store.header.probe;
  const answer = frame.answers[step];
  if (!Number.isFinite(answer)) return "";
  return names.length ? isolatedLabel(names[answer] ?? "") : shortly(answer);
}

/**
 * Why there is nothing to see, or less than one would think; "" where all is well.
 * @param {Data} data
 */
export function problemOf({ store, frame, points, probe }) {
  const { missing, count, label } = store.header;
  if (missing) return missing;
  if (!frame || !points || !count) return "No states have been measured yet.";
  const numbers = points.some((value) => value === value);
  if (!numbers)
    return (
      `At iteration ${grouped(frame.iteration)} no ${label} is a finite number: training has ` +
      "diverged. Choose an earlier iteration."
    );
  return constant(points) && constant(probe)
    ? `At iteration ${grouped(frame.iteration)} the ${label} is the same at every time step of ` +
        "every sequence: all points lie in one place."
    : "";
}

/** Whether all places are the same. @param {Float32Array} places */
function constant(places) {
  for (let at = 3; at < places.length; at++)
    if (places[at] === places[at] && Math.abs(places[at] - places[at % 3]) > 1e-9) return false;
  return true;
}

/**
 * The line above the picture.
 * @param {Data} data
 */
export function captionOf({ store, frame }) {
  const { about, label } = store.header;
  const iteration = frame ? ` at iteration ${grouped(frame.iteration)}` : "";
  return [`${label[0]?.toUpperCase() ?? ""}${label.slice(1)}s${iteration}`, about];
}

/**
 * What is told of a point.
 * @param {Parts<"data">} scene @param {number} point @returns {string[]}
 */
export function pointLines({ data }, point) {
  const { store, frame } = data;
  const { sequence, step } = store.points;
  const told = store.header.colourings.flatMap((about) => {
    if (about.key === "position") return [];
    const values = about.moves ? frame.values[about.key] : store.points.values[about.key];
    const value = values?.[point];
    if (value === undefined || Number.isNaN(value)) return [];
    const text = about.names.length ? isolatedLabel(about.names[value] ?? "") : shortly(value);
    return [`${about.label}: ${text}`];
  });
  return [`sequence ${sequence[point]}, time step ${step[point]}`, ...told];
}

/**
 * What is told of the time step that the sweep is at.
 * @param {Parts<"data"|"look">} scene
 */
export function stepLine({ data, look }) {
  const { inputs, targets } = data.store.header.probe;
  const parts = [`Time step ${look.step}: input ${isolatedLabel(inputs[look.step] ?? "")}`];
  const answer = data.frame ? answerAt(data, look.step) : "";
  if (answer) parts.push(`answer ${answer}`);
  if (targets[look.step]) parts.push(`target ${isolatedLabel(targets[look.step])}`);
  return parts.join(", ");
}

/**
 * The sentence that stands for the picture.
 * @param {Parts<"data"|"look">} scene
 */
export function sentence({ data, look }) {
  const problem = problemOf(data);
  if (problem) return problem;
  const { store, frame } = data;
  const { count, label, axes, colourings } = store.header;
  const shown = look.deep ? 3 : Math.min(2, axes);
  const shares = frame.shares.slice(0, shown);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const colour = colourings.find(({ key }) => key === look.colouring);
  const held = Number.isFinite(total) ? `, which hold ${percent(total)} of the variance` : "";
  return (
    `${grouped(count)} points, each the ${label} at one time step of an evaluation sequence, in ` +
    `${shown === 1 ? "one principal component" : `${shown} principal components`}${held}, ` +
    `measured at iteration ${grouped(frame.iteration)}` +
    `${colour ? `, coloured by ${colour.label}` : ""}. The line is the path of the probe.` +
    `${fixedSentence(data)}${store.header.machine ? ` ${machineSentence(store.header.machine)}` : ""}`
  );
}

/** @param {Data} data */
function fixedSentence({ frame }) {
  if (!frame.fixed) return "";
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { kind } of frame.fixed.points) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const told = [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
  return ` Fixed and slow points with ${frame.fixed.given}: ${told || "none found"}.`;
}
