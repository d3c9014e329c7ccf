/**
 * The text coloured by a unit: the symbols of the example, each shaded by the unit's activation
 * there, as Karpathy, Johnson and Li (2015) showed what single cells of a character model look at.
 */

import { chosen, clamp, readsBackward, unitScale, valueAt } from "../data/values.js";
import { colourAt, css, legible } from "../scene/theme.js";
import { visible } from "../text/symbols.js";
import { exactly, shortly } from "../text/numbers.js";
import { unitName } from "../text/words.js";
import { button, element } from "./controls.js";

/** @import { Parts, Row, Sequence, ViewParts } from "../types.d.ts" */

/**
 * The elements, made once.
 * @param {HTMLElement} parent
 */
export function buildReceptive(parent) {
  const head = element("div", "head", parent);
  const group = element("div", "phases", head);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "What the text is shaded by");
  const choices = [
    ["h", "hidden state"],
    ["c", "cell state"],
  ].map(([letter, text]) => {
    const made = button(group, "", `Shade the text by the ${text}`);
    made.dataset.letter = letter;
    made.textContent = text;
    return made;
  });
  const made = {
    box: parent,
    choices,
    title: element("span", "title", head),
    scale: element("span", "ends", head),
    text: element("div", "text", parent),
    sequence: /** @type {Sequence|null} */ (null),
    backward: false,
    step: -1,
    letter: "h",
  };
  made.text.setAttribute("role", "img");
  parent.hidden = true;
  return made;
}

/**
 * Bring the text in line with the unit, the iteration and the step.
 * @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"peers"|"dom">} view
 */
export function updateReceptive(view) {
  const { unit } = view.look;
  const { base } = view.layout;
  const { receptive } = view.dom;
  const { store, frame } = view.data;
  receptive.box.hidden = !unit;
  if (!unit) return;
  const hasCell = store.header.diagram.rows.includes("c");
  if (!hasCell) receptive.letter = "h";
  const { letter } = receptive;
  const row = base.rows.find((each) => each.layer === unit.layer && each.letter === letter);
  if (!row) return;
  for (const made of receptive.choices) {
    made.hidden = !hasCell;
    made.setAttribute("aria-pressed", String(made.dataset.letter === receptive.letter));
  }
  const backward = readsBackward(store.header, unit.layer);
  if (receptive.sequence !== frame.sequence || receptive.backward !== backward)
    writeSymbols(receptive, frame.sequence, backward);
  const scale = unitScale(view, row);
  const values = frame.sequence.inputs.map((_, t) => valueAt(view.data, row, t, unit.unit));
  shade(view, row, values, scale);
  followStep(receptive, placeOf(receptive, view.look.step));
  receptive.title.textContent =
    `Text coloured by ${unitName(store.header, unit)}: ` + `${row.quantity.label} at each symbol`;
  const [low, high] = [-1, 1].map((end) => css(colourAt(row.quantity, (end + 1) / 2, view.theme)));
  const zero = css(colourAt(row.quantity, 0.5, view.theme));
  receptive.scale.textContent = `−${shortly(scale)} to +${shortly(scale)}`;
  receptive.scale.style.borderImage = `linear-gradient(to right, ${low}, ${zero}, ${high}) 1`;
  receptive.text.setAttribute("aria-label", receptiveWords(view, row, values));
}

/**
 * Where the symbol stands that is read at a step: a backward layer begins with the last one.
 * @param {ReturnType<typeof buildReceptive>} receptive @param {number} step
 */
function placeOf({ backward, text }, step) {
  return backward ? text.children.length - 1 - step : step;
}

/**
 * @param {ReturnType<typeof buildReceptive>} receptive @param {Sequence} sequence
 * @param {boolean} backward
 */
function writeSymbols(receptive, sequence, backward) {
  Object.assign(receptive, { sequence, backward });
  const single = sequence.inputs.every((label) => Array.from(label).length <= 1);
  receptive.text.classList.toggle("single", single);
  receptive.text.replaceChildren(
    ...sequence.inputs.map((label, t) => {
      const made = document.createElement("span");
      made.textContent = visible(label) || "·";
      made.dataset.step = String(backward ? sequence.inputs.length - 1 - t : t);
      return made;
    }),
  );
}

/**
 * @param {ViewParts<"look"|"theme"|"dom">} view @param {Row} row @param {number[]} values
 * @param {number} scale
 */
function shade({ look, theme, dom }, row, values, scale) {
  const { step } = look;
  const { receptive } = dom;
  values.forEach((value, t) => {
    const made = /** @type {HTMLElement} */ (receptive.text.children[placeOf(receptive, t)]);
    const known = Number.isFinite(value);
    const share = known ? clamp(0.5 + value / scale / 2, 0, 1) : 0.5;
    const ground = colourAt(row.quantity, share, theme);
    made.style.background = css(ground);
    made.style.color = css(legible(theme, ground));
    made.style.textDecoration = known ? "" : "line-through";
    made.title = `time step ${t}: ${exactly(value)}`;
    made.classList.toggle("now", t === step);
  });
}

/**
 * A long text scrolls to the step, once: the reader may then scroll elsewhere.
 * @param {ReturnType<typeof buildReceptive>} receptive @param {number} step
 */
function followStep(receptive, step) {
  const { text } = receptive;
  if (receptive.step === step) return;
  receptive.step = step;
  const { offsetTop, offsetHeight } = /** @type {HTMLElement} */ (text.children[step]);
  const top = offsetTop - text.offsetTop;
  const seen = top >= text.scrollTop && top + offsetHeight <= text.scrollTop + text.clientHeight;
  if (!seen) text.scrollTop = top - (text.clientHeight - offsetHeight) / 2;
}

/**
 * Where the unit is highest and lowest.
 * @param {Parts<"data"|"look">} scene @param {Row} row @param {number[]} values
 */
function receptiveWords({ data, look }, row, values) {
  const { store, frame } = data;
  const unit = chosen(look);
  const finite = values.filter(Number.isFinite);
  if (!finite.length) return `Text coloured by ${unitName(store.header, unit)}: not a number`;
  /** @param {number} value */
  const told = (value) => {
    const t = values.indexOf(value);
    const { inputs } = frame.sequence;
    const read = readsBackward(store.header, unit.layer) ? inputs.length - 1 - t : t;
    return `${shortly(value)} at ${visible(inputs[read])}, time step ${t}`;
  };
  return (
    `Text coloured by ${unitName(store.header, unit)}: ${row.quantity.label} highest ` +
    `${told(Math.max(...finite))}; lowest ${told(Math.min(...finite))}`
  );
}
