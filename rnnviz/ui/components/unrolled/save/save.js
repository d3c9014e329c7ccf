/** Saving the picture, and films of it; all is made in the browser. */

import { plural, sentence } from "../text/words.js";
import { look } from "../scene/scene.js";
import { offerBox } from "./box.js";
import { FILM, canvasFor, encoded } from "./frames.js";
import {
  MARGIN,
  copyOf,
  follow,
  framedSize,
  paintFramed,
  sweepShots,
  trainingShots,
} from "./film.js";
import { VectorContext } from "./vector.js";

/** @import { Shot } from "./film.js" */
/** @import { Made, Reel } from "./box.js" */
/** @import { Parts, Scene, View } from "../types.d.ts" */

/** Pixels of a saved picture for each pixel of its layout. */
const SHARPNESS = 2;

/** @typedef {"sweep"|"training"} Kind */

/**
 * Give a view its button, and the box that it opens.
 * @param {View} view
 */
export function offerSaving(view) {
  const { figure, caption, scroll } = view.dom;
  offerBox(
    { figure, caption, stage: scroll, watchers: view.hooks.watchers },
    {
      isReady: () => Boolean(view.data.store),
      png: () => pngOf(view),
      svg: async () => svgOf(view),
      films: [
        {
          name: "Sweep through time",
          text: () => `Sweep through ${plural(view.layout.steps, "time step")}, and back`,
          isPossible: () => true,
          begin: () => reelOf(view, "sweep"),
        },
        {
          name: "Training",
          text: () => `Training: ${plural(view.data.store.frames.length, "kept iteration")}`,
          isPossible: () => view.data.store.frames.length > 1,
          begin: () => reelOf(view, "training"),
        },
      ],
    },
  );
}

/** @param {View} view @returns {Promise<Made>} */
async function pngOf(view) {
  const scene = copyOf(view, view.layout.width);
  const { canvas, context } = canvasFor(framedSize(scene), SHARPNESS * view.screen.magnified);
  paintFramed(context, scene);
  const blob = await encoded(canvas, "image/png");
  const about = `${canvas.width} × ${canvas.height} pixels`;
  return { blob, name: nameOf(scene, "png"), about };
}

/** @param {Scene} view @returns {Made} */
function svgOf(view) {
  const scene = copyOf(view, view.layout.width);
  const { width, height } = framedSize(scene);
  const context = new VectorContext(width, height);
  paintFramed(context, scene);
  const text = context.finish(`rnnviz, iteration ${scene.data.frame.iteration}`, sentence(scene));
  const blob = new Blob([text], { type: "image/svg+xml" });
  return { blob, name: nameOf(scene, "svg"), about: "sharp at any size" };
}

/** @param {View} view @param {Kind} kind @returns {Reel} */
function reelOf(view, kind) {
  const scene = copyOf(view, FILM.width - 2 * MARGIN);
  // Films show how things come about, whatever the viewer of the page wants to see move.
  scene.clock.calm = false;
  return {
    size: framedSize(scene),
    shots: kind === "sweep" ? sweepShots(scene) : trainingShots(scene),
    paint: (context, shot) => {
      look(scene, /** @type {Shot} */ (shot).wanted);
      follow(scene);
      paintFramed(context, scene);
    },
    name: (ending) => nameOf(scene, ending, kind),
  };
}

/** @param {Parts<"data">} scene @param {string} ending @param {Kind} [kind] */
function nameOf({ data }, ending, kind) {
  const { store, frame } = data;
  const what = kind === "training" ? "training" : `iteration-${frame.iteration}`;
  const sweep = kind === "sweep" ? "-sweep" : "";
  return `rnnviz-${store.header.cell}-${what}${sweep}.${ending}`;
}
