/** What a row's value is made of: its formula in symbols and in recorded numbers, and what was done to it. */

import { byFormula, writerOf, writtenSum } from "../data/cells.js";
import { valueAt } from "../data/values.js";
import { evenly, shortly } from "./numbers.js";
import { lowered } from "./symbols.js";

/** @import { Data, Intervention, Row, Values, Writes } from "../types.d.ts" */

/**
 * What a row's value is made of at a step: in symbols, and with the recorded numbers.
 * @param {Data} data @param {Row} row @param {number} t @param {number} unit
 * @returns {{symbols: string, numbers: string, note: string}} `note` says what was done to the
 *   unit, and where the recorded value is another than that of the formula
 */
export function formulaOf(data, row, t, unit) {
  const { diagram } = data.store.header;
  const value = valuesAround(data, row, unit);
  const told = evenly(value(row.letter, t), data.frame.exact ? 7 : 3);
  const is = data.frame.exact ? "=" : "≈";
  if (data.store.header.group > 1) {
    const symbols = `mean of ${data.store.header.group} units`;
    return { symbols, numbers: `${is} ${told}`, note: "" };
  }
  /** @param {number} step */
  const named = (step) => (/** @type {string} */ letter) =>
    step < 0 ? "0" : letter + lowered(step);
  const name = named(t)(row.letter);
  const instead = replaced(data, row, unit);
  if (instead) {
    const note = diagram.formulas[row.letter] ? otherwise(data, row, t, value) : "";
    return { symbols: `${name} is ${instead}`, numbers: `${is} ${told}`, note };
  }
  const write = writerOf(diagram, row.letter);
  if (write) {
    /** @param {number} step */
    const said = (step) => (/** @type {string} */ letter) => briefly(value(letter, step));
    return {
      symbols: `${name} = ${write(named(t), named(t - 1))}`,
      numbers: `${write(said(t), said(t - 1))} ${is} ${told}`,
      note: otherwise(data, row, t, value),
    };
  }
  const { function: squash, of } = diagram.squashed[row.letter];
  const inside = UNSQUASH[squash](value(row.letter, t));
  const about = Number.isFinite(inside) ? `${squash}(${evenly(inside, 3)}) ${is} ` : `${is} `;
  return {
    symbols: `${name} = ${squash}(${writtenSum(of, named(t), named(t - 1))})`,
    numbers: about + told,
    note: changedOf(data, row, unit),
  };
}

/**
 * A formula with the numbers of one unit put in.
 * @param {Data} data @param {((now: Writes, before: Writes) => string)|undefined} write
 * @param {Row} row @param {number} t @param {number} unit
 */
export function formula(data, write, row, t, unit) {
  if (!write || data.store.header.group > 1) return "";
  const value = valuesAround(data, row, unit);
  /** @param {number} step */
  const said = (step) => (/** @type {string} */ letter) => shortly(value(letter, step));
  return `= ${write(said(t), said(t - 1))}`;
}

/**
 * Where a row's value is not that of its formula: what it is instead. Empty where it is.
 * @param {Data} data @param {Row} row @param {number} unit
 */
export function replaced(data, row, unit) {
  const held = doneTo(data, row, unit, "hold", row.letter);
  if (held) return `held at ${shortly(Number(held.value))}`;
  return row.letter === "h" && doneTo(data, row, unit, "silence") ? "silenced" : "";
}

/**
 * What was done to a row of a unit, in words; empty if nothing was.
 * @param {Data} data @param {Row} row @param {number} unit
 */
export function changedOf(data, row, unit) {
  const shift =
    row.letter === data.store.header.diagram.forget_gate && doneTo(data, row, unit, "shift");
  return (
    replaced(data, row, unit) ||
    (shift ? `its bias shifted by ${shortly(Number(shift.amount))}` : "")
  );
}

/**
 * The sum in a squashed value is not recorded.
 * @param {Data} data @param {Row} row
 */
export function recovered(data, row) {
  const squash = data.store.header.diagram.squashed[row.letter]?.function;
  return squash ? `the number in ${squash}( ) is recovered from the output` : "";
}

/**
 * The last thing done of a kind to a unit: what was done later wins.
 * @param {Data} data @param {Row} row @param {number} unit @param {Intervention["kind"]} kind
 * @param {string} [gate]
 */
function doneTo({ frame, store }, row, unit, kind, gate) {
  if (store.header.group > 1) return undefined;
  /** @param {number|null|undefined} chosen @param {number} here */
  const meets = (chosen, here) => (chosen ?? here) === here;
  return frame.interventions
    .filter(
      (done) =>
        done.kind === kind &&
        done.gate === gate &&
        meets(done.layer, row.layer) &&
        (!done.units || done.units.includes(unit)),
    )
    .at(-1);
}

/**
 * The numbers of a unit and its layer: (letter, time step) -> number; before the first step 0.
 * @param {Data} data @param {Row} row @param {number} unit @returns {Values}
 */
function valuesAround(data, row, unit) {
  return (letter, step) => (step < 0 ? 0 : valueAt(data, { ...row, letter }, step, unit));
}

/**
 * The sum that was squashed, recovered from the recorded value.
 * @type {Record<string, (value: number) => number>}
 */
const UNSQUASH = {
  σ: (value) => Math.log(value / (1 - value)),
  tanh: Math.atanh,
  ReLU: (value) => (value > 0 ? value : NaN),
};

/**
 * What the formula of a unit that does not follow it would give; empty where that is the same.
 * @param {Data} data @param {Row} row @param {number} t @param {Values} value
 */
function otherwise(data, row, t, value) {
  /** @param {number} step */
  const at = (step) => (/** @type {string} */ letter) => value(letter, step);
  const expected = byFormula(data.store.header.diagram, row.letter, at(t), at(t - 1));
  const recorded = value(row.letter, t);
  if (!data.frame.exact || !Number.isFinite(expected + recorded)) return "";
  const near = Math.abs(expected - recorded) <= 1e-4 * Math.max(1, Math.abs(recorded));
  return near ? "" : `the formula alone gives ${shortly(expected)}`;
}

/**
 * As `shortly`, for formulas.
 * @param {number} value
 */
function briefly(value) {
  return Number.isFinite(value) ? evenly(value, 3) : ({ NaN: "NaN", Infinity: "∞" }[value] ?? "−∞");
}
