/** How numbers are written for people, as rnnviz/numbers.py does it. */

/** Sizes below or from here on are written with an exponent. */
const SMALLEST = 1e-3;
const LARGEST = 1e4;

/**
 * A number as it was recorded, to the seven digits that float32 holds.
 * @param {number} value
 */
export function exactly(value) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  return minus(String(Number(value.toPrecision(7)))).replace("e+", "e");
}

/**
 * With so many significant digits: "0.0123", "−4.5", "1.2e−5", "∞", "–" for what is no number.
 * @param {number} value
 */
export function shortly(value, digits = 3) {
  if (Number.isNaN(value)) return "–";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}∞`;
  if (size === 0) return "0";
  const [lead, exponent] = size.toExponential(digits - 1).split("e");
  const rounded = Number(`${lead}e${exponent}`);
  if (rounded >= SMALLEST && rounded < LARGEST) {
    return sign + bare(rounded.toFixed(Math.max(digits - 1 - Number(exponent), 0)));
  }
  return `${sign}${bare(lead)}e${minus(String(Number(exponent)))}`;
}

/**
 * Without noughts at the end.
 * @param {string} text
 */
function bare(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * So many digits, zeros at the end too: numbers that follow each other are equally long.
 * @param {number} value @param {number} digits
 */
export function evenly(value, digits) {
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e4) return minus(value.toPrecision(digits));
  return digits > 3 ? exactly(value) : shortly(value);
}

/** @param {string} text */
export function minus(text) {
  return text.replace(/-/g, "−");
}

/**
 * Whole per cents from 10 on, two digits below; what is not all is never "100 %".
 * @param {number} share
 */
export function percent(share) {
  const value = 100 * share;
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return `${shortly(value)} %`;
  if (value >= 99.5 && value < 100) return `${(Math.floor(value * 10) / 10).toFixed(1)} %`;
  if (Math.abs(value) >= 9.95) return `${shortly(toEven(value), 15)} %`;
  return `${shortly(value, 2)} %`;
}

/**
 * As Python rounds: from the middle between two whole numbers to the even one.
 * @param {number} value
 */
function toEven(value) {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

/**
 * "×0.63", "×1.2e−9"
 * @param {number} value
 */
export function factored(value) {
  if (Number.isNaN(value)) return "–";
  return `×${value >= 0.095 && value < 99.5 ? value.toFixed(2) : shortly(value, 2)}`;
}

/**
 * With a comma for thousands, as counts are written.
 * @param {number} value
 */
export function grouped(value) {
  return value.toLocaleString("en");
}

/** @param {number} decade */
export function decadeName(decade) {
  if (decade >= -3 && decade <= 3) return String(10 ** decade).slice(0, 5);
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const raised = Array.from(String(Math.abs(decade)), (digit) => digits[Number(digit)]).join("");
  return `10${decade < 0 ? "⁻" : ""}${raised}`;
}
