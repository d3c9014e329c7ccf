/**
 * Attention: how much each step looks at the steps before it, and what its gradient sends to them.
 *
 * A frame holds pairs of steps, those of step 0 first. Step t has the `kept` largest weights of the
 * t + 1 that it may have, in the order of the steps looked at; where `kept` reaches all of them the
 * frame does not say which they are.
 */

/** @import { Attention, Data, Frame, Look, Pair } from "../types.d.ts" */

/**
 * How many pairs step t has.
 * @param {number} kept @param {number} t
 */
function countOf(kept, t) {
  return Math.min(t + 1, kept);
}

/**
 * How many pairs come before those of step t.
 * @param {number} kept @param {number} t
 */
export function pairsBefore(kept, t) {
  const full = Math.min(t, kept);
  return (full * (full + 1)) / 2 + Math.max(0, t - kept) * kept;
}

/**
 * What step t looks at: the largest weights, in the order of the steps. Empty without attention.
 * @param {Pick<Data, "store"|"frame">} data @param {number} t @returns {Pair[]}
 */
export function pairsOf({ store, frame }, t) {
  const { attention } = store.header;
  if (!attention) return [];
  const { kept } = attention;
  const start = pairsBefore(kept, t);
  return Array.from({ length: countOf(kept, t) }, (_, place) => ({
    step: frame.lookedAt.length ? frame.lookedAt[start + place] : place,
    weight: weightOf(frame, start + place),
    sent: sentOf(frame, attention, start + place),
  }));
}

/** @param {Frame} frame @param {number} at */
function weightOf({ exact, weights }, at) {
  if (exact) return weights[at];
  return weights[at] ? (weights[at] - 1) / 254 : NaN;
}

/** @param {Frame} frame @param {Attention} range @param {number} at */
function sentOf({ exact, sent }, { low, high }, at) {
  if (exact) return sent[at];
  if (sent[at] < 2) return sent[at] ? 0 : NaN;
  return 10 ** (low + ((sent[at] - 2) / 253) * (high - low));
}

/**
 * The steps that t looks at most, largest first, and what is left for all others.
 * @param {Pick<Data, "store"|"frame">} data @param {number} t @param {number} count
 */
export function mostLookedAt(data, t, count) {
  const pairs = pairsOf(data, t).filter(({ weight }) => weight > 0);
  const largest = pairs.sort((one, other) => other.weight - one.weight).slice(0, count);
  const rest = 1 - largest.reduce((sum, { weight }) => sum + weight, 0);
  return { largest, rest: Math.max(0, rest) };
}

/**
 * The time step at which a picture opens that nothing moves in: the first; with attention, of which
 * the first step has nothing to show, the last that is scored.
 * @param {Pick<Data, "store"|"frame">} data
 */
export function opensAt({ store, frame }) {
  return store.header.attention ? Math.max(0, frame.sequence.scored.lastIndexOf(true)) : 0;
}

/**
 * Whose gradient runs over attention in the backward sweep: that of the last scored step alone, or
 * that of the step that the sweep has reached. The last one's share is the same in both losses.
 * @param {Pick<Data, "frame">} data @param {Pick<Look, "step"|"ofLast">} look
 */
export function senderOf({ frame }, { step, ofLast }) {
  return ofLast ? frame.sequence.scored.lastIndexOf(true) : step;
}
