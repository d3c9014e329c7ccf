/**
 * Two pictures beside each other, one clock for both: sweeps, time steps, iterations, zoom and
 * scrolling move together, whichever of the two is touched, and both are drawn on the same scales.
 * The players are the first one's, below both.
 *
 *     const pictures = mountBeside(element, options);      // as for `mount`
 *     pictures.update(bytes);                              // of one picture, or of two
 *
 * Bytes of two are described in figures/beside.py. With bytes of one the second leaves the page; the
 * first is never mounted anew.
 */

import { newest } from "./data/store.js";
import { NARROW } from "./scene/layout.js";
import { rescale } from "./scene/scene.js";
import { element } from "./page/controls.js";
import { refresh, showFrame, updatePhase, updatePlay, updateStepTexts } from "./page/display.js";
import { buildLabels } from "./page/labels.js";
import { present } from "./page/presentation.js";
import { keepInView, wake } from "./page/motion.js";
import { setLevel } from "./page/actions.js";
import { mount } from "./unrolled.js";

/** @import { About, Mounted, Options, Parts, View, ViewParts } from "./types.d.ts" */

const TWO = "PAIR";

/**
 * @typedef {ReturnType<typeof stateOf>} State
 * @typedef {{dom: {frame: HTMLElement, pictures: HTMLElement, common: HTMLElement},
 *   options: Options, pictures: Mounted[], hosts: HTMLElement[],
 *   homes: {own: HTMLElement, home: Comment}[]}} Both
 */

/**
 * Bytes of two pictures -> what stands above them, and the bytes of each; null for one picture.
 * @param {Uint8Array} bytes
 */
function unpackTwo(bytes) {
  /** @param {number} from @param {number} to */
  const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  if (text(0, 4) !== TWO) return null;
  const body = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  /** @type {{pictures: About[]}} */
  const { pictures } = JSON.parse(text(8, body));
  let at = body;
  return pictures.map((about) => ({ ...about, bytes: bytes.subarray(at, (at += about.length)) }));
}

/**
 * As `mount`, for one picture or two; see above.
 * @param {HTMLElement} parent @param {Options} options
 */
export function mountBeside(parent, options) {
  const frame = element("div", "beside", parent);
  const pictures = element("div", "pictures", frame);
  const common = element("div", "common unrolled", frame);
  common.hidden = true;
  const dom = { frame, pictures, common };
  /** @type {Both} */
  const both = { dom, options, pictures: [], hosts: [], homes: [] };
  add(both, options);
  const fitAgain = new ResizeObserver(() => sizeCommon(both));
  fitAgain.observe(dom.frame);
  return {
    /** @param {Uint8Array} bytes */
    update: (bytes) => receiveBoth(both, bytes),
    scenes: () => both.pictures.map((picture) => picture.scene),
    where: () => both.pictures.flatMap((picture) => picture.where() ?? []),
    remove: () => {
      fitAgain.disconnect();
      both.pictures.forEach((picture) => picture.remove());
      parent.replaceChildren();
    },
  };
}

/** @param {Both} both @param {Options} options */
function add({ dom, hosts, pictures }, options) {
  const host = element("div", "one", dom.pictures);
  const picture = mount(host, options);
  const { caption } = picture.scene.dom;
  const name = element("b", "name");
  const sentence = element("p", "sentence");
  caption.prepend(name, sentence);
  Object.assign(picture.scene.dom, { name, sentence });
  hosts.push(host);
  pictures.push(picture);
}

/** @param {Both} both @param {Uint8Array} bytes */
function receiveBoth(both, bytes) {
  const two = unpackTwo(bytes);
  if (!two && both.pictures.length === 2) part(both);
  if (!two) return both.pictures[0].update(bytes);
  const joins = both.pictures.length < 2;
  if (joins) add(both, { ...both.options, onSelect: null, onPlace: null });
  const views = both.pictures.map((picture) => picture.scene);
  const shapes = views.map(({ data }) => data.store?.shape);
  two.forEach(({ bytes: own }, place) => both.pictures[place].update(own));
  views.forEach((view, place) => hear(view, two[place]));
  if (joins) join(both, views);
  const same = views.every(({ data }, place) => data.store.shape === shapes[place]);
  if (joins || !same) views.forEach(fitToo);
  level(views);
  views.forEach((view, place) => head(view, two[place]));
}

/**
 * Have two pictures move as one from now on, as the first one is.
 * @param {Both} both @param {View[]} views
 */
function join(both, views) {
  const { dom } = both;
  const [first, second] = views;
  present(first, false);
  second.screen.isSecond = true;
  dom.frame.classList.add("two");
  const { controls, levels, phases } = first.dom;
  const zoom = /** @type {HTMLElement} */ (levels[0].parentElement);
  both.homes = [controls, zoom].map((own) => ({ own, home: document.createComment("") }));
  for (const { own, home } of both.homes) own.replaceWith(home);
  phases.all.parentElement?.before(zoom);
  dom.common.append(controls);
  dom.common.hidden = false;
  dom.common.onkeydown = (event) => first.dom.figure.onkeydown?.(event);
  dom.common.onclick = (event) => first.dom.figure.onclick?.(event);
  second.dom.controls.remove();
  second.dom.controls = first.dom.controls;
  first.peers = [second];
  second.peers = [first];
  for (const view of views) {
    view.hooks.drives = () => views.find((each) => each.screen.onScreen) === view;
    view.hooks.drawn = () => {
      share(
        view,
        views.filter((each) => each !== view),
      );
      head(view);
    };
  }
  sizeCommon(both);
  adopt(second, stateOf(first));
  first.last.told = JSON.stringify(stateOf(first));
}

