/** What becomes of the gradient on its way back through the time steps, in one sentence. */

import { hasGradients, normsOf, storyOf, topOf } from "../data/values.js";
import { factored, percent, shortly } from "./numbers.js";

/** @import { Parts } from "../types.d.ts" */

/** So much more or less at the end is told as no change. */
const SAME = 1.1;

/**
 * The sentence above the bars. It is about the state that carries the memory; see `storyOf`.
 * @param {Parts<"data"|"look"|"layout">} scene
 */
export function gradientWords({ data, look, layout }) {
  const { frame, store } = data;
  const { ofLast } = look;
  const { header } = store;
  if (!hasGradients(header)) return "No loss was computed, so there is no gradient";
  const story = storyOf(header);
  const norms = normsOf(frame, header, topOf(header), story.index, ofLast);
  const last = frame.sequence.scored.lastIndexOf(true);
  if (last < 0) return "No step of this example is scored: there is no loss, and no gradient";
  const name = layout.narrow ? `dL/d${story.letter[2]}` : story.label;
  if (ofLast && header.attention && last > 0 && norms.every(Number.isFinite))
    return (
      `Last step's ${name}: ${shortly(norms[last])} at step ${last}, ${shortly(norms[0])} at ` +
      `step 0; it comes over the recurrence and over attention`
    );
  if (ofLast)
    return `Last step's ${name} ${normsInWords(norms.subarray(0, last + 1), frame.verdict)}`;
  const from = `${shortly(norms[last])} at step ${last}`;
  const course = last > 0 ? `${from}, ${shortly(norms[0])} at step 0` : from;
  return `Of the whole loss, ${name}: ${course}`;
}

/**
 * @param {Float64Array} norms one for each time step up to the one that the gradient comes from
 * @param {string} verdict as the Gradients page gives it
 */
function normsInWords(norms, verdict) {
  const last = norms.length - 1;
  const broken = norms.findLastIndex((norm) => !Number.isFinite(norm));
  if (broken >= 0) {
    const what = Number.isNaN(norms[broken]) ? "not a number" : "infinite";
    return `is ${what} ${fromStep(norms, broken, (norm) => !Number.isFinite(norm))}`;
  }
  const zero = norms.lastIndexOf(0);
  const cut = `exactly 0 ${fromStep(norms, zero, (norm) => norm === 0)}`;
  if (zero === last) return `is ${cut}`;
  if (last === 0) return `is ${shortly(norms[0])} at step 0, where the sequence begins`;
  if (zero === last - 1) return `is ${shortly(norms[last])} at step ${last}; it is ${cut}`;
  if (zero >= 0)
    return `${course(norms.subarray(zero + 1))} back to step ${zero + 1}; it is ${cut}`;
  const said = { vanishes: ": it vanishes", explodes: ": it explodes" }[verdict] ?? "";
  return `${course(norms)}; ${remains(norms[0] / norms[last])} reaches step 0${said}`;
}

/**
 * Where that begins on the way back, and whether it goes on from there.
 * @param {Float64Array} norms @param {number} step @param {(norm: number) => boolean} holds
 */
function fromStep(norms, step, holds) {
  const all = step > 0 && norms.subarray(0, step).every(holds);
  return all ? `from step ${step} back` : `at step ${step}`;
}

/**
 * The factor per step is the geometric mean; where not every step goes that way it is said.
 * @param {Float64Array} norms
 */
function course(norms) {
  const last = norms.length - 1;
  const power = Math.log(norms[0]) - Math.log(norms[last]);
  if (Math.abs(power) <= Math.log(SAME)) return "keeps its size";
  const factor = Math.exp(power / last);
  const told = factor.toFixed(2) === "1.00" ? `×${shortly(factor, 4)}` : factored(factor);
  const grows = power > 0;
  const steadily = norms.every((norm, t) => t === 0 || norm <= norms[t - 1] === grows);
  if (grows && steadily) return `grows all the way back, ${told} per step`;
  return `${grows ? "grows" : "shrinks"} ${told} per step${steadily ? "" : " on average"}`;
}

/**
 * What is left of it: a share, or from twice as much on a factor.
 * @param {number} ratio
 */
function remains(ratio) {
  return ratio < 2 ? percent(ratio) : factored(ratio);
}
