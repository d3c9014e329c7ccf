/** Where the parts of the picture lie. */

/** @import { Layout } from "../types.d.ts" */

/** Below this width the picture is that of a phone. */
export const NARROW = 560;

const STRIP = 58;
const LEGEND = 132;

/** @param {number} width @param {number} [room] height that is left for it @returns {Layout} */
export function layOut(width, room = Infinity) {
  const narrow = width < NARROW;
  const beside = narrow ? 0 : LEGEND;
  const below = narrow ? 44 : 0;
  const high = Math.min(Math.max(280, Math.min(0.62 * width, room - STRIP - below - 8)), 640);
  const plot = /** @type {[number, number, number, number]} */ ([0, 0, width - beside, high]);
  return {
    width,
    height: high + below + 8 + STRIP,
    narrow,
    plot,
    legend: narrow ? [0, high + 4, width, below] : [width - beside + 10, 8, beside - 10, high - 16],
    strip: [0, high + below + 8, width, STRIP],
  };
}
