/** Where the parts of the picture lie. */

/** @import { Box, Layout } from "../types.d.ts" */

/** Below this width the picture is that of a phone. */
export const NARROW = 560;

/** From this width on the automaton stands beside the points, and not below them. */
const BESIDE = 760;

const STRIP = 58;
const LEGEND = 140;
const LINE = 19;
const GAP = 8;

/**
 * @param {number} width
 * @param {{room?: number, machine?: boolean, entries?: number}} [wanted] `room`: height that is left
 *   for it. `machine`: whether there is an automaton to draw. `entries`: how many the legend has
 * @returns {Layout}
 */
export function layOut(width, { room = Infinity, machine = false, entries = 4 } = {}) {
  const narrow = width < NARROW;
  const beside = machine && width >= BESIDE;
  const below = machine && !beside;
  const aside = narrow || beside ? 0 : LEGEND;
  const rows = aside ? 0 : LINE * Math.min(4, Math.ceil(entries / Math.max(1, width / 130))) + GAP;
  const others = STRIP + rows + 2 * GAP;
  const high = Math.round(Math.min(640, Math.max(280, Math.min(0.62 * width, room - others))));
  const diagram = below ? Math.round(Math.min(0.8 * width, 340)) : 0;
  const wide = beside ? Math.round(0.6 * width) : width - aside;
  const underneath = high + rows + GAP;
  const end = underneath + (below ? diagram + GAP : 0);
  /** @type {Box} */
  const legend = aside ? [wide + 12, 4, aside - 12, high - 8] : [0, high + GAP, width, rows];
  /** @type {Box|null} */
  const box = beside
    ? [wide + 2 * GAP, 0, width - wide - 2 * GAP, high]
    : below
      ? [0, underneath, width, diagram]
      : null;
  return {
    width,
    height: end + STRIP,
    narrow,
    plot: [0, 0, wide, high],
    legend,
    inRows: !aside,
    diagram: box,
    strip: [0, end, width, STRIP],
  };
}
