/**
 * The state space: hidden states as points, and the path of the probe, drawn from measured values.
 *
 *     const picture = mount(element, { bytes });   // bytes: what rnnviz.figures.state_space.pack made
 *     picture.update(moreBytes);
 *     picture.remove();
 *
 * Without a page, as for a saved picture:
 *
 *     const scene = makeScene(bytes, { width: 1200, theme: { ink, paper, font } });
 *     look(scene, { iteration: 200, step: 3, deep: true, depth: 1 });
 *     paint(context, scene);                        // a canvas, or unrolled/save/vector.js
 *
 * It is built as the moving network is (../unrolled), and takes its numbers, colours, controls and
 * films from there. From the bytes to the screen, each folder imports only from those above it:
 *
 *     data    packet: bytes -> frames; the format is described in figures/state_space.py. store:
 *             packets -> the frames of one picture, and what of them has not come
 *     text    words: what is said of the picture, of a point, of a time step
 *     diagram layout, shape, draw, words: the automaton as a state diagram
 *     scene   space: components -> places on the canvas. colours. layout. scene: all that decides
 *             what is drawn
 *     draw    axes, points, paths, fixed, automaton, legend, strip: the parts of the picture. paint: all of them
 *     page    controls, display: the elements and what they show. motion: how they move. actions:
 *             what the user can do; events: what starts it. reports: what others hear
 *     save    save: pictures and films to take away
 */

import { element } from "../unrolled/page/controls.js";
import { makeTheme, readTheme } from "../unrolled/scene/theme.js";
import UNROLLED from "../unrolled/unrolled.css";
import { setColouring, setStep } from "./page/actions.js";
import { buildDom } from "./page/controls.js";
import { refresh, updatePlay, updateTexts } from "./page/display.js";
import { listen } from "./page/events.js";
import { wake } from "./page/motion.js";
import { later } from "./page/reports.js";
import { fit, formOf, newScene, take, turnTo } from "./scene/scene.js";
import { offerSaving } from "./save/save.js";
import STYLE from "./states.css";

/** @import { Options, Start, View } from "./types.d.ts" */

/**
 * Show the picture in an element, with its controls.
 *
 * @param {HTMLElement} parent
 * @param {Options} [options] `bytes`: what `pack` made; `update` may bring them later, and more.
 *   `theme`: CSS colours and font; what is left out is taken from the page. `onIteration`: the user
 *   chose an iteration; null when the picture follows training. `onPlace`: the user looks at another
 *   time step, and stays there. `onLacking`: frames that Python has and the browser has not
 */
export function mount(parent, options = {}) {
  const { bytes, theme = {}, onIteration, onPlace, onLacking } = options;
  element("style", "", parent, UNROLLED + STYLE);
  const figure = element("figure", "unrolled states", parent);
  dress(figure, theme);
  const view = createView(figure);
  view.hooks.iteration = (iteration) => onIteration?.(iteration);
  view.hooks.place = (place) => onPlace?.(place);
  view.hooks.lacking = (lacking) => onLacking?.(lacking);
  if (bytes) receive(view, bytes);
  return {
    scene: view,
    /** @param {Uint8Array} more */
    update: (more) => receive(view, more),
    remove: () => {
      cancelAnimationFrame(view.loop.request);
      view.onScreen = false;
      for (const stop of view.hooks.watchers) stop();
      for (const timer of Object.values(view.loop.timers)) clearTimeout(timer);
      parent.replaceChildren();
    },
  };
}

/** @param {HTMLElement} figure @param {NonNullable<Options["theme"]>} theme */
function dress(figure, { ink, paper, primary, font }) {
  const wanted = Object.entries({ text: ink, background: paper, primary });
  for (const [name, colour] of wanted) {
    if (colour) figure.style.setProperty(`--st-${name}-color`, colour);
  }
  if (font) figure.style.setProperty("--st-font", font);
}

