/**
 * The moving network: an unrolled recurrent network, drawn from measured values only.
 *
 * To mount it anywhere, with its controls:
 *
 *     const picture = mount(element, { bytes });     // bytes: what rnnviz.figures.picture.pack made
 *     picture.update(moreBytes);
 *     picture.remove();
 *
 * It takes its colours from the CSS variables --st-text-color, --st-background-color,
 * --st-primary-color and --st-font of the element, or from `theme` (see `mount`).
 *
 * To draw into another context, such as an off-screen canvas or one that writes SVG:
 *
 *     const scene = makeScene(bytes, { width: 1200, theme: { ink, paper, font } });
 *     look(scene, { iteration: 200, phase: "forward", at: 3.5 });
 *     const { width, height } = sizeOf(scene);
 *     paint(context, scene);                         // paint.js lists the calls that it makes
 *
 * `picture.scene` of a mounted picture can be painted too: it is what the page shows.
 *
 * A scene is made of parts (types.d.ts): `data`, what was measured; `look`, where one looks; `layout`;
 * `theme`; `scales`; `clock`, what moves by itself; `art`, what has been painted; `peers`, the scene
 * beside it. A drawing function takes only those that it reads. A view is a scene on a page: it has
 * the page's parts too.
 *
 * From the bytes to the screen, a folder for each duty; each imports only from those above it:
 *
 *     data    cells: what each kind of cell consists of. packet: bytes -> frames; the format is
 *             described in figures/picture.py. store: packets -> the frames of one run.
 *             values: a frame -> the numbers of a row; scales. attention: the pairs of steps
 *     text    numbers, symbols: how they are written. words, formulas, tooltip, explain,
 *             gradient, attention: what is said of the picture, of its parts, and of what becomes of
 *             the gradient
 *     scene   theme: colours. layout: where every row and column lies. zoom: the same, from all
 *             units to one cell. wiring: where the wires of attention run. scene: all that
 *             decides what is drawn
 *     draw    marks: dots, arrows, fitted text. strips, predictions, wires, gradient, sweep,
 *             attention, one_unit, overview, labels: the parts of the picture. paint: all of them
 *     page    controls, labels, tooltip, display: the elements and what they show. reports: what
 *             others hear. motion: how they move. actions: what the user can do; events: what
 *             starts it. receptive: what a unit follows. presentation: the picture large. guest:
 *             the colours of a page that belongs to others
 *     gif     palette, lzw, writer: animated GIF, whatever is on it
 *     save    vector, webp, film, save: pictures and films to take away
 *
 * and here `unrolled` (this file) mounts one picture, `beside` two with one clock, `streamlit` makes
 * it a component, `notebook` a widget; `index` is what the bundle offers. `npm run build` makes
 * unrolled.min.js of all this; whoever only runs rnnviz needs no Node. Text of the user goes through
 * fillText and textContent, never through HTML.
 */

import { opensAt } from "./data/attention.js";
import { makeTheme, readTheme } from "./scene/theme.js";
import { arrive, comeBack, fit, newScene, rescale, take, whereabouts } from "./scene/scene.js";
import { buildDom, element } from "./page/controls.js";
import { buildReceptive } from "./page/receptive.js";
import { around, hasMoved, refresh, updatePlay, updateTexts } from "./page/display.js";
import { buildLabels } from "./page/labels.js";
import { explain, showTooltip } from "./page/tooltip.js";
import { wake } from "./page/motion.js";
import { goWhereAsked, setStep } from "./page/actions.js";
import { later } from "./page/reports.js";
import { listen } from "./page/events.js";
import { leavePresenting, offerPresenting } from "./page/presentation.js";
import { offerSaving } from "./save/save.js";
import STYLE from "./unrolled.css";

/** @import { Mounted, Options, View, ViewParts } from "./types.d.ts" */

/**
 * Show the picture in an element, with its controls.
 *
 * @param {HTMLElement} parent
 * @param {Options} [options] `bytes`: what `pack` made; `update` may bring them later, and more.
 *   `theme`: CSS colours and font; what is left out is taken from the page. `earlier`: what `where`
 *   of earlier pictures returned; if one showed the same run, this one begins with the same zoom and
 *   time step. `guest`: the page is others', so keys count only while the focus is in the picture.
 *   `onSelect`: the user chose a unit, or let it go. `onIteration`: the user chose an
 *   iteration; null when the picture follows training. `onPlace`: the user looks at another time
 *   step, from nearer or farther, and stays there; null when all is as the picture opens
 * @returns {Mounted}
 */
