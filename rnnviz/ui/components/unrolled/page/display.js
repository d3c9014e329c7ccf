/** What the elements around the picture show, in line with the scene. */

import { hasGradients } from "../data/values.js";
import { css, readTheme, readable } from "../scene/theme.js";
import { grouped } from "../text/numbers.js";
import { captionOf, plural, scoreWords, sentence, stepFacts, unitFacts } from "../text/words.js";
import { EXPLAINED } from "../text/explain.js";
import { OVERVIEW, drawOverview, needsOverview, overviewWords } from "../draw/overview.js";
import { HEIGHT, NARROW, magnification } from "../scene/layout.js";
import { fit, place, rescale, turnTo } from "../scene/scene.js";
import { contextOf, element, icon } from "./controls.js";
import { buildLabels, explained } from "./labels.js";
import { showTooltip } from "./tooltip.js";
import { updateReceptive } from "./receptive.js";

/** @import { Fact, Frame, Layout, Parts, Transport, View, ViewParts } from "../types.d.ts" */

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

/** By so many pixels it must have moved to be laid out anew. */
const MOVED = 24;

/** Pixels between the picture and what stands above and below it; see unrolled.css. */
const MARGINS = 12;

/**
 * Bring texts and sliders in line with the view.
 * @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"peers"|"dom"|"last">} view
 */
export function updateTexts(view) {
  const { dom } = view;
  const { frame, store } = view.data;
  const [measured_, about] = captionOf(view);
  dom.measured.replaceChildren();
  element("b", "", dom.measured, measured_);
  explained(dom.measured, "probe", EXPLAINED.probe);
  dom.measured.append(" · ");
  element("span", "about", dom.measured, about);
  const score = store.header.classes ? scoreWords(frame) : "";
  // On a phone there is no room for the word; a dash above a prediction says which is not counted.
  dom.score.textContent = view.layout.narrow ? score.replace(" counted", "") : score;
  dom.score.title = "steps of this example that the accuracy counts; a dash marks the others";
  updateStepTexts(view);
  updateIterationControls(view);
  updateZoom(view);
}

/**
 * Draw the overview of a long sequence, where there is one.
 * @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"dom"|"screen">} view
 */
export function updateOverview(view) {
  const { dom, layout } = view;
  const { ratio } = view.screen;
  const canvas = dom.overview;
  dom.whole.hidden = !needsOverview(view.layout);
  if (dom.whole.hidden) return;
  const [width, height] = [layout.view, OVERVIEW.height].map((side) => Math.round(side * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    Object.assign(canvas, { width, height });
    canvas.style.width = `${layout.view}px`;
    canvas.style.height = `${OVERVIEW.height}px`;
    canvas.setAttribute("aria-label", `Overview of ${overviewWords(view)}`);
    canvas.title = `${overviewWords(view)}. Drag to move the window.`;
  }
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, layout.view, OVERVIEW.height);
  drawOverview(context, view);
}

/** @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"peers"|"dom"|"last">} view */
export function updateStepTexts(view) {
  const { dom, layout } = view;
  const { step } = view.look;
  setTransport(dom.sweep, step, layout.steps, `time step ${step}`);
  dom.sweep.text.title = `time steps 0 to ${layout.steps - 1}`;
  const said = sentence(view);
  if (view.last.said !== said) dom.strips.setAttribute("aria-label", (view.last.said = said));
  fillFacts(view, dom.stepLine, stepFacts(view));
  const facts = unitFacts(view);
  const hint = touched(layout) ? TOUCH_HINT : HINT;
  fillFacts(view, dom.unitLine, facts.length ? facts : [[hint, ""]]);
  updateReceptive(view);
}

/**
 * Whether there are probably no keys.
 * @param {Layout} layout
 */
function touched({ narrow }) {
  return narrow || matchMedia("(hover: none)").matches;
}

/**
 * Write facts into a line; where the words are the same, only numbers that changed.
 * @param {Parts<"theme">} view @param {HTMLElement} line @param {Fact[]} facts
 */
