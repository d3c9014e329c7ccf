/** The points, from the back to the front, each in its colour. */

import { css, mix } from "../../unrolled/scene/theme.js";
import { coloursOf, placeOf } from "../scene/colours.js";

/** @import { AboutColouring, Colour, Context, Data, Look, Parts, Projected, Theme } from "../types.d.ts" */

/** Points of one colour and one depth are drawn at once: so many depths there are. */
const DEPTHS = 12;

const RADIUS = 2.6;

/** How much of the colour is left of what is farthest away. */
const FADED = 0.35;

/**
 * The colouring that is shown, and the values of the points in it.
 * @param {Data} data @param {Look} look
 * @returns {{about: AboutColouring|undefined, values: Float32Array}}
 */
export function colouringOf({ store, frame }, { colouring }) {
  const about = store.header.colourings.find(({ key }) => key === colouring);
  const values = about && (about.moves ? frame.values[colouring] : store.points.values[colouring]);
  return { about, values: values ?? new Float32Array(store.header.count).fill(NaN) };
}

/**
 * @param {Context} context @param {Parts<"data"|"look"|"theme">} scene @param {Projected} places
 */
export function drawPoints(context, { data, look, theme }, places) {
  const { about, values } = colouringOf(data, look);
  const colours = coloursOf(about, values, theme);
  const count = colours.colours.length;
  const depths = look.depth > 0 ? DEPTHS : 1;
  const heaps = sorted(places, depths, count, (point) => placeOf(colours, about, values[point]));
  const quiet = look.sequence === null ? 1 : 0.45;
  for (let depth = 0; depth < depths; depth++) {
    const near = depths > 1 ? depth / (depths - 1) : 0.5;
    for (let place = 0; place < count; place++) {
      const heap = heaps[depth * count + place];
      if (!heap.length) continue;
      context.fillStyle = shade(colours.colours[place], theme, near, look.depth, quiet);
      const radius = RADIUS * (1 + 0.5 * look.depth * (near - 0.5) * 2);
      context.beginPath();
      for (const point of heap) {
        const [x, y] = [places.x[point], places.y[point]];
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 7);
      }
      context.fill();
    }
  }
}

/**
 * The points of each depth and colour, the farthest first; what has no place is left out.
 * @param {Projected} places @param {number} depths @param {number} count
 * @param {(point: number) => number} colour
 */
function sorted({ x, y, near }, depths, count, colour) {
  /** @type {number[][]} */
  const heaps = Array.from({ length: depths * count }, () => []);
  for (let point = 0; point < x.length; point++) {
    if (!(x[point] - x[point] === 0 && y[point] - y[point] === 0)) continue;
    const depth = Math.min(depths - 1, Math.max(0, Math.floor(((near[point] + 1) / 2) * depths)));
    heaps[depth * count + colour(point)].push(point);
  }
  return heaps;
}

/**
 * What is far away fades into the paper.
 * @param {Colour} colour @param {Theme} theme @param {number} near @param {number} depth
 * @param {number} quiet
 */
function shade(colour, theme, near, depth, quiet) {
  const left = 1 - (1 - FADED) * (1 - near) * depth;
  return css(mix(theme.paper, colour, left), 0.8 * quiet);
}