/**
 * The second picture leaves; the first has its players back.
 * @param {Both} both
 */
function part(both) {
  const { dom, hosts, pictures, homes } = both;
  const [{ scene: first }, second] = pictures.splice(0, 2, pictures[0]);
  present(first, false);
  for (const { own, home } of homes) home.replaceWith(own);
  second.remove();
  hosts.pop()?.remove();
  dom.common.hidden = true;
  dom.frame.classList.remove("two");
  first.peers = [];
  Object.assign(first.hooks, { drives: () => true, drawn: () => {} });
  fitToo(first);
}

/** @param {View} view */
function fitToo(view) {
  refresh(view);
  wake(view);
}

/** @param {Both} both */
function sizeCommon({ dom }) {
  dom.common.classList.toggle("narrow", dom.frame.clientWidth < NARROW);
}

/**
 * One scale for both: each looks at what the other shows.
 * @param {View[]} views
 */
function level(views) {
  for (const view of views) {
    if (!rescale(view)) continue;
    buildLabels(view);
    view.art.dirty = "all";
    wake(view);
  }
}

// ------------------------------------------------------------------ what stands above

/**
 * Keep what is said of each iteration, as long as it is in the picture.
 * @param {ViewParts<"data"|"last">} view @param {About} about
 */
function hear({ data, last }, { sentences }) {
  const { store } = data;
  if (last.heard?.run !== store.run) last.heard = { run: store.run, sentences: new Map() };
  const { sentences: heard } = last.heard;
  for (const [iteration, sentence] of Object.entries(sentences))
    heard.set(Number(iteration), sentence);
  const kept = new Set(store.frames.map(({ iteration }) => iteration));
  for (const iteration of heard.keys()) if (!kept.has(iteration)) heard.delete(iteration);
}

/** @param {ViewParts<"data"|"dom"|"last">} view @param {About} [about] */
function head({ data, dom, last }, about) {
  const { name, sentence } = dom;
  if (!name || !sentence) return;
  if (about) {
    name.textContent = about.name;
    name.style.setProperty("--run", about.colour);
    name.classList.toggle("dashed", about.dashed);
  }
  const said = last.heard?.sentences.get(data.frame.iteration) ?? "";
  if (sentence.textContent !== said) sentence.textContent = sentence.title = said;
}

// ------------------------------------------------------------------ one clock

/**
 * All that two pictures have in common: not the unit, for theirs have nothing to do with each other.
 * @param {Parts<"data"|"look"|"clock">} scene
 */
function stateOf({ clock, look, data }) {
  const { sweep, replay } = clock;
  const { step, follow, zoom, ofLast, fitted, columnScroll } = look;
  const { frame } = data;
  return {
    sweep: { ...sweep },
    replay: { ...replay },
    step,
    follow,
    level: zoom.level,
    ofLast,
    fitted,
    columnScroll,
    iteration: follow ? null : frame.iteration,
  };
}

/**
 * After a frame: what has changed in one picture changes in the other.
 * @param {View} view @param {View[]} others
 */
function share(view, others) {
  const now = stateOf(view);
  const said = JSON.stringify(now);
  if (said === view.last.told) return;
  view.last.told = said;
  for (const other of others) adopt(other, now);
}

/**
 * Whether the players show another thing of a sweep, or of training being played.
 * @param {State} before @param {State} now
 */
function differ(before, now) {
  /** @param {State} state */
  const shown = ({ sweep, replay }) => [
    sweep.playing,
    sweep.phase,
    sweep.speed,
    sweep.loop,
    replay.playing,
    replay.speed,
    replay.loop,
  ];
  return shown(before).join() !== shown(now).join();
}

/** @param {View} view @param {State} now */
function adopt(view, now) {
  const before = stateOf(view);
  Object.assign(view.clock.sweep, now.sweep);
  Object.assign(view.clock.replay, now.replay);
  const { step, ofLast, fitted, follow } = now;
  Object.assign(view.look, { step, ofLast, fitted, follow });
  if (before.level !== now.level) setLevel(view, now.level);
  const frame = frameOf(view, now);
  if (frame !== view.data.frame) showFrame(view, frame);
  if (before.ofLast !== ofLast || before.fitted !== fitted) refresh(view);
  if (before.sweep.phase !== now.sweep.phase) updatePhase(view);
  if (differ(before, now)) updatePlay(view);
  if (before.step !== step) {
    updateStepTexts(view);
    keepInView(view, false);
  }
  if (before.columnScroll !== now.columnScroll) view.dom.scroll.scrollLeft = now.columnScroll;
  view.last.told = JSON.stringify(stateOf(view));
  wake(view);
}

/**
 * The kept iteration of the other picture, or the last one before it.
 * @param {Parts<"data">} scene @param {{iteration: number|null}} now
 */
function frameOf({ data }, { iteration }) {
  const { store } = data;
  if (iteration === null) return newest(store);
  return store.frames.filter((frame) => frame.iteration <= iteration).pop() ?? store.frames[0];
}