function fillFacts(view, line, facts) {
  const words = facts.map(([word, , letter]) => `${word}/${letter}`).join();
  if (line.dataset.words !== words || line.dataset.theme !== css(view.theme.ink)) {
    line.dataset.words = words;
    line.dataset.theme = css(view.theme.ink);
    line.replaceChildren(...facts.map(([word, , letter]) => fact(view, word, letter)));
  }
  facts.forEach(([, value], place) => {
    const shown = line.children[place].lastChild;
    if (shown && shown.textContent !== value) shown.textContent = value;
  });
}

/** @param {Parts<"theme">} scene @param {string} word @param {string|undefined} letter */
function fact({ theme }, word, letter) {
  const made = document.createElement("span");
  const name = element("em", "", made, `${word} `);
  if (letter) name.style.color = css(readable(theme.colours[letter], theme));
  element("b", "", made);
  return made;
}

/**
 * Which level of the zoom is shown, and what can be reached from it.
 * @param {ViewParts<"look"|"dom">} view
 */
function updateZoom({ dom, look }) {
  const { zoom } = look;
  dom.levels.forEach((made, level) => {
    made.setAttribute("aria-pressed", String(zoom.level === level));
  });
}

/** @param {ViewParts<"data"|"look"|"dom">} view */
function updateIterationControls({ data, look, dom }) {
  const { store, frame } = data;
  const { follow } = look;
  const { frames } = store;
  const said = `iteration ${grouped(frame.iteration)}`;
  setTransport(dom.replay, frames.indexOf(frame), frames.length, said);
  dom.follow.setAttribute("aria-pressed", String(follow));
  dom.replay.place.title = dom.replay.text.title =
    frames.length < store.offered
      ? `${frames.length} of ${store.offered} kept iterations, evenly chosen`
      : `${plural(frames.length, "iteration")} to choose from`;
}

/**
 * Slider and text of a transport; where there is only one place, nothing can be played.
 * @param {Transport} transport @param {number} at @param {number} count @param {string} said
 */
function setTransport({ play, back, forward, place, text }, at, count, said) {
  place.max = String(count - 1);
  place.value = String(at);
  for (const made of [play, place, back, forward]) made.disabled = count < 2;
  place.setAttribute("aria-valuetext", said);
  text.textContent = said;
}

/** @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers"|"dom">} view */
export function updatePhase(view) {
  buildLabels(view);
  updatePlay(view);
}

