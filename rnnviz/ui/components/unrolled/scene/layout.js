/** Sizes of the picture -> where every row and column lies. */

import { stripOf } from "../data/cells.js";
import { clamp, hasGradients, onAxis, quantityIndex, topOf } from "../data/values.js";

/** @import { BaseLayout, Header, Place, Range, Row } from "../types.d.ts" */

const COLUMN = { narrowest: 12, narrowestBeside: 8, widest: 320, upright: 40, wired: 34 };

export const HEIGHT = {
  axis: 16,
  words: 16,
  zero: 18,
  layer: 18,
  overview: 40,
  scrollbar: 12,
  lacking: 40,
};

/**
 * What gives way in a low window: as high as it likes to be, the least in which all of it can be read,
 * and the least in a small frame, where names stand without their scales.
 */
const FLEXIBLE = {
  strip: [1, 0.6, 0.4],
  slot: [42, 30, 20],
  openSlot: [34, 22, 20],
  closedSlot: [18, 18, 14],
  between: [9, 5, 2],
  input: [32, 32, 24],
  uprightInput: [46, 46, 38],
  attention: [54, 30, 30],
  prediction: [74, 42, 42],
  gradient: [74, 36, 36],
};
/** Shares that give way, 0 and 1 for the first two of these; the third is for a small frame alone. */
const SMALLEST = 2;
const GIVING_STEPS = 8;

/** In a window too low for all layers only one is open; the others show one row, so high. */
const CLOSED = { strip: 16 };

/** What a picture is magnified by, at most, and in which steps. */
const MAGNIFIED = { most: 3, step: 0.1 };

/** Below this width a picture is one for a phone. */
export const NARROW = 560;

/** From this width on, what becomes of the gradient is said in one line. */
const WORDS_WIDE = 520;

/** Below the wires of attention there is room for the arrow that they end in. */
const ATTENTION = { below: 6 };

export const PREDICTION = { head: 18, line: 18, bar: 15 };

/**
 * @param {Header} header @param {number} width
 * @param {number} room how high all of it may be; it is higher where else it could not be read
 * @param {{open?: number, grows?: boolean, beside?: Header[]}} wanted which layer stays open if not all
 *   can; whether rows may be higher than they like to be, where there is room; headers of the
 *   pictures beside it: what they have in common stands as high
 * @returns {BaseLayout}
 */
export function layOut(
  header,
  width,
  room = Infinity,
  { open = topOf(header), grows, beside = [] } = {},
) {
  let layout = layOutGiving(header, width, 1, null, beside);
  for (const layer of header.layers > 1 ? [null, open] : [null]) {
    for (let step = grows && layer === null ? -GIVING_STEPS : 0; step <= GIVING_STEPS; step++) {
      layout = layOutGiving(header, width, step / GIVING_STEPS, layer, beside);
      if (roomNeeded(layout) <= room) return layout;
    }
  }
  const layer = header.layers > 1 ? open : null;
  for (let step = GIVING_STEPS; room < Infinity && step <= SMALLEST * GIVING_STEPS; step++) {
    const smaller = layOutGiving(header, width, step / GIVING_STEPS, layer, beside);
    if (!smaller.narrow && roomNeeded(smaller) <= room) return smaller;
  }
  return layout;
}

/**
 * What a picture can be magnified by, its texts included, and still have all its parts in sight.
 * @param {Header} header
 * @param {(factor: number) => {width: number, room: number}} space in pixels of the picture
 * @param {{least: number, giving: number}} wanted its least width, and how far rows may give way
 */
export function magnification(header, space, { least, giving }) {
  for (let step = Math.round((MAGNIFIED.most - 1) / MAGNIFIED.step); step > 0; step--) {
    const factor = 1 + step * MAGNIFIED.step;
    const { width, room } = space(factor);
    if (width < least) continue;
    const open = giving && header.layers > 1 ? topOf(header) : null;
    if (roomNeeded(layOutGiving(header, width, giving, open, [])) <= room) return factor;
  }
  return 1;
}

