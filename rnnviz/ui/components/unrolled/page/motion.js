/** The one animation loop: it draws what changed, and stops when nothing moves. */

import { clamp, hasGradients } from "../data/values.js";
import { css } from "../scene/theme.js";
import { cellX } from "../scene/layout.js";
import { LEVELS, advanceZoom } from "../scene/zoom.js";
import { blend, place, stepOf } from "../scene/scene.js";
import { paintOverlay, paintPrint, paintResults, paintStrips } from "../draw/paint.js";
import { contextOf } from "./controls.js";
import {
  refresh,
  showFrame,
  sizeTrack,
  updateOverview,
  updatePhase,
  updatePlay,
  updateStepTexts,
} from "./display.js";
import { buildLabels, moveLabels } from "./labels.js";
import { tellPlace } from "./reports.js";

/** @import { Layout, Parts, View, ViewParts } from "../types.d.ts" */

/** How fast the window follows the step: this share of the way in a second, so to speak. */
const GLIDE_PER_S = 9;

/** Kept iterations in a second while training is played, and the pause at the newest. */
const FRAMES_PER_S = 8;
const REST_S = 1;

/**
 * Ask for a frame of animation, unless one is coming already.
 * @param {View} view
 */
export function wake(view) {
  if (view.loop.request || !view.screen.onScreen) return;
  view.loop.request = requestAnimationFrame((now) => {
    view.loop.request = 0;
    animate(view, now);
  });
}

/** @param {View} view @param {number} now */
function animate(view, now) {
  const elapsed = Math.min(0.1, (now - (view.loop.lastFrame || now)) / 1000);
  view.loop.lastFrame = now;
  if ((window.devicePixelRatio || 1) !== view.screen.pixels) refresh(view);
  const before = view.look.step;
  const zooming = advanceZoom(view, now);
  if (view.clock.sweep.playing && view.hooks.drives()) advance(view, elapsed);
  if (view.clock.replay.playing && view.hooks.drives()) advanceReplay(view, elapsed);
  if (view.look.step !== before) {
    updateStepTexts(view);
    keepInView(view, true);
  }
  const gliding = glide(view, elapsed);
  if (zooming || gliding) moveWindow(view);
  view.loop.odd = !view.loop.odd;
  repaint(view, view.loop.odd && blend(view, now));
  view.hooks.drawn();
  tellPlace(view);
  if (
    view.clock.sweep.playing ||
    view.clock.replay.playing ||
    view.data.mixing ||
    zooming ||
    gliding
  )
    wake(view);
  else view.loop.lastFrame = 0;
}

/**
 * Where one cell is looked at, the window follows the step.
 * @param {Parts<"look"|"layout"|"clock">} scene @param {number} elapsed
 * @returns {boolean} whether it moved
 */
function glide({ look, layout, clock }, elapsed) {
  const way = look.step - look.camera;
  if (way === 0) return false;
  const near = clock.calm || Math.abs(way) < 0.002 || !layout.toCell;
  look.camera = near ? look.step : look.camera + way * Math.min(1, elapsed * GLIDE_PER_S);
  return layout.toCell > 0;
}

/**
 * Lay out anew for the zoom and the camera, with the labels beside their rows.
 * @param {View} view
 */
function moveWindow(view) {
  place(view);
  if (view.look.zoom.depth === view.look.zoom.level && view.last.zoomed !== view.look.zoom.depth)
    buildLabels(view);
  else moveLabels(view);
  view.last.zoomed = view.look.zoom.depth;
  sizeTrack(view);
  view.art.dirty = "all";
}

/**
 * Where one cell is looked at, its formulas want time to be read.
 * @param {Layout} layout
 */
function secondsPerStep({ steps, toCell }) {
  return clamp(7 / steps, 0.12, 0.9) + 2.2 * toCell;
}

/**
 * Forward from the left to the right, backward from the right to the left, and again.
 * @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers"|"dom">} view
 * @param {number} elapsed
 */
function advance(view, elapsed) {
  const { layout } = view;
  const { sweep } = view.clock;
  const rate = (elapsed * sweep.speed) / secondsPerStep(layout);
  if (sweep.pauseLeft > 0) sweep.pauseLeft -= elapsed * sweep.speed;
  else if (sweep.phase === "forward") sweep.at = Math.min(layout.steps, sweep.at + rate);
  else sweep.at = Math.max(0, sweep.at - rate * 1.3);
  view.look.step = stepOf(sweep, layout.steps);
  if (sweep.pauseLeft > 0) return;
  const oneCell = view.look.zoom.level === LEVELS.length - 1;
  const again = oneCell || !hasGradients(view.data.store.header);
  if (sweep.phase === "forward" && sweep.at >= layout.steps) {
    turn(view, again ? "forward" : "backward", again ? 0 : layout.steps);
  } else if (sweep.phase === "backward" && sweep.at <= 0) turn(view, "forward", 0);
}

/**
 * The next kept iteration when its time has come; at the newest a pause, then again from the first.
 * @param {View} view @param {number} elapsed
 */
