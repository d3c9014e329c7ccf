/** Names of the rows and their scales, at the left, as elements; draw/labels.js says what is on them. */

import { css, readable } from "../scene/theme.js";
import { labelsOf } from "../draw/labels.js";
import { button, element } from "./controls.js";

/** @import { Label, LabelChoice, LabelScale, Layout, ViewParts } from "../types.d.ts" */

/**
 * Names of the rows and their scales, at the left, fixed while the strip scrolls.
 * @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers"|"dom">} view
 */
export function buildLabels(view) {
  const { layout, dom } = view;
  const { labels, ticks, headings } = labelsOf(view);
  dom.labels.replaceChildren();
  dom.labels.style.width = `${layout.labels}px`;
  dom.labels.style.height = `${layout.height}px`;
  for (const { y, text, about } of headings) {
    const made = element("div", "layer", dom.labels, text);
    setTop(made, y);
    explained(made, text, about);
  }
  for (const label of labels) buildLabel(view, label);
  for (const { y, text } of ticks) setTop(element("div", "tick", dom.labels, text), y);
}

/**
 * Put the labels where their rows are now, while the picture zooms.
 * @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers"|"dom">} view
 */
export function moveLabels(view) {
  /** @type {NodeListOf<HTMLElement>} */
  const elements = view.dom.labels.querySelectorAll(".label");
  const { labels } = labelsOf(view);
  if (labels.length !== elements.length) return buildLabels(view);
  labels.forEach((label, place_) => putLabel(elements[place_], label, view.layout));
}

/** @param {HTMLElement} made @param {Label} label @param {Layout} layout */
function putLabel(made, { y, height, hidden }, layout) {
  setTop(made, y);
  made.style.height = `${height}px`;
  made.style.opacity = hidden ? String(1 - Math.min(1, layout.toUnit * 3)) : "";
}

/** @param {ViewParts<"look"|"layout"|"theme"|"dom">} view @param {Label} label */
function buildLabel({ look, layout, theme, dom }, label) {
  const made = element("div", "label", dom.labels);
  putLabel(made, label, layout);
  made.style.color = css(readable(label.colour, theme));
  made.style.borderLeftColor = css(label.colour, label.plain ? 0.25 : 1);
  explained(made, label.text, label.about);
  if (label.opens !== undefined) made.dataset.layer = String(label.opens);
  element("span", "", made, label.text);
  if (label.scale) buildScale(made, label.scale);
  for (const { letter, text, bar } of label.keys) {
    const line = element("small", "legend", made);
    const key = element("i", bar ? "bar" : "dash", line);
    key.classList.toggle("dotted", look.ofLast);
    key.style.color = css(theme.colours[letter]);
    line.append(text);
  }
  for (const note of label.notes) element("small", "", made, note);
  if (label.choices.length) buildChoices(made, label.choices);
}

/** @param {HTMLElement} parent @param {LabelScale} scale */
function buildScale(parent, { low, high, stops, wedge }) {
  const scale = element("div", "scale", parent);
  element("span", "", scale, low);
  const bar = element("i", wedge ? "wedge" : "", scale);
  bar.style.background = wedge ? stops[0] : `linear-gradient(to right, ${stops.join(", ")})`;
  element("span", "", scale, high);
}

/**
 * Whose gradient is shown and on which scale, and the buttons that change it.
 * @param {HTMLElement} parent @param {LabelChoice[]} choices
 */
function buildChoices(parent, choices) {
  parent.classList.add("gradient");
  const row = element("div", "choices", parent);
  for (const { does, text, title, pressed } of choices) {
    const made = button(row, "", title);
    made.dataset.does = does;
    made.textContent = text;
    if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
  }
}

/**
 * What it says about itself where one points at it, taps it or has it read aloud.
 * @param {HTMLElement} made @param {string} name @param {string} about
 */
export function explained(made, name, about) {
  made.dataset.name = name;
  made.dataset.about = about;
  made.setAttribute("aria-description", about);
}

/** @param {HTMLElement} made @param {number} y */
function setTop(made, y) {
  made.style.top = `${y}px`;
}