/**
 * Height of the picture, with what stands below it where not all time steps are in sight.
 * @param {BaseLayout} layout
 */
function roomNeeded({ height, scrolls }) {
  return height + (scrolls ? HEIGHT.scrollbar + HEIGHT.overview : 0);
}

/**
 * @param {Header} header @param {number} width
 * @param {number} share 0..1 of what there is to give way; below 0 it grows, to 2 in a small frame
 * @param {number|null} open @param {Header[]} beside
 * @returns {BaseLayout}
 */
function layOutGiving(header, width, share, open, beside) {
  /** @param {keyof typeof FLEXIBLE} part */
  const high = (part) => {
    const place = share > 1 ? 1 : 0;
    const [from, to] = FLEXIBLE[part].slice(place);
    return from + (to - from) * (share - place);
  };
  const narrow = width < NARROW;
  const labels = narrow ? 96 : 126;
  const view = Math.max(60, width - labels);
  const { steps } = header;
  const narrowest = beside.length ? COLUMN.narrowestBeside : COLUMN.narrowest;
  const pitch = clamp(Math.floor((view - 14) / steps), narrowest, COLUMN.widest);
  const gap = clamp(Math.round(pitch * 0.26), 3, 34);
  const content = steps * pitch + 8;
  const left = Math.min(24, Math.max(0, Math.floor((view - content) / 2)));
  const upright = pitch < COLUMN.upright;
  const inputHeight = Math.round(high(upright ? "uprightInput" : "input"));
  const between = Math.round(high("between"));
  const top = HEIGHT.axis + inputHeight + between;
  /** @param {Row[]} rows */
  const foot = (rows) => rows[rows.length - 1].top + rows[rows.length - 1].slot;
  // Rows that two pictures have in common are equally high in both, and stand at the same place.
  const strip = Math.min(...[header, ...beside].map(({ diagram }) => stripOf(diagram)));
  /** @param {Header} each @param {number} y */
  const stack = (each, y) => layOutRows(each, y, between, high, strip, open);
  const feet = [header, ...beside].map((each) => foot(stack(each, top)));
  const rows = stack(header, top + Math.max(...feet) - feet[0]);
  const last = rows[rows.length - 1];
  const attentionY = last.top + last.slot + between + 3;
  const attends = [header, ...beside].some(({ attention }) => attention);
  const attentionHeight = attends ? Math.round(high("attention")) : 0;
  const predictionY = attentionY + attentionHeight + 2 + (attends ? ATTENTION.below : 0);
  // Three classes below each other do not give way, unless even layers must.
  const stacked = header.classes && !upright;
  const fewer = Math.min(1, open === null ? Math.max(0, share - 1) : share);
  const lines = 3 - Math.round(2 * fewer);
  const answers = [header, ...beside].some(({ outputs }) => outputs > 0);
  const predictionHeight = !answers
    ? 0
    : stacked
      ? PREDICTION.head + PREDICTION.line * lines + 2
      : Math.round(high("prediction"));
  const learns = [header, ...beside].some(hasGradients);
  const gradientHeight = learns ? Math.round(high("gradient")) : 0;
  const wordsY = predictionY + predictionHeight + 7;
  // Beside another picture the sentence above says it.
  const wordLines = beside.length ? 0 : view < WORDS_WIDE ? 2 : 1;
  const gradientY = wordsY + HEIGHT.words * wordLines + 5;
  return {
    width,
    narrow,
    labels,
    view,
    pitch,
    gap,
    left,
    content,
    rows,
    steps,
    between,
    predictionHeight,
    gradientHeight,
    scrolls: content > view + 1,
    axisY: 0,
    inputY: HEIGHT.axis,
    inputHeight,
    rowsY: rows[0].top,
    predictionY,
    attentionY,
    attentionHeight,
    wordsY,
    wordLines,
    gradientY,
    height: gradientY + (learns ? gradientHeight + HEIGHT.zero + 4 : 0),
    upright,
    wired: pitch >= COLUMN.wired,
    open,
  };
}

