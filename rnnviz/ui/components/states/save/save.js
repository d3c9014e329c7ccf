/** Saving the picture, and films of it; all is made in the browser. */

import { clamp } from "../../unrolled/data/values.js";
import { css } from "../../unrolled/scene/theme.js";
import { offerBox } from "../../unrolled/save/box.js";
import { FILM, HOLD_MS, canvasFor, encoded } from "../../unrolled/save/frames.js";
import { VectorContext } from "../../unrolled/save/vector.js";
import { grouped } from "../../unrolled/text/numbers.js";
import { fit, look } from "../scene/scene.js";
import { paint, sizeOf } from "../draw/paint.js";
import { sentence } from "../text/words.js";

/** @import { Made, Reel } from "../../unrolled/save/box.js" */
/** @import { Context, Data, Parts, Scene, View, Wanted } from "../types.d.ts" */

/** Pixels of a saved picture for each pixel of its layout. */
const SHARPNESS = 2;

/** Paper around the picture. */
const MARGIN = 12;

/** Frames of a film between two kept iterations, or two time steps, as far as there is room. */
const BETWEEN = 4;

/** @typedef {{wanted: Wanted, milliseconds: number}} Shot */

/**
 * Give a view its button, and the box that it opens.
 * @param {View} view
 */
export function offerSaving(view) {
  const { figure, caption, stage } = view.dom;
  /** @param {number} number @param {string} what */
  const count = (number, what) => `${grouped(number)} ${what}${number === 1 ? "" : "s"}`;
  offerBox(
    { figure, caption, stage, watchers: view.hooks.watchers },
    {
      isReady: () => Boolean(view.data.frame),
      png: () => pngOf(view),
      svg: async () => svgOf(view),
      films: [
        {
          name: "Sweep through time",
          text: () =>
            `Sweep through ${count(view.data.store.header.probe.inputs.length, "time step")}`,
          isPossible: () => view.data.store.header.probe.inputs.length > 1,
          begin: () => reelOf(view, "sweep"),
        },
        {
          name: "Training",
          text: () => `Training: ${count(view.data.store.frames.length, "kept iteration")}`,
          isPossible: () => view.data.store.frames.length > 1,
          begin: () => reelOf(view, "training"),
        },
      ],
    },
  );
}

/**
 * A scene of its own: what happens on the page meanwhile does not change it.
 * @param {Scene} scene @param {number} width @returns {Scene}
 */
function copyOf({ data, look: looked, layout, theme, aim, clock }, width) {
  const { store, points, probe } = data;
  const copy = {
    data: {
      ...data,
      store: { ...store, frames: [...store.frames] },
      points: points.slice(),
      probe: probe.slice(),
      mixing: null,
    },
    look: { ...looked, pointer: null, fixed: null, pointed: null, depth: looked.deep ? 1 : 0 },
    layout,
    theme,
    bounds: aim,
    aim,
    clock: { ...clock, sweep: { ...clock.sweep } },
  };
  fit(copy, width, theme);
  return copy;
}

/** @param {Scene} scene */
function framed(scene) {
  const { width, height } = sizeOf(scene);
  return { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
}

/** @param {Context} context @param {Scene} scene */
function paintFramed(context, scene) {
  const { width, height } = framed(scene);
  context.save();
  context.fillStyle = css(scene.theme.paper);
  context.fillRect(0, 0, width, height);
  context.translate(MARGIN, MARGIN);
  paint(context, scene);
  context.restore();
}

/** @param {View} view @returns {Promise<Made>} */
async function pngOf(view) {
  const scene = copyOf(view, view.layout.width);
  const { canvas, context } = canvasFor(framed(scene), SHARPNESS);
  paintFramed(context, scene);
  const blob = await encoded(canvas, "image/png");
  const about = `${canvas.width} × ${canvas.height} pixels`;
  return { blob, name: nameOf(scene.data, "png"), about };
}

/** @param {View} view @returns {Made} */
function svgOf(view) {
  const scene = copyOf(view, view.layout.width);
  const { width, height } = framed(scene);
  const context = new VectorContext(width, height);
  paintFramed(context, scene);
  const text = context.finish(`rnnviz, iteration ${scene.data.frame.iteration}`, sentence(scene));
  const blob = new Blob([text], { type: "image/svg+xml" });
  return { blob, name: nameOf(scene.data, "svg"), about: "sharp at any size" };
}

/** @param {View} view @param {"sweep"|"training"} kind @returns {Reel} */
function reelOf(view, kind) {
  const scene = copyOf(view, FILM.width - 2 * MARGIN);
  return {
    size: framed(scene),
    shots: kind === "sweep" ? sweepShots(scene) : trainingShots(scene),
    paint: (context, shot) => {
      look(scene, /** @type {Shot} */ (shot).wanted);
      paintFramed(context, scene);
    },
    name: (ending) => nameOf(scene.data, ending, kind),
  };
}

/**
 * The head on its way through the time steps.
 * @param {Parts<"data">} scene @returns {Shot[]}
 */
export function sweepShots({ data }) {
  const last = data.store.header.probe.inputs.length - 1;
  const places = evenly(last);
  const milliseconds = clamp((1000 * clamp(0.5 * last, 2, 9)) / places.length, 50, 250);
  return held(places.map((at) => ({ wanted: { at }, milliseconds })));
}

/**
 * All kept iterations at one time step, and what lies between them.
 * @param {Parts<"data">} scene @returns {Shot[]}
 */
export function trainingShots({ data }) {
  const places = evenly(data.store.frames.length - 1);
  const milliseconds = clamp(9000 / places.length, 50, 250);
  return held(places.map((between) => ({ wanted: { between }, milliseconds })));
}

/**
 * Places from 0 to the last one, some between any two, but no more than a film may have.
 * @param {number} last
 */
function evenly(last) {
  const count = Math.min(FILM.frames - 1, Math.max(1, BETWEEN * last));
  return Array.from({ length: count + 1 }, (_, place) => (last * place) / count);
}

/** @param {Shot[]} shots */
function held(shots) {
  shots[shots.length - 1].milliseconds = HOLD_MS;
  return shots;
}

/** @param {Data} data @param {string} ending @param {"sweep"|"training"} [kind] */
function nameOf({ frame }, ending, kind) {
  const what = kind === "training" ? "training" : `iteration-${frame.iteration}`;
  return `rnnviz-states-${what}${kind === "sweep" ? "-sweep" : ""}.${ending}`;
}
