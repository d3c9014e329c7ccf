/** What the elements around the picture show, in line with the scene. */

import { clamp } from "../data/values.js";
import { css, readTheme, readable } from "../scene/theme.js";
import { grouped } from "../text/numbers.js";
import {
  captionOf,
  plural,
  scoreWords,
  sentence,
  stepFacts,
  tooltipLines,
  unitFacts,
} from "../text/words.js";
import { EXPLAINED } from "../text/explain.js";
import { OVERVIEW, drawOverview, needsOverview, overviewWords } from "../draw/overview.js";
import { HEIGHT, NARROW, magnification } from "../scene/layout.js";
import { labelsOf } from "../draw/labels.js";
import { fit, place, rescale, turnTo } from "../scene/scene.js";
import { button, element, icon } from "./controls.js";
import { updateReceptive } from "./receptive.js";

const HINT =
  "Click a unit to follow it, twice to zoom in. Keys: ← → time step, ↑ ↓ unit, " +
  "p sweep, t training, + − zoom, f present.";

const TOUCH_HINT = "Tap a unit to follow it, twice to zoom in.";

/** In a window below this width two pictures stand one above the other; see unrolled.css. */
const STACKED = 1000;
/** When a picture is magnified: its least width in its own pixels, and how far its rows give way. */
const ON_PAGE = { least: 1000, giving: 0 };
const PRESENTED = { least: 760, giving: 1, padding: 10 };

/** How high several layers may be on a phone. */
const PHONE = 720;

/** Pixels between the picture and what stands above and below it; see unrolled.css. */
const MARGINS = 12;

/** Names of the rows and their scales, at the left, fixed while the strip scrolls. */
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

/** What it says about itself where one points at it, taps it or has it read aloud. */
export function explained(made, name, about) {
  made.dataset.name = name;
  made.dataset.about = about;
  made.setAttribute("aria-description", about);
}

function setTop(made, y) {
  made.style.top = `${y}px`;
}

/** Put the labels where their rows are now, while the picture zooms. */
export function moveLabels(view) {
  const elements = view.dom.labels.querySelectorAll(".label");
  const { labels } = labelsOf(view);
  if (labels.length !== elements.length) return buildLabels(view);
  labels.forEach((label, place_) => putLabel(elements[place_], label, view.layout));
}

function putLabel(made, { y, height, hidden }, layout) {
  setTop(made, y);
  made.style.height = `${height}px`;
  made.style.opacity = hidden ? String(1 - Math.min(1, layout.toUnit * 3)) : "";
}

function buildLabel(view, label) {
  const made = element("div", "label", view.dom.labels);
  putLabel(made, label, view.layout);
  made.style.color = css(readable(label.colour, view.theme));
  made.style.borderLeftColor = css(label.colour, label.plain ? 0.25 : 1);
  explained(made, label.text, label.about);
  if (label.opens !== undefined) made.dataset.layer = String(label.opens);
  element("span", "", made, label.text);
  if (label.scale) buildScale(made, label.scale);
  for (const { letter, text, bar } of label.keys) {
    const line = element("small", "legend", made);
    const key = element("i", bar ? "bar" : "dash", line);
    key.classList.toggle("dotted", view.look.ofLast);
    key.style.color = css(view.theme.colours[letter]);
    line.append(text);
  }
  for (const note of label.notes) element("small", "", made, note);
  if (label.choices.length) buildChoices(made, label.choices);
}

function buildScale(parent, { low, high, stops, wedge }) {
  const scale = element("div", "scale", parent);
  element("span", "", scale, low);
  const bar = element("i", wedge ? "wedge" : "", scale);
  bar.style.background = wedge ? stops[0] : `linear-gradient(to right, ${stops.join(", ")})`;
  element("span", "", scale, high);
}

/** Whose gradient is shown and on which scale, and the buttons that change it. */
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

/** Bring texts and sliders in line with the view. */
export function updateTexts(view) {
  const {
    dom,
    data: { frame, store },
  } = view;
  const [measured_, about] = captionOf(view);
  dom.measured.replaceChildren();
  element("b", "", dom.measured, measured_);
  explained(dom.measured, "probe", EXPLAINED.probe);
  dom.measured.append(" · ");
  element("span", "about", dom.measured, about);
  dom.score.textContent = store.header.classes ? scoreWords(frame) : "";
  dom.score.title = "steps of this example that the accuracy counts; a dash marks the others";
  updateStepTexts(view);
  updateIterationControls(view);
  updateZoom(view);
}