/**
 * Stack the rows of all layers, from y down.
 * @param {Header} header @param {number} y @param {number} between
 * @param {(part: keyof typeof FLEXIBLE) => number} high @param {number} strip
 * @param {number|null} open
 * @returns {Row[]}
 */
function layOutRows(header, y, between, high, strip, open) {
  const { diagram } = header;
  const full = open === null ? header.layers ** 0.6 : 1;
  const openSize = stripSize(header.units, (high("strip") * strip) / full);
  const closedSize = stripSize(header.units, CLOSED.strip);
  const rows = [];
  for (let layer = 0; layer < header.layers; layer++) {
    const closed = open !== null && layer !== open;
    const size = closed ? closedSize : openSize;
    if (header.layers > 1 && !closed) y += HEIGHT.layer;
    for (const letter of closed ? [diagram.belt ?? "h"] : diagram.rows) {
      const belt = letter === diagram.belt;
      const least = closed
        ? Math.round(high("closedSlot"))
        : open !== null
          ? Math.round(high("openSlot"))
          : header.layers > 1
            ? FLEXIBLE.slot[1]
            : Math.round(high("slot"));
      const slot = Math.max(size.height, least) + (belt ? 8 : 0);
      const quantity = header.quantities[quantityIndex(header, letter)];
      const inside = y + Math.floor((slot - size.height) / 2);
      const window = { from: 0, count: size.height / size.unitHeight };
      rows.push({
        letter,
        layer,
        quantity,
        belt,
        top: y,
        slot,
        y: inside,
        window,
        closed,
        ...size,
      });
      y += slot + between;
    }
  }
  return rows;
}

/**
 * Whole pixels for each unit; where there are too many, the mean of a group shares a line.
 * @param {number} units @param {number} wanted
 */
function stripSize(units, wanted) {
  const group = Math.ceil(units / Math.max(16, Math.round(wanted * 1.35)));
  const lines = Math.ceil(units / group);
  const unitHeight = clamp(Math.round(wanted / lines), 1, 14);
  return { group, unitHeight, height: lines * unitHeight };
}

/**
 * Left edge of the column's cell, in the coordinates of the scrolled content.
 * @param {BaseLayout} layout @param {number} t
 */
export function cellX(layout, t) {
  return layout.left + t * layout.pitch + layout.gap;
}

/** @param {BaseLayout} layout */
export function cellWidth(layout) {
  return layout.pitch - layout.gap;
}

/**
 * Text has more room than the cells of the strips: nearly the whole column.
 * @param {BaseLayout} layout @param {number} t
 */
export function printBox(layout, t) {
  const air = layout.pitch < COLUMN.narrowest ? 1 : 3;
  const width = Math.min(layout.pitch - air, cellWidth(layout) + 14);
  return { x: cellX(layout, t) + (cellWidth(layout) - width) / 2, width };
}

/** @param {BaseLayout} layout @param {number} t @param {number} line */
export function predictionBox(layout, t, line) {
  const y = layout.predictionY + PREDICTION.head + line * PREDICTION.line + 1;
  return { ...printBox(layout, t), y, height: PREDICTION.bar };
}

/** @param {BaseLayout} layout */
export function gradientFoot(layout) {
  return layout.gradientY + layout.gradientHeight;
}

/** @param {BaseLayout} layout @param {Range} range @param {number} norm */
export function gradientY(layout, range, norm) {
  return gradientFoot(layout) - onAxis(range, norm) * layout.gradientHeight;
}

/** @param {BaseLayout} layout @param {number} scroll */
export function visibleSteps(layout, scroll) {
  const first = Math.floor((scroll - layout.left) / layout.pitch);
  const last = Math.ceil((scroll + layout.view - layout.left) / layout.pitch);
  return { first: clamp(first, 0, layout.steps - 1), last: clamp(last, 0, layout.steps - 1) };
}

/** @param {Row} row @param {number} unit */
export function unitY(row, unit) {
  return row.y + Math.floor(unit / row.group) * row.unitHeight;
}

/** @param {Place} row */
export function artKey(row) {
  return `${row.layer}${row.letter}`;
}
