/**
 * What a cell consists of, as the header of the packet says: rnnviz/engine/cells/spec.py. Here it is
 * only written and computed.
 *
 * Rows go from the top down, the way the signal takes. The belt carries the state from step to step;
 * the valve is the gate that the old state is multiplied with; a bead joins two rows. A row is a sum
 * of products (`formulas`) or a squashed sum (`squashed`), whose text has `{x}` for a quantity of the
 * same step and `{h-}` for one of the step before.
 */

/** @import { Diagram, Factor } from "../types.d.ts" */

/**
 * @typedef {(letter: string) => string} Told
 * @typedef {(letter: string) => number} Value
 */

/**
 * How each kind of factor is written, from what this step and the one before tell of a letter.
 * @type {Record<string, (factor: Factor, now: Told, before: Told) => string>}
 */
const WRITTEN = {
  now: ({ letter }, now) => now(letter),
  before: ({ letter }, _now, before) => before(letter),
  one_minus: ({ letter }, now) => `(1 − ${now(letter)})`,
  tanh: ({ letter }, now) => `tanh(${now(letter)})`,
  number: ({ value }) => String(value),
};

/** @type {Record<string, (factor: Factor, now: Value, before: Value) => number>} */
const COMPUTED = {
  now: ({ letter }, now) => now(letter),
  before: ({ letter }, _now, before) => before(letter),
  one_minus: ({ letter }, now) => 1 - now(letter),
  tanh: ({ letter }, now) => Math.tanh(now(letter)),
  number: ({ value }) => value,
};

/**
 * What writes a row's formula; undefined where the row is a squashed sum.
 * @param {Diagram} diagram @param {string} letter
 * @returns {((now: Told, before: Told) => string)|undefined}
 */
export function writerOf({ formulas }, letter) {
  return (
    formulas[letter] &&
    ((now, before) =>
      formulas[letter]
        .map((product) =>
          product.map((factor) => WRITTEN[factor.part](factor, now, before)).join(" × "),
        )
        .join(" + "))
  );
}

/**
 * A row's value by its formula.
 * @param {Diagram} diagram @param {string} letter @param {Value} now @param {Value} before
 */
export function byFormula({ formulas }, letter, now, before) {
  return formulas[letter].reduce(
    (sum, product) =>
      sum +
      product.reduce((value, factor) => value * COMPUTED[factor.part](factor, now, before), 1),
    0,
  );
}

/**
 * What writes how much of the old state the valve lets through.
 * @param {string} valve @param {string} belt
 * @returns {(now: Told, before: Told) => string}
 */
export function writerOfKept(valve, belt) {
  return (now, before) => `${now(valve)} × ${before(belt)}`;
}

/**
 * A squashed sum in symbols.
 * @param {string} of @param {Told} now @param {Told} before
 */
export function writtenSum(of, now, before) {
  return of.replace(/\{(\w)(-?)\}/g, (_, letter, earlier) => (earlier ? before : now)(letter));
}

/**
 * How high the strips of a cell are to be: the fewer there are, the higher.
 * @param {Diagram} diagram
 */
export function stripOf({ rows }) {
  return Math.max(50, Math.round(110 - (46 / 3) * (rows.length - 1)));
}