/** @param {ViewParts<"data"|"clock"|"dom">} view */
export function updatePlay({ data, clock, dom }) {
  const { sweep, replay } = clock;
  dom.phases.backward.hidden = data.store !== null && !hasGradients(data.store.header);
  for (const [phase, made] of Object.entries(dom.phases)) {
    made.setAttribute("aria-pressed", String(sweep.phase === phase));
  }
  setPlaying(dom.sweep, sweep, "Sweep");
  setPlaying(dom.replay, replay, "Training");
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
 * Fit the picture to its element: its size, the theme, and the kind of network.
 * @param {View} view
 */
export function refresh(view) {
  const { dom } = view;
  const { factor, width, room } = spaceFor(view);
  dom.figure.style.zoom = factor === 1 ? "" : String(factor);
  view.screen.magnified = factor;
  // Of two pictures the first has the button, and the players below both are as large as they are.
  dom.present.hidden = view.screen.isSecond;
  if (view.peers.length)
    dom.controls.parentElement?.style.setProperty("zoom", dom.figure.style.zoom);
  view.screen.pixels = window.devicePixelRatio || 1;
  view.screen.ratio = view.screen.pixels * factor;
  view.screen.windowHeight = window.innerHeight;
  view.screen.above = heightAbove(dom.figure);
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
 * @param {ViewParts<"data"|"peers"|"dom"|"screen">} view
 */
function spaceFor({ data, peers, dom, screen }) {
  const { figure, caption, readout, controls } = dom;
  const { presenting } = screen;
  const { store } = data;
  // Around two pictures it is that of their frame, which is not magnified.
  const around = presenting ? 2 * PRESENTED.padding : 0;
  const [padding, outside] = peers.length ? [0, around] : [around, 0];
  const outer = figure.getBoundingClientRect().width || 600;
  const stands = peers.length ? window.innerWidth < STACKED : outer < NARROW;
  if ((!presenting || peers.length) && stands) {
    return {
      factor: 1,
      width: Math.floor(outer),
      room: store.header.layers > 1 ? PHONE : Infinity,
    };
  }
  const high = presenting
    ? window.innerHeight - outside
    : Math.min(
        window.innerHeight - heightAbove(figure),
        screen.guest ? outputHeight(figure) : Infinity,
      );
  const others = [caption, readout, controls].reduce((sum, each) => sum + each.offsetHeight, 0);
  /** @param {number} factor */
  const space = (factor) => ({
    width: Math.floor(outer / factor) - padding,
    room: high / factor - others - MARGINS - padding,
  });
  const wanted = presenting ? PRESENTED : ON_PAGE;
  const headers = [store, ...peers.map((peer) => peer.data.store)].map(({ header }) => header);
  const factor =
    peers.length && !presenting
      ? 1
      : Math.min(...headers.map((header) => magnification(header, space, wanted)));
  return { factor, ...space(factor) };
}

/**
 * How high it may be before an output of a notebook scrolls, as those of marimo do.
 * @param {HTMLElement} figure
 */
function outputHeight(figure) {
  const { top } = figure.getBoundingClientRect();
  const limits = around(figure).map((each) => {
    const { maxHeight, overflowY } = getComputedStyle(each);
    if (!/^[\d.]+px$/.test(maxHeight) || !/auto|scroll/.test(overflowY)) return Infinity;
    const above = top + each.scrollTop - each.getBoundingClientRect().top;
    return parseFloat(maxHeight) - 2 * above;
  });
  return Math.min(...limits);
}

/**
 * Whether it stands where another room is left than when it was laid out: not for a line of text.
 * @param {ViewParts<"dom"|"screen">} view
 */
export function hasMoved({ dom, screen }) {
  return !screen.presenting && Math.abs(heightAbove(dom.figure) - screen.above) > MOVED;
}

/** @param {HTMLElement} figure */
export function heightAbove(figure) {
  const scrolled = [figure, ...around(figure)].reduce((sum, each) => sum + each.scrollTop, 0);
  const above = figure.getBoundingClientRect().top + scrolled;
  return above > window.innerHeight / 2 ? 0 : above;
}

/**
 * The elements that it is in, through shadow roots, from the inside out.
 * @param {Element} element
 * @returns {Element[]}
 */
export function around(element) {
  const { parentNode } = element;
  const outer = parentNode instanceof ShadowRoot ? parentNode.host : parentNode;
  return outer instanceof Element ? [outer, ...around(outer)] : [];
}

/**
 * The scrolled track; one cell at a time moves by itself, not by scrolling.
 * @param {ViewParts<"look"|"layout"|"dom">} view
 */
export function sizeTrack({ dom, layout, look }) {
  const { columnScroll } = look;
  const width = layout.toCell ? layout.view : Math.max(layout.content, layout.view);
  if (dom.track.dataset.width === String(width)) return;
  dom.track.dataset.width = dom.track.style.width = `${width}px`;
  dom.scroll.scrollLeft = layout.toCell ? 0 : columnScroll;
}

/**
 * Show another iteration.
 * @param {View} view @param {Frame} frame
 */
export function showFrame(view, frame) {
  turnTo(view, frame);
  if (rescale(view)) buildLabels(view);
  updateTexts(view);
  showTooltip(view);
}

/** @param {ViewParts<"layout"|"dom">} view */
function sizeDom({ dom, layout }) {
  const height = layout.height + (layout.scrolls ? HEIGHT.scrollbar : 0);
  dom.picture.style.height = `${height}px`;
  dom.scroll.style.height = `${height}px`;
  dom.stage.style.width = `${layout.view}px`;
  dom.stage.style.height = `${layout.height}px`;
}