function advanceReplay(view, elapsed) {
  const { replay } = view.clock;
  const { store, frame } = view.data;
  const { frames } = store;
  const place = frames.indexOf(frame);
  const atEnd = place === frames.length - 1;
  replay.since += elapsed * replay.speed;
  if (replay.since < (atEnd ? REST_S : 1 / FRAMES_PER_S)) return;
  replay.since = 0;
  if (!atEnd) return showFrame(view, frames[place + 1]);
  replay.playing = replay.loop;
  if (replay.loop) showFrame(view, frames[0]);
  updatePlay(view);
}

/**
 * At either end the sweep rests a moment, so that one sees where it arrived.
 * @param {ViewParts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers"|"dom">} view
 * @param {"forward"|"backward"} phase @param {number} at
 */
function turn(view, phase, at) {
  const { sweep } = view.clock;
  if (!sweep.arrived) {
    Object.assign(sweep, { arrived: true, pauseLeft: 0.6 });
  } else if (phase === "forward" && !sweep.loop) {
    Object.assign(sweep, { arrived: false, playing: false });
    updatePlay(view);
  } else {
    Object.assign(sweep, { arrived: false, phase, at });
    updatePhase(view);
  }
}

/** @param {ViewParts<"look"|"layout"|"clock"|"dom">} view @param {boolean} smoothly */
export function keepInView(view, smoothly) {
  const { dom } = view;
  const { base: layout } = view.layout;
  const { step, columnScroll } = view.look;
  const x = cellX(layout, step);
  const margin = Math.min(layout.view * 0.2, layout.pitch * 4);
  let target = null;
  if (x - margin < columnScroll) target = x - (smoothly ? layout.view * 0.75 : margin);
  if (x + layout.pitch + margin > columnScroll + layout.view) {
    target = smoothly ? x - layout.view * 0.25 : x + layout.pitch + margin - layout.view;
  }
  if (target === null) return;
  target = clamp(target, 0, Math.max(0, layout.content - layout.view));
  if (Math.abs(target - columnScroll) < 1) return;
  if (view.layout.toCell) view.look.columnScroll = target;
  else
    dom.scroll.scrollTo({
      left: target,
      behavior: view.clock.calm || !smoothly ? "auto" : "smooth",
    });
}

/**
 * Draw the sheets that changed; in nearly all frames that is only the one of what moves.
 * @param {View} view @param {boolean} coloursChanged
 */
export function repaint(view, coloursChanged) {
  const { dom } = view;
  const { frame } = view.data;
  const { dirty } = view.art;
  if (coloursChanged || dirty) paintStrips(begin(view, dom.strips), view);
  if (dirty === "data" && view.last.printed === frame.sequence) repaintResults(view);
  else if (dirty) paintPrint(begin(view, dom.print), view);
  if (dirty || view.last.overviewStep !== view.look.step) updateOverview(view);
  view.last.overviewStep = view.look.step;
  view.last.printed = frame.sequence;
  const moved = whatMoves(view);
  if (dirty === "all" || moved !== view.last.moved) paintOverlay(begin(view, dom.overlay), view);
  view.last.moved = moved;
  view.art.dirty = "";
}

/**
 * All that the sheet of what moves depends on: where it is the same, nothing is painted.
 * @param {Parts<"data"|"look"|"scales"|"clock">} scene
 */
function whatMoves({ clock, look, data, scales }) {
  const { sweep } = clock;
  const { step, unit, pointer, ofLast } = look;
  const { frame } = data;
  const { range } = scales;
  /** @type {(string|number|boolean|undefined)[]} */
  const parts = [sweep.phase, sweep.at, step, unit?.layer, unit?.unit];
  if (sweep.phase === "backward") parts.push(frame.iteration, ofLast, range.low, range.high);
  if (data.store.header.attention) parts.push(frame.iteration, data.frame.exact, pointer?.wire);
  if (pointer) parts.push(pointer.t, pointer.unit, pointer.row?.letter, pointer.row?.layer);
  return parts.join();
}

/** @param {ViewParts<"data"|"look"|"layout"|"theme"|"dom">} view */
function repaintResults(view) {
  const { layout, dom } = view;
  const context = contextOf(dom.print);
  context.clearRect(
    layout.scroll,
    layout.predictionY - 1,
    layout.view,
    layout.gradientY - layout.predictionY,
  );
  paintResults(context, view);
}

/**
 * Prepare a canvas for drawing in the coordinates of the scrolled content.
 * @param {ViewParts<"layout"|"theme"|"dom"|"screen">} view @param {HTMLCanvasElement} canvas
 */
function begin({ layout, theme, dom, screen }, canvas) {
  const { ratio } = screen;
  const width = Math.round(layout.view * ratio);
  const height = Math.round(layout.height * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${layout.view}px`;
    canvas.style.height = `${layout.height}px`;
  }
  // The lowest sheet is opaque: the browser then need not blend it with the page.
  const opaque = canvas === dom.strips;
  const context = contextOf(canvas, opaque);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = css(theme.paper);
  if (opaque) context.fillRect(0, 0, width, height);
  else context.clearRect(0, 0, width, height);
  context.setTransform(ratio, 0, 0, ratio, -Math.round(layout.scroll * ratio), 0);
  return context;
}
