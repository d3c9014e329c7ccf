/** The diagram in pixels: how large states are, and along which curves arrows run. */

import { clamp } from "../../unrolled/data/values.js";

/** @import { Box, Curve, Hit, Machine, Places } from "./types.d.ts" */

/** Room around the outermost states for loops and words, in radii. */
const MARGIN = 2.3;
/** Height of the line below. */
const FOOT = 18;
const SMALLEST = 11;
const LARGEST = 30;
/** How near the pointer must be to an arrow, in pixels. */
const REACH = 9;

/**
 * The radius of the states in a box.
 * @param {Box} box @param {Places} places
 */
export function radiusOf([, , width, height], { form, across, along }) {
  if (form === "ring") {
    const side = Math.min(width, height);
    return clamp(side / (3.2 + 2.2 * across), SMALLEST, LARGEST);
  }
  const wide = Math.min(width / along, height / across);
  const high = Math.min(height / along, width / across);
  return clamp((width > height ? wide : high) * 0.3, SMALLEST, LARGEST);
}

/**
 * The middle of a state.
 * @param {Box} box @param {Places} places @param {number} state @returns {[number, number]}
 */
export function centreOf(box, places, state) {
  const [left, top, width, height] = box;
  const margin = MARGIN * radiusOf(box, places);
  let [wide, high] = [Math.max(1, width - 2 * margin), Math.max(1, height - FOOT - 2 * margin)];
  // A ring is round, but for a wide box it may be an ellipse.
  if (places.form === "ring")
    [wide, high] = [Math.min(wide, 1.5 * high), Math.min(high, 1.5 * wide)];
  const [x, y] = places.states[state];
  const middle = top + (height - FOOT) / 2;
  return [left + width / 2 + (x - 0.5) * wide, middle + (y - 0.5) * high];
}

/**
 * The curve of an arrow, from the edge of one state to the edge of the other.
 * @param {Box} box @param {Machine} machine @param {Places} places @param {number} index
 * @returns {Curve}
 */
export function curveOf(box, machine, places, index) {
  const { from, to } = machine.arrows[index];
  const radius = radiusOf(box, places);
  if (from === to) return loopOf(centreOf(box, places, from), radius, places.loops[from]);
  return curveBetween(
    centreOf(box, places, from),
    centreOf(box, places, to),
    radius,
    places.bends[index],
  );
}

/**
 * @param {[number, number]} from @param {[number, number]} to @param {number} radius
 * @param {number} bend @returns {Curve}
 */
export function curveBetween(from, to, radius, bend) {
  const [x, y] = [to[0] - from[0], to[1] - from[1]];
  /** @type {[number, number]} */
  const control = [(from[0] + to[0]) / 2 + y * bend, (from[1] + to[1]) / 2 - x * bend];
  return [towards(from, control, radius), control, towards(to, control, radius + 2)];
}

/**
 * A loop that leaves a state and comes back.
 * @param {[number, number]} centre @param {number} radius @param {number} angle @returns {Curve}
 */
function loopOf([x, y], radius, angle) {
  /** @param {number} turn @param {number} far @returns {[number, number]} */
  const at = (turn, far) => [
    x + far * radius * Math.cos(angle + turn),
    y + far * radius * Math.sin(angle + turn),
  ];
  return [at(-0.6, 1), at(0, 2.9), at(0.6, 1.08)];
}

/** @param {[number, number]} from @param {[number, number]} to @param {number} far @returns {[number, number]} */
function towards(from, to, far) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  const share = Math.min(far / length, 0.9);
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

/**
 * A point of a curve; a loop's control point counts twice, so that it is round.
 * @param {Curve} curve @param {number} share @returns {[number, number]}
 */
export function along([from, control, to], share) {
  const [a, b, c] = [(1 - share) ** 2, 2 * share * (1 - share), share ** 2];
  return [a * from[0] + b * control[0] + c * to[0], a * from[1] + b * control[1] + c * to[1]];
}

/**
 * The state or the arrow at a place on the canvas; null: neither.
 * @param {Box} box @param {Machine} machine @param {Places} places @param {number} x
 * @param {number} y @returns {Hit|null}
 */
export function hitMachine(box, machine, places, x, y) {
  const radius = radiusOf(box, places);
  for (const index of machine.states.keys()) {
    const [middle, high] = centreOf(box, places, index);
    if (Math.hypot(x - middle, y - high) <= radius + 3) return { kind: "state", index };
  }
  let best = null;
  let nearest = REACH;
  for (const index of machine.arrows.keys()) {
    const curve = curveOf(box, machine, places, index);
    for (let share = 0; share <= 1; share += 0.05) {
      const [atX, atY] = along(curve, share);
      const far = Math.hypot(x - atX, y - atY);
      if (far < nearest) [nearest, best] = [far, index];
    }
  }
  return best === null ? null : { kind: "arrow", index: best };
}
