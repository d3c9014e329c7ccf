/** Labels and symbols of the user, so that they can be read wherever they stand. */

/** @import { Data } from "../types.d.ts" */

const segmenter = globalThis.Intl?.Segmenter && new Intl.Segmenter();

/** What a reader takes for one character, such as an emoji of several code points. @param {string} text */
export function wholeCharacters(text) {
  if (!segmenter) return Array.from(text);
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Text in its own direction, whatever stands around it. @param {string} text */
export function isolated(text, of = text) {
  return /[\u0590-\u08ff\ufb1d-\ufefc]/.test(of) ? `\u2067${text}\u2069` : text;
}

/** Symbols without ink get some. @param {string} text */
export function visible(text) {
  return text
    .replace(/\n/g, "↵")
    .replace(/\t/g, "⇥")
    .replace(/^ +$|^ | $/g, (blanks) => "␣".repeat(blanks.length))
    .replace(/[\u0000-\u001f\u007f]/g, "·");
}

/** A number as an index. @param {number} count */
export function lowered(count) {
  return Array.from(String(count), (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}

/** @param {string} text */
export function isolatedLabel(text) {
  return isolated(visible(text));
}

/** @param {Data} data @param {number|string} number_ */
export function className(data, number_) {
  return isolatedLabel(data.store.labels[number_] ?? `class ${number_}`);
}