export function mount(parent, options = {}) {
  const { bytes, theme = {}, earlier, guest = false, onSelect, onIteration, onPlace } = options;
  element("style", "", parent, STYLE);
  const figure = element("figure", "unrolled", parent);
  dress(figure, theme);
  const view = createView(figure, guest);
  view.hooks.selected = (selected) => onSelect?.(selected);
  view.hooks.iteration = (iteration) => onIteration?.(iteration);
  view.hooks.place = (place) => onPlace?.(place);
  view.earlier = earlier ?? null;
  if (bytes) receive(view, bytes);
  return {
    scene: view,
    update: (more) => receive(view, more),
    wear: (colours) => {
      dress(figure, colours);
      if (!view.data.store || !themeChanged(view)) return;
      arrive(view);
      refresh(view);
      wake(view);
    },
    where: () => (view.data.store ? whereabouts(view) : null),
    remove: () => {
      tearDown(view);
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
 * @param {{width: number, theme: {ink: string, paper: string, font: string}}} looks `width` in
 *   pixels, labels included; from 140 + 12 T on it holds all T time steps, else `scroll` moves it
 */
export function makeScene(bytes, { width, theme }) {
  const scene = newScene();
  scene.clock.calm = true;
  take(scene, bytes);
  fit(scene, width, makeTheme(theme));
  return scene;
}

/**
 * A view is a scene that is on a page: with elements, a pointer and motion.
 * @param {HTMLElement} figure @param {boolean} guest
 */
function createView(figure, guest) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dom = buildDom(figure);
  /** @type {View} */
  const view = {
    ...newScene(),
    dom: { ...dom, receptive: buildReceptive(element("div", "receptive", figure)) },
    screen: {
      ratio: 1,
      pixels: 1,
      magnified: 1,
      wide: 0,
      windowHeight: 0,
      above: 0,
      onScreen: true,
      presenting: false,
      guest,
      isSecond: false,
    },
    pointing: { pointerAt: null, explained: null },
    loop: { request: 0, lastFrame: 0, odd: false, timers: {} },
    last: {
      overviewStep: -1,
      moved: "",
      zoomed: 0,
      said: "",
      printed: null,
      told: "",
      heard: null,
      place: "null",
      asked: null,
    },
    hooks: {
      selected: () => {},
      iteration: () => {},
      place: () => {},
      drives: () => true,
      drawn: () => {},
      watchers: [],
    },
    earlier: null,
  };
  view.clock.calm = calm.matches;
  if (!calm.matches) Object.assign(view.clock.sweep, { playing: true, phase: "forward" });
  watch(view, calm);
  listen(view);
  offerPresenting(view);
  offerSaving(view);
  return view;
}

/**
 * Follow the width, the place, the visibility and the wish for calm.
 * @param {View} view @param {MediaQueryList} calm
 */
function watch(view, calm) {
  const fitAgain = () => {
    if (!view.layout) return;
    const asHigh =
      view.layout.narrow || (view.screen.windowHeight === window.innerHeight && !hasMoved(view));
    const wide = Math.floor(view.dom.figure.getBoundingClientRect().width);
    if (asHigh && view.screen.wide === wide) return;
    view.screen.wide = wide;
    refresh(view);
    wake(view);
  };
  const size = new ResizeObserver(fitAgain);
  // What comes and goes above the picture, such as a bar of progress, changes what both are in.
  for (const each of [view.dom.figure, ...around(view.dom.figure)]) size.observe(each);
  addEventListener("resize", fitAgain);
  /** @param {Event} event */
  const hush = (event) => {
    const within = view.dom.labels.contains(/** @type {Node} */ (event.target));
    if (view.pointing.explained && !within) explain(view, null);
  };
  view.dom.figure.addEventListener("pointerdown", hush);
  const sight = new IntersectionObserver(([entry]) => {
    view.screen.onScreen = entry.isIntersecting;
    if (view.screen.onScreen) wake(view);
  });
  sight.observe(view.dom.figure);
  const onCalm = () => {
    view.clock.calm = calm.matches;
    if (view.clock.calm) view.clock.sweep.playing = false;
    updatePlay(view);
    wake(view);
  };
  calm.addEventListener("change", onCalm);
  view.hooks.watchers = [
    () => size.disconnect(),
    () => removeEventListener("resize", fitAgain),
    () => sight.disconnect(),
    () => calm.removeEventListener("change", onCalm),
  ];
}

/**
 * New bytes: show what is in them.
 * @param {View} view @param {Uint8Array} bytes
 */
function receive(view, bytes) {
  const { anew, iterationLost, unitLost } = take(view, bytes);
  const opens = anew && !view.earlier;
  view.dom.figure.classList.remove("waiting");
  for (const each of [view.earlier ?? []].flat()) comeBack(view, each);
  view.earlier = null;
  if (iterationLost) later(view, "iteration", 60, () => view.hooks.iteration(null));
  if (unitLost && !view.look.unit) later(view, "selected", 60, () => view.hooks.selected(null));
  const { open } = view.layout?.base ?? { open: null };
  const closed = open !== null && view.look.unit && view.look.unit.layer !== open;
  if (anew || closed || themeChanged(view)) {
    arrive(view);
    refresh(view);
  } else {
    if (rescale(view)) buildLabels(view);
    updateTexts(view);
    showTooltip(view);
  }
  if (opens && view.clock.calm) setStep(view, opensAt(view.data));
  goWhereAsked(view);
  wake(view);
}

/** @param {ViewParts<"theme"|"dom">} view */
function themeChanged({ theme, dom }) {
  const { ink, paper, font } = readTheme(dom.figure);
  return !theme || [ink, paper, font].join() !== [theme.ink, theme.paper, theme.font].join();
}

/** @param {View} view */
function tearDown(view) {
  leavePresenting(view);
  cancelAnimationFrame(view.loop.request);
  view.screen.onScreen = false;
  for (const stop of view.hooks.watchers) stop();
  for (const timer of Object.values(view.loop.timers)) clearTimeout(timer);
}
