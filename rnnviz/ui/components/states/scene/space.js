/** From principal components to places on the canvas. */

/** @import { Bounds, Box, Camera, Frame, Look, Projected } from "../types.d.ts" */

/** How much larger what is in front is drawn than what is in the middle. */
const PERSPECTIVE = 0.22;

/** What of a box the points may fill. */
const FILLED = 0.9;

/**
 * The box that holds all places of all frames: on it motion over training can be compared.
 * @param {Frame[]} frames @returns {Bounds}
 */
export function boundsOf(frames) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const frame of frames)
    for (const places of [frame.points, frame.probe])
      for (let at = 0; at < places.length; at++) {
        const value = places[at];
        if (value < low[at % 3]) low[at % 3] = value;
        if (value > high[at % 3]) high[at % 3] = value;
      }
  const finite = low.map((value, axis) => value <= high[axis]);
  const middle = low.map((value, axis) => (finite[axis] ? (value + high[axis]) / 2 : 0));
  const half = low.map((value, axis) => (finite[axis] ? (high[axis] - value) / 2 : 0));
  return { middle, half, radius: radiusOf(frames, middle) };
}

/**
 * How far the farthest point is from the middle: so much room it needs however it is turned.
 * @param {Frame[]} frames @param {number[]} middle
 */
function radiusOf(frames, [a, b, c]) {
  let most = 0;
  for (const { points, probe } of frames)
    for (const places of [points, probe])
      for (let at = 0; at < places.length; at += 3) {
        const far = (places[at] - a) ** 2 + (places[at + 1] - b) ** 2 + (places[at + 2] - c) ** 2;
        if (far > most) most = far;
      }
  return Math.sqrt(most) || 1;
}

/**
 * One scale for all components, so that distances can be compared; where there is one component,
 * time steps have a scale of their own.
 * @param {Bounds} bounds @param {Look} look @param {Box} box @param {number} axes
 * @returns {Camera}
 */
export function cameraOf(
  { middle, half, radius },
  { yaw, pitch, depth },
  [x, y, width, height],
  axes,
) {
  const [wide, high] = [width / 2, height / 2].map((side) => side * FILLED);
  const flat = half.map((side) => side || 1e-9);
  const across = Math.min(wide / flat[0], high / flat[1]);
  const around = Math.min(wide, high) / radius;
  const one = Number.isFinite(across * 1e-9) ? across + (around - across) * depth : 1;
  const scale = axes === 1 ? [wide / flat[0], high / flat[1], 1] : [one, one, one];
  const [a, b] = [yaw * depth, pitch * depth];
  return {
    middle,
    scale: half.every((side) => side === 0) ? [1, 1, 1] : scale,
    radius,
    turn: [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)],
    centre: [x + width / 2, y + height / 2],
    depth,
  };
}

/**
 * Where places (N, 3) are on the canvas.
 * @param {Camera} camera @param {ArrayLike<number>} places @param {Projected} [into]
 * @returns {Projected}
 */
export function project(camera, places, into) {
  const count = places.length / 3;
  const { x, y, near } = into?.x.length === count ? into : projected(count);
  const [cosA, sinA, cosB, sinB] = camera.turn;
  const [m0, m1, m2] = camera.middle;
  const [s0, s1] = camera.scale;
  const [centreX, centreY] = camera.centre;
  const { depth, radius } = camera;
  for (let point = 0; point < count; point++) {
    const a = places[3 * point] - m0;
    const b = places[3 * point + 1] - m1;
    const c = places[3 * point + 2] - m2;
    const across = cosA * a + sinA * c;
    const back = cosA * c - sinA * a;
    const up = cosB * b - sinB * back;
    const front = ((sinB * b + cosB * back) / radius) * depth;
    const larger = 1 / (1 - PERSPECTIVE * front);
    x[point] = centreX + s0 * across * larger;
    y[point] = centreY - s1 * up * larger;
    near[point] = front;
  }
  return { x, y, near };
}

/** @param {number} count @returns {Projected} */
function projected(count) {
  return {
    x: new Float32Array(count),
    y: new Float32Array(count),
    near: new Float32Array(count),
  };
}

/**
 * The point nearest to a place, within reach; of several the one in front.
 * @param {Projected} places @param {number} x @param {number} y @param {number} reach
 * @returns {number|null}
 */
export function nearest({ x: xs, y: ys, near }, x, y, reach) {
  let found = null;
  let best = reach * reach;
  for (let point = 0; point < xs.length; point++) {
    const far = (xs[point] - x) ** 2 + (ys[point] - y) ** 2 - near[point] * 4;
    if (far >= best) continue;
    best = far;
    found = point;
  }
  return found;
}
