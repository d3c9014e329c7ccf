/**
 * Three levels: all units as strips, one unit as a line over time, one cell at one time step. The
 * depth runs from 0 to 2 without a jump; the layout at any depth lies between those of the levels,
 * so that what one looks at grows out of where it was.
 */

import { chosen, clamp, topOf } from "../data/values.js";
import { cellWidth, cellX } from "./layout.js";

/** @import { BaseLayout, Data, Layout, Look, Parts, Row, Unit } from "../types.d.ts" */

export const LEVELS = ["strips", "unit", "cell"];

const ZOOM_MS = 420;

/** Share of a row's height, by scale: states are lines and need more of it than gates. */
const WEIGHTS = { gate: 1, signed: 1.5 };

/** A column that fills the picture: share of its width, and most pixels. */
const CELL = { share: 0.6, narrowShare: 0.9, most: 460 };

/** Share of a cell's width that its formula takes, where one cell fills the picture. */
export const FORMULA = 0.62;

/**
 * The depth on its way to the level that is wanted.
 * @param {Parts<"look"|"clock">} scene @param {number} now
 * @returns {boolean} whether it has changed
 */
export function advanceZoom({ look, clock }, now) {
  const { zoom } = look;
  if (zoom.depth === zoom.level) return false;
  zoom.since ??= now;
  const share = clock.calm ? 1 : clamp((now - zoom.since) / ZOOM_MS, 0, 1);
  zoom.depth = share < 1 ? lerp(zoom.from, zoom.level, eased(share)) : zoom.level;
  return true;
}

/** @param {Look} look @param {number} level */
export function zoomTo(look, level) {
  const { depth } = look.zoom;
  Object.assign(look.zoom, { level, from: depth, since: null });
}

/** @param {number} share */
function eased(share) {
  return share * share * (3 - 2 * share);
}

/** @param {number} from @param {number} to @param {number} share */
function lerp(from, to, share) {
  return from + (to - from) * share;
}

/**
 * The layout at the present depth; `toUnit` and `toCell`, 0..1, are how far in it is.
 * @param {BaseLayout} base @param {Look} look @param {number} units
 */
export function zoomed(base, look, units) {
  const { zoom, unit } = look;
  const toUnit = unit ? clamp(zoom.depth, 0, 1) : 0;
  const toCell = unit ? clamp(zoom.depth - 1, 0, 1) : 0;
  const within = { ...base, base, toUnit, toCell, scroll: look.columnScroll };
  if (!toUnit) return within;
  const wide = base.view * (base.narrow ? CELL.narrowShare : CELL.share);
  const last = Math.max(base.pitch, Math.min(CELL.most, wide));
  const pitch = base.pitch * (last / base.pitch) ** toCell;
  const gap = toCell
    ? lerp(base.gap, Math.min(base.narrow ? 26 : 60, last * 0.2), toCell)
    : base.gap;
  const layout = {
    ...within,
    pitch,
    gap,
    content: base.steps * pitch + 8,
    rows: rowsBetween(base, chosen(look), toUnit, units),
    upright: base.upright && toCell < 0.3,
    wired: base.wired || toCell > 0.3,
  };
  return { ...layout, scroll: zoomedScroll(layout, look) };
}

/**
 * Where the window begins, so that the step looked at comes from its place to the middle.
 * @param {Omit<Layout, "scroll">} layout @param {Look} look
 */
function zoomedScroll(layout, { camera, columnScroll }) {
  const { base, toCell } = layout;
  if (!toCell) return columnScroll;
  /** @param {{left: number, pitch: number, gap: number}} layout */
  const middle = ({ left, pitch, gap }) => left + (camera + 0.5) * pitch + gap / 2;
  const shown = lerp(middle(base) - columnScroll, base.view / 2, toCell);
  return middle(layout) - shown;
}

/**
 * Rows on their way: the chosen unit's line grows to fill its row, all else leaves the picture.
 * @param {BaseLayout} base @param {Unit} unit @param {number} share @param {number} units
 */
function rowsBetween(base, unit, share, units) {
  const wanted = unitRows(base, unit.layer);
  return base.rows
    .map((row) => {
      const to = wanted.get(row);
      if (!to) return folded(base, row, share, row.layer < unit.layer);
      const lines = Math.ceil(units / row.group);
      const line = Math.floor(unit.unit / row.group);
      const height = lerp(row.height, to.height, share);
      return {
        ...row,
        y: lerp(row.y, to.y, share),
        top: lerp(row.top, to.y, share),
        height,
        slot: height,
        unitHeight: height / lines,
        window: { from: lerp(0, line, share), count: lerp(lines, 1, share) },
      };
    })
    .filter((row) => row.height > 0);
}

/** @param {BaseLayout} base @param {number} layer */
function unitRows(base, layer) {
  const rows = base.rows.filter((row) => row.layer === layer);
  const { top, bottom } = extent(base);
  const spare = bottom - top - rows.length * base.between * 2;
  const total = rows.reduce((sum, row) => sum + WEIGHTS[row.quantity.scale], 0);
  const wanted = new Map();
  let y = top + base.between;
  for (const row of rows) {
    const height = (spare * WEIGHTS[row.quantity.scale]) / total;
    wanted.set(row, { y, height });
    y += height + base.between * 2;
  }
  return wanted;
}

/**
 * From the first row to the last, of all layers.
 * @param {BaseLayout} layout
 */
function extent({ rows }) {
  const last = rows[rows.length - 1];
  return { top: rows[0].top, bottom: last.top + last.slot };
}

/**
 * A row of another layer closes, towards the top or the bottom.
 * @param {BaseLayout} base @param {Row} row @param {number} share @param {boolean} up
 */
function folded(base, row, share, up) {
  const { top, bottom } = extent(base);
  const y = lerp(row.y, up ? top : bottom, share);
  const height = share < 1 ? row.height * (1 - share) : 0;
  const unitHeight = row.unitHeight * (1 - share);
  return { ...row, y, top: y, height, slot: height, unitHeight, folded: true };
}

/**
 * The part of a cell that is left for the drawing once its formula stands beside it.
 * @param {Layout} layout @param {Look} look @param {number} t
 */
export function drawingWidth(layout, { camera }, t) {
  const near = clamp(1 - Math.abs(t - camera), 0, 1);
  return cellWidth(layout) * (1 - FORMULA * layout.toCell * near);
}

/**
 * The middle of what is drawn of a cell.
 * @param {Layout} layout @param {Look} look @param {number} t
 */
export function drawingMiddle(layout, look, t) {
  return cellX(layout, t) + drawingWidth(layout, look, t) / 2;
}

/**
 * The unit that moves most on this example, where nobody has chosen one.
 * @param {Data} data
 */
export function liveliest(data) {
  const { store, decoded } = data;
  const { units, steps } = store.header;
  const letter = store.header.diagram.belt ?? "h";
  const layer = topOf(store.header);
  const q = store.header.quantities.findIndex((quantity) => quantity.letter === letter);
  const start = (layer * store.header.quantities.length + q) * steps * units;
  let best = { unit: 0, range: -1 };
  for (let unit = 0; unit < units; unit++) {
    let [low, high] = [Infinity, -Infinity];
    for (let t = 0; t < steps; t++) {
      const value = decoded[start + t * units + unit];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (high - low > best.range) best = { unit, range: high - low };
  }
  return { layer, unit: best.unit };
}