/** Draw the overview of a long sequence, where there is one. */
export function updateOverview(view) {
  const {
    dom,
    layout,
    screen: { ratio },
  } = view;
  const canvas = dom.overview;
  dom.whole.hidden = !needsOverview(view);
  if (dom.whole.hidden) return;
  const [width, height] = [layout.view, OVERVIEW.height].map((side) => Math.round(side * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    Object.assign(canvas, { width, height });
    canvas.style.width = `${layout.view}px`;
    canvas.style.height = `${OVERVIEW.height}px`;
    canvas.setAttribute("aria-label", `Overview of ${overviewWords(view)}`);
    canvas.title = `${overviewWords(view)}. Drag to move the window.`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, layout.view, OVERVIEW.height);
  drawOverview(context, view);
}

export function updateStepTexts(view) {
  const {
    dom,
    look: { step },
    layout,
  } = view;
  setTransport(dom.sweep, step, layout.steps, `time step ${step}`);
  dom.sweep.text.title = `time steps 0 to ${layout.steps - 1}`;
  const said = sentence(view);
  if (view.last.said !== said) dom.strips.setAttribute("aria-label", (view.last.said = said));
  fillFacts(view, dom.stepLine, stepFacts(view));
  const facts = unitFacts(view);
  fillFacts(view, dom.unitLine, facts.length ? facts : [[touched(layout) ? TOUCH_HINT : HINT, ""]]);
  updateReceptive(view);
}

/** Whether there are probably no keys. */
function touched({ narrow }) {
  return narrow || matchMedia("(hover: none)").matches;
}

/** Write facts into a line; where the words are the same, only numbers that changed. */
function fillFacts(view, line, facts) {
  const words = facts.map(([word, , letter]) => `${word}/${letter}`).join();
  if (line.dataset.words !== words || line.dataset.theme !== css(view.theme.ink)) {
    line.dataset.words = words;
    line.dataset.theme = css(view.theme.ink);
    line.replaceChildren(...facts.map(([word, , letter]) => fact(view, word, letter)));
  }
  facts.forEach(([, value], place) => {
    const shown = line.children[place].lastChild;
    if (shown.textContent !== value) shown.textContent = value;
  });
}

function fact(view, word, letter) {
  const made = document.createElement("span");
  const name = element("em", "", made, `${word} `);
  if (letter) name.style.color = css(readable(view.theme.colours[letter], view.theme));
  element("b", "", made);
  return made;
}

/** Which level of the zoom is shown, and what can be reached from it. */
function updateZoom({ dom, look: { zoom } }) {
  dom.levels.forEach((made, level) => {
    made.setAttribute("aria-pressed", String(zoom.level === level));
  });
}

function updateIterationControls(view) {
  const {
    dom,
    data: { store, frame },
    look: { follow },
  } = view;
  const { frames } = store;
  const said = `iteration ${grouped(frame.iteration)}`;
  setTransport(dom.replay, frames.indexOf(frame), frames.length, said);
  dom.follow.setAttribute("aria-pressed", String(follow));
  dom.replay.place.title = dom.replay.text.title =
    frames.length < store.offered
      ? `${frames.length} of ${store.offered} kept iterations, evenly chosen`
      : `${plural(frames.length, "iteration")} to choose from`;
}

/** Slider and text of a transport; where there is only one place, nothing can be played. */
function setTransport({ play, back, forward, place, text }, at, count, said) {
  place.max = String(count - 1);
  place.value = String(at);
  for (const made of [play, place, back, forward]) made.disabled = count < 2;
  place.setAttribute("aria-valuetext", said);
  text.textContent = said;
}

export function updatePhase(view) {
  buildLabels(view);
  updatePlay(view);
}

export function updatePlay(view) {
  const {
    dom,
    clock: { sweep, replay },
  } = view;
  for (const [phase, made] of Object.entries(dom.phases)) {
    made.setAttribute("aria-pressed", String(sweep.phase === phase));
  }
  setPlaying(dom.sweep, sweep, "Sweep");
  setPlaying(dom.replay, replay, "Training");
}

function setPlaying({ play, loop, speed }, state, name) {
  speed.value = String(state.speed);
  loop.setAttribute("aria-pressed", String(state.loop));
  if (play.dataset.playing === String(state.playing)) return;
  play.dataset.playing = String(state.playing);
  play.replaceChildren(icon(state.playing ? "pause" : "play"), name);
  play.setAttribute("aria-pressed", String(state.playing));
}

/** Fit the picture to its element: its size, the theme, and the kind of network. */
export function refresh(view) {
  const { dom } = view;
  const { factor, width, room } = spaceFor(view);
  dom.figure.style.zoom = factor === 1 ? "" : String(factor);
  view.screen.magnified = factor;
  dom.present.hidden = view.peers.length > 0;
  view.screen.pixels = window.devicePixelRatio || 1;
  view.screen.ratio = view.screen.pixels * factor;
  view.screen.windowHeight = window.innerHeight;
  fit(view, width, readTheme(dom.figure), room, factor > 1 || view.screen.presenting);
  dom.figure.classList.toggle("narrow", view.layout.narrow);
  sizeDom(view);
  sizeTrack(view);
  if (!view.layout.toCell) view.look.columnScroll = dom.scroll.scrollLeft;
  place(view);
  buildLabels(view);
  updateTexts(view);
  updatePlay(view);
}

/**
 * How wide and how high the picture may be for its controls to be in sight too, where the page is at
 * its top, in pixels of the picture, each of which is `factor` on the page: a large window has
 * larger texts, too. On a phone one scrolls anyway, if not past all layers; and what comes late in a
 * long page has a window for itself.
 */
function spaceFor(view) {
  const {
    dom: { figure, caption, readout, controls },
    screen: { presenting },
    data: { store },
    peers,
  } = view;
  const padding = presenting ? 2 * PRESENTED.padding : 0;
  const outer = figure.getBoundingClientRect().width || 600;
  const stands = peers.length ? window.innerWidth < STACKED : outer < NARROW;
  if (!presenting && stands) {
    return {
      factor: 1,
      width: Math.floor(outer),
      room: store.header.layers > 1 ? PHONE : Infinity,
    };
  }
  const high = window.innerHeight - (presenting ? 0 : heightAbove(figure));
  const others = [caption, readout, controls].reduce((sum, each) => sum + each.offsetHeight, 0);
  const space = (factor) => ({
    width: Math.floor(outer / factor) - padding,
    room: high / factor - others - MARGINS - padding,
  });
  const wanted = presenting ? PRESENTED : ON_PAGE;
  const factor = peers.length ? 1 : magnification(store.header, space, wanted);
  return { factor, ...space(factor) };
}

function heightAbove(figure) {
  let above = figure.getBoundingClientRect().top;
  for (let node = figure; node; node = node.parentNode ?? node.host) above += node.scrollTop ?? 0;
  return above > window.innerHeight / 2 ? 0 : above;
}

/** The scrolled track; one cell at a time moves by itself, not by scrolling. */
export function sizeTrack({ dom, layout, look: { columnScroll } }) {
  const width = layout.toCell ? layout.view : Math.max(layout.content, layout.view);
  if (dom.track.dataset.width === String(width)) return;
  dom.track.dataset.width = dom.track.style.width = `${width}px`;
  dom.scroll.scrollLeft = layout.toCell ? 0 : columnScroll;
}

/** Show another iteration. */
export function showFrame(view, frame) {
  turnTo(view, frame);
  if (rescale(view)) buildLabels(view);
  updateTexts(view);
  showTooltip(view);
}

function sizeDom({ dom, layout }) {
  const height = layout.height + (layout.scrolls ? HEIGHT.scrollbar : 0);
  dom.picture.style.height = `${height}px`;
  dom.scroll.style.height = `${height}px`;
  dom.stage.style.width = `${layout.view}px`;
  dom.stage.style.height = `${layout.height}px`;
}

/** Tell what the row is whose name one points at; null for none. */
export function explain(view, made) {
  view.pointing.explained = made;
  showTooltip(view);
}

function showExplanation({ dom, pointing: { explained: made }, screen: { magnified } }) {
  const { tooltip, figure } = dom;
  tooltip.replaceChildren();
  element("strong", "", tooltip, made.dataset.name);
  element("p", "", tooltip, made.dataset.about);
  const scale = made.querySelector(".scale");
  if (scale) tooltip.append(scale.cloneNode(true));
  tooltip.hidden = false;
  const [box, at] = [figure, made].map((each) => each.getBoundingClientRect());
  const own = (length) => length / magnified;
  const below = own(at.bottom - box.top) + 4;
  const room = Math.max(0, own(box.height) - tooltip.offsetHeight);
  const beside = own(at.right - box.left) + 8;
  const fits = beside + tooltip.offsetWidth <= own(box.width);
  tooltip.style.left = `${fits ? beside : 0}px`;
  tooltip.style.top = `${clamp(fits ? own(at.top - box.top) : below, 0, room)}px`;
}

export function showTooltip(view) {
  const {
    look: { pointer },
    dom,
    pointing: { pointerAt },
  } = view;
  if (view.pointing.explained?.isConnected) return showExplanation(view);
  if (!pointer || !(pointer.row || pointer.part)) {
    dom.tooltip.hidden = true;
    return;
  }
  const [head, value, ...rest] = tooltipLines(view, pointer);
  dom.tooltip.replaceChildren();
  element("small", "", dom.tooltip, head);
  element("b", "", dom.tooltip, value);
  for (const line of rest) if (line) element("small", "", dom.tooltip, line);
  dom.tooltip.hidden = false;
  const box = dom.figure.getBoundingClientRect();
  const x = (pointerAt.clientX - box.left) / view.screen.magnified;
  const y = (pointerAt.clientY - box.top) / view.screen.magnified;
  const { offsetWidth, offsetHeight } = dom.tooltip;
  const [width, height] = [box.width, box.height].map((side) => side / view.screen.magnified);
  const left = x + 16 + offsetWidth > width ? x - offsetWidth - 12 : x + 16;
  dom.tooltip.style.left = `${clamp(left, 0, Math.max(0, width - offsetWidth))}px`;
  dom.tooltip.style.top = `${clamp(y + 14, 0, Math.max(0, height - offsetHeight))}px`;
}