/**
 * Make a scene that is on no page, to paint it.
 * @param {Uint8Array} bytes
 * @param {{width: number, theme: {ink: string, paper: string, font: string}}} looks in pixels
 */
export function makeScene(bytes, { width, theme }) {
  const scene = newScene();
  scene.clock.calm = true;
  take(scene, bytes);
  fit(scene, width, makeTheme(theme));
  return scene;
}

/** @param {HTMLElement} figure @returns {View} */
function createView(figure) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {View} */
  const view = {
    ...newScene(),
    dom: buildDom(figure),
    hooks: { iteration: () => {}, place: () => {}, lacking: () => {}, watchers: [] },
    loop: { request: 0, lastFrame: 0, timers: {} },
    onScreen: true,
    wide: 0,
    form: "",
    pointerAt: null,
    asked: null,
    told: null,
  };
  view.clock.calm = calm.matches;
  view.clock.sweep.playing = !calm.matches;
  watch(view, calm);
  listen(view);
  offerSaving(view);
  return view;
}

/**
 * Follow the width, the visibility and the wish for calm.
 * @param {View} view @param {MediaQueryList} calm
 */
function watch(view, calm) {
  const { figure } = view.dom;
  const size = new ResizeObserver(() => {
    const wide = Math.floor(figure.getBoundingClientRect().width);
    if (!view.layout || !wide || wide === view.wide) return;
    refresh(view);
    wake(view);
  });
  size.observe(figure);
  const sight = new IntersectionObserver(([entry]) => {
    view.onScreen = entry.isIntersecting;
    if (view.onScreen && view.layout) wake(view);
  });
  sight.observe(figure);
  const onCalm = () => {
    view.clock.calm = calm.matches;
    if (calm.matches) view.clock.sweep.playing = view.clock.replay.playing = false;
    updatePlay(view);
    if (view.layout) wake(view);
  };
  calm.addEventListener("change", onCalm);
  view.hooks.watchers = [
    () => size.disconnect(),
    () => sight.disconnect(),
    () => calm.removeEventListener("change", onCalm),
  ];
}

/**
 * New bytes: show what is in them, and ask for what they lack.
 * @param {View} view @param {Uint8Array} bytes
 */
function receive(view, bytes) {
  const { lost, lacking } = take(view, bytes);
  clearTimeout(view.loop.timers.lacking);
  if (lacking) later(view, "lacking", 150, () => view.hooks.lacking(lacking));
  if (!view.data.store) return;
  view.dom.figure.classList.remove("waiting");
  if (lost) later(view, "iteration", 60, () => view.hooks.iteration(null));
  if (!view.layout || view.form !== formOf(view) || themeChanged(view)) refresh(view);
  else updateTexts(view);
  goWhereAsked(view);
  wake(view);
}

/** @param {View} view */
function themeChanged({ theme, dom }) {
  const { ink, paper, font } = readTheme(dom.figure);
  return [ink, paper, font].join() !== [theme.ink, theme.paper, theme.font].join();
}

/**
 * Look where Python says. Each of its words counts once: what was said before does not undo what the
 * user has chosen since.
 * @param {View} view
 */
function goWhereAsked(view) {
  const { header, frames } = view.data.store;
  const before = view.asked?.run === header.run ? view.asked.start : {};
  view.asked = { run: header.run, start: header.start };
  const kept = new Set(Object.entries(before).map(String));
  /** @type {Start} */
  const news = Object.fromEntries(
    Object.entries(header.start).filter((each) => !kept.has(String(each))),
  );
  const asked = frames.find((frame) => frame.iteration === news.iteration);
  if (asked) {
    view.look.follow = false;
    turnTo(view, asked);
    updateTexts(view);
  }
  if (news.time_step !== undefined) {
    setStep(view, news.time_step);
    // Python knows it.
    view.told = { run: header.run, time_step: view.look.step };
  }
  const known = header.colourings.some(({ key }) => key === news.colouring);
  if (news.colouring !== undefined && known) setColouring(view, news.colouring);
}
