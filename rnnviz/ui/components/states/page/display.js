/** What the elements around the picture show, in line with the scene. */

import { readTheme } from "../../unrolled/scene/theme.js";
import { element, icon } from "../../unrolled/page/controls.js";
import { heightAbove } from "../../unrolled/page/display.js";
import { grouped } from "../../unrolled/text/numbers.js";
import { machineLines } from "../diagram/words.js";
import { fit, formOf } from "../scene/scene.js";
import { captionOf, pointLines, sentence, stepLine } from "../text/words.js";

/** @import { Transport, View } from "../types.d.ts" */

/** Pixels between the canvas and what stands above and below it. */
const MARGINS = 16;

/** @param {View} view */
export function updateTexts(view) {
  const { data, look, dom } = view;
  const { store, frame } = data;
  const [measured, about] = captionOf(data);
  dom.measured.replaceChildren();
  element("b", "", dom.measured, measured);
  if (about) dom.measured.append(` · ${about}`);
  const { frames, header } = store;
  const said = frame ? `iteration ${grouped(frame.iteration)}` : "no iteration";
  setTransport(view.dom.replay, frame ? frames.indexOf(frame) : 0, frames.length, said);
  dom.follow.setAttribute("aria-pressed", String(look.follow));
  dom.deep.textContent = look.deep ? "2-D" : "3-D";
  dom.deep.hidden = header.axes < 3;
  dom.figure.classList.toggle("turns", look.deep);
  updateColours(view);
  updateStepTexts(view);
}

/** @param {View} view */
export function updateStepTexts(view) {
  const { data, look, dom } = view;
  const { inputs } = data.store.header.probe;
  setTransport(dom.sweep, look.step, inputs.length, `time step ${look.step}`);
  if (data.frame) dom.stepLine.textContent = stepLine(view);
  dom.canvas.setAttribute("aria-label", sentence(view));
}

/** @param {View} view */
function updateColours({ data, look, dom }) {
  const { colourings } = data.store.header;
  const said = colourings.map(({ key, label }) => `${key}:${label}`).join();
  if (dom.colours.dataset.said !== said) {
    dom.colours.dataset.said = said;
    dom.colours.replaceChildren();
    for (const { key, label } of colourings) element("option", "", dom.colours, label).value = key;
  }
  dom.colours.value = look.colouring;
}

/**
 * Slider and text of a transport; where there is only one place, nothing can be played.
 * @param {Transport} transport @param {number} at @param {number} count @param {string} said
 */
function setTransport({ play, back, forward, place, text }, at, count, said) {
  place.max = String(Math.max(0, count - 1));
  place.value = String(at);
  for (const made of [play, place, back, forward]) made.disabled = count < 2;
  place.setAttribute("aria-valuetext", said);
  text.textContent = said;
}

/** @param {View} view */
export function updatePlay({ clock, dom }) {
  setPlaying(dom.sweep, clock.sweep, "Sweep");
  setPlaying(dom.replay, clock.replay, "Training");
}

/**
 * @param {Transport} transport @param {{playing: boolean, speed: number, loop: boolean}} state
 * @param {string} name
 */
function setPlaying({ play, loop, speed }, state, name) {
  speed.value = String(state.speed);
  loop.setAttribute("aria-pressed", String(state.loop));
  if (play.dataset.playing === String(state.playing)) return;
  play.dataset.playing = String(state.playing);
  play.replaceChildren(icon(state.playing ? "pause" : "play"), name);
  play.setAttribute("aria-pressed", String(state.playing));
}

/**
 * Fit the picture to its element: its size and the theme.
 * @param {View} view
 */
export function refresh(view) {
  const { dom } = view;
  view.wide = Math.floor(dom.figure.getBoundingClientRect().width) || 600;
  view.form = formOf(view);
  const others = [dom.caption, dom.readout, dom.controls].map((each) => each.offsetHeight);
  const taken = others.reduce((sum, height) => sum + height, MARGINS);
  const room = window.innerHeight - heightAbove(dom.figure) - taken;
  fit(view, view.wide, readTheme(dom.figure), room);
  dom.figure.classList.toggle("narrow", view.layout.narrow);
  updateTexts(view);
  updatePlay(view);
}

/** What is under the pointer, a line each. @param {View} view @returns {string[]} */
function toldOf(view) {
  const { look, data } = view;
  const { machine } = data.store.header;
  if (look.pointed && machine) return machineLines(machine, look.pointed);
  if (look.fixed !== null) return data.frame.fixed?.points[look.fixed]?.text ?? [];
  return look.pointer === null ? [] : pointLines(view, look.pointer);
}

/** What is told beside the pointer. @param {View} view */
export function showTooltip(view) {
  const { dom, pointerAt } = view;
  const lines = pointerAt ? toldOf(view) : [];
  dom.tooltip.hidden = !lines.length;
  if (!pointerAt || !lines.length) return;
  const [head, ...rest] = lines;
  dom.tooltip.replaceChildren();
  element("strong", "", dom.tooltip, head);
  for (const line of rest) element("small", "", dom.tooltip, line);
  const box = dom.figure.getBoundingClientRect();
  const [x, y] = [pointerAt.clientX - box.left, pointerAt.clientY - box.top];
  const { offsetWidth, offsetHeight } = dom.tooltip;
  const left = x + 16 + offsetWidth > box.width ? x - offsetWidth - 12 : x + 16;
  dom.tooltip.style.left = `${Math.max(0, left)}px`;
  dom.tooltip.style.top = `${Math.max(0, Math.min(y + 14, box.height - offsetHeight))}px`;
}
