/** From all units to one, and to one cell; and what the forward sweep covers on its way. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { drawMotion } from "../../rnnviz/ui/components/unrolled/draw/sweep.js";
import {
  cellWidth,
  cellX,
  layOut,
  unitY,
} from "../../rnnviz/ui/components/unrolled/scene/layout.js";
import { css, makeTheme, paletteFor } from "../../rnnviz/ui/components/unrolled/scene/theme.js";
import {
  FORMULA,
  advanceZoom,
  drawingMiddle,
  drawingWidth,
  liveliest,
  zoomTo,
  zoomed,
} from "../../rnnviz/ui/components/unrolled/scene/zoom.js";
import { STEPS, UNITS, lstmOf } from "./made.js";

const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-6, `${one} is not ${other}`);

function lookAt(depth, more = {}) {
  const zoom = { level: Math.round(depth), depth, from: 0, since: null };
  return {
    step: 1,
    camera: 1,
    columnScroll: 0,
    pointer: null,
    unit: { layer: 1, unit: 1 },
    zoom,
    ...more,
  };
}

const header = lstmOf(2);
const base = layOut(header, 900);
const at = (depth, more) => zoomed(base, lookAt(depth, more), UNITS);

test("without a unit, and at depth 0, all is where it was", () => {
  const { rows, pitch, scroll, toUnit, toCell } = at(2, { unit: null, columnScroll: 5 });
  assert.deepEqual([rows, pitch, scroll, toUnit, toCell], [base.rows, base.pitch, 5, 0, 0]);
  assert.equal(at(0).rows, base.rows);
});

test("one unit: the rows of its layer share all the height, states half as much again as gates", () => {
  const { rows } = at(1);
  assert.deepEqual(
    rows.map(({ layer, letter }) => [layer, letter]),
    [..."figcoh"].map((each) => [1, each]),
  );
  const [gate, state] = [rows[0].height, rows[3].height];
  near(state, 1.5 * gate);
  rows
    .slice(1)
    .forEach((row, place) => near(row.y, rows[place].y + rows[place].height + 2 * base.between));
  near(rows[0].y, base.rows[0].top + base.between);
  const last = base.rows.at(-1);
  near(rows.at(-1).y + rows.at(-1).height, last.top + last.slot - base.between);
  for (const row of rows) {
    assert.deepEqual(row.window, { from: 1, count: 1 });
    near(row.unitHeight, row.height / UNITS);
  }
});

test("on the way rows lie between where they were and where they go; other layers fold away", () => {
  const half = at(0.5);
  const own = half.rows.filter(({ layer }) => layer === 1);
  own.forEach((row, place) => {
    const [from, to] = [base.rows[6 + place], at(1).rows[place]];
    near(row.y, (from.y + to.y) / 2);
    near(row.height, (from.height + to.height) / 2);
    assert.deepEqual(row.window, { from: 0.5, count: 1.5 });
  });
  const others = half.rows.filter(({ layer }) => layer === 0);
  assert.equal(others.length, 6);
  others.forEach((row, place) => {
    assert.ok(row.folded);
    near(row.height, base.rows[place].height / 2);
    near(row.y, (base.rows[place].y + base.rows[0].top) / 2);
  });
  const below = zoomed(base, lookAt(0.5, { unit: { layer: 0, unit: 0 } }), UNITS).rows[6];
  const last = base.rows.at(-1);
  near(below.y, (base.rows[6].y + last.top + last.slot) / 2);
});

test("one cell: its column is the widest, in the middle of the window, and its neighbours beside it", () => {
  const cell = at(2);
  assert.equal(cell.pitch, Math.min(460, base.view * 0.6));
  assert.equal(cell.gap, Math.min(60, cell.pitch * 0.2));
  near(cell.left + 1.5 * cell.pitch + cell.gap / 2 - cell.scroll, base.view / 2);
  assert.equal(cell.content, STEPS * cell.pitch + 8);
  assert.equal(cell.wired, true);
  const phone = layOut(header, 360);
  near(zoomed(phone, lookAt(2), UNITS).pitch, phone.view * 0.9);
});

test("the depth goes slowly, fast and slowly again, half of the way in half of the time", () => {
  const look = lookAt(0);
  zoomTo(look, 2);
  const depths = [0, 105, 210, 315, 420].map((now) => {
    advanceZoom({ look, clock: { calm: false } }, now);
    return look.zoom.depth;
  });
  assert.deepEqual(depths, [0, 0.3125, 1, 1.6875, 2]);
});

test("half way in the column is on its way to the middle", () => {
  const [whole, half, cell] = [base, at(1.5), at(2)];
  near(half.pitch, Math.sqrt(whole.pitch * cell.pitch));
  const middle = ({ left, pitch, gap }) => left + 1.5 * pitch + gap / 2;
  near(middle(half) - half.scroll, (middle(whole) + base.view / 2) / 2);
});

test("a cell's drawing leaves room for its formula, only where the window is", () => {
  const cell = at(2);
  const look = lookAt(2);
  near(drawingWidth(cell, look, 1), cellWidth(cell) * (1 - FORMULA));
  near(drawingWidth(cell, look, 2), cellWidth(cell));
  near(drawingWidth(cell, { ...look, camera: 1.5 }, 1), cellWidth(cell) * (1 - FORMULA / 2));
  near(drawingMiddle(cell, look, 2), cellX(cell, 2) + cellWidth(cell) / 2);
  near(drawingWidth(at(1), lookAt(1), 1), cellWidth(base));
});

test("the liveliest unit is told of the top layer, by the state on the belt", () => {
  const block = STEPS * UNITS;
  const decoded = new Float32Array(2 * 6 * block);
  const row = (layer, place) => (layer * 6 + place) * block;
  decoded[row(0, 4)] = 9;
  decoded[row(1, 5)] = 9;
  decoded[row(1, 4) + UNITS * (STEPS - 1) + 1] = -2;
  assert.deepEqual(liveliest({ store: { header }, decoded }), { layer: 1, unit: 1 });
});

// ------------------------------------------------------------------ the forward sweep

/** What is drawn of what moves: boxes with their colours, and lines around boxes. */
function drawn(sweep, more = {}) {
  const boxes = [];
  const lines = [];
  const state = {};
  const context = new Proxy(state, {
    get: (_, name) => {
      if (name === "fillRect") return (...box) => boxes.push({ box, colour: state.fillStyle });
      if (name === "strokeRect") return (...box) => lines.push({ box, colour: state.strokeStyle });
      if (name === "roundRect") return (...box) => lines.push({ box, colour: state.strokeStyle });
      return () => {};
    },
    set: (_, name, value) => {
      state[name] = value;
      return true;
    },
  });
  const theme = paletteFor(header, makeTheme({ ink: "#000000", paper: "#ffffff", font: "" }));
  const layout = at(0);
  const look = lookAt(0, { unit: null, ...more.look });
  drawMotion(context, {
    data: {},
    look,
    layout,
    theme,
    clock: { calm: false, sweep, ...more.clock },
  });
  return { boxes, lines, layout, theme };
}

/** How much paper lies over a point, 0 to 1: the most of all boxes there. */
function veilAt({ boxes }, x, y) {
  const over = boxes.filter(
    ({ box: [left, top, width, height] }) =>
      x > left && x < left + width && y > top && y < top + height,
  );
  return Math.max(
    0,
    ...over.map(({ colour }) => Number(/255 255 255 \/ ([\d.]+)\)/.exec(colour)?.[1] ?? 0)),
  );
}

const middleOf = (row) => row.y + row.height / 2;

test("steps to come lie under a veil, steps that are done do not", () => {
  const seen = drawn({ phase: "forward", at: 1.5 });
  for (const row of seen.layout.rows) {
    const veil = (t) =>
      veilAt(seen, cellX(seen.layout, t) + cellWidth(seen.layout) / 2, middleOf(row));
    assert.equal(veil(0), 0);
    assert.equal(veil(2), 0.7);
    assert.equal(veilAt(seen, cellX(seen.layout, 2) - 2, middleOf(row)), 0.7);
  }
  assert.equal(veilAt(seen, cellX(seen.layout, 0) + 2, seen.layout.gradientY + 5), 0.7);
  assert.equal(veilAt(seen, cellX(seen.layout, 0) + 2, seen.layout.inputY + 5), 0);
});

test("within a step the rows come out from the top down, then what is predicted", () => {
  const column = (within) => {
    const seen = drawn({ phase: "forward", at: 1 + within });
    const x = cellX(seen.layout, 1) + cellWidth(seen.layout) / 2;
    const { predictionY, predictionHeight } = seen.layout;
    return [...seen.layout.rows.map(middleOf), predictionY + predictionHeight / 2].map((y) =>
      veilAt(seen, x, y),
    );
  };
  assert.deepEqual(new Set(column(0).slice(0, 12)), new Set([0.7]));
  assert.equal(column(0)[12], 1);
  const half = column(0.5).map((veil) => veil > 0);
  assert.deepEqual(half, [...half].sort());
  assert.ok(!half[0] && half[11]);
  assert.deepEqual(new Set(column(0.99)), new Set([0]));
  const calm = drawn({ phase: "forward", at: 1 }, { clock: { calm: true } });
  assert.equal(veilAt(calm, cellX(calm.layout, 1) + 5, middleOf(calm.layout.rows[11])), 0);
});

test("a row lights up as it is computed, and its light goes out", () => {
  const litAt = (within) => {
    const { lines, layout } = drawn({ phase: "forward", at: 1 + within });
    return layout.rows.flatMap((row, place) => {
      const box = [cellX(layout, 1) - 1, row.y - 1, cellWidth(layout) + 2, row.height + 2];
      const found = lines.find((each) => each.box.join() === box.join());
      const since = within - 0.15 - (0.65 * place) / layout.rows.length;
      if (found) near(Number(/([\d.]+)\)$/.exec(found.colour)[1]), 1 - since / 0.4);
      return found ? [place] : [];
    });
  };
  assert.deepEqual(litAt(0.1), []);
  assert.deepEqual(litAt(0.2), [0]);
  assert.deepEqual(litAt(0.6), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("the light runs along the belts, from a column's left to its right", () => {
  const seen = drawn({ phase: "forward", at: 1.25 });
  const { layout, theme } = seen;
  const belt = layout.rows.find((row) => row.belt);
  const head = cellX(layout, 1) - layout.gap + 0.4 * layout.pitch;
  const glow = seen.boxes
    .filter(({ box }) => box[1] === belt.y - 4 && box[3] === 2)
    .map(({ box, colour }) => [box, colour]);
  assert.equal(glow.length, 10);
  near(glow[0][0][0], head - 0.9 * layout.pitch);
  near(glow[9][0][0] + glow[9][0][2], head);
  assert.equal(glow[9][1], css(theme.colours.c, (0.85 * 9.5) / 10));
});

test("a frame stands around the step, lines around the unit, and a box around what is pointed at", () => {
  const row = at(0).rows[7];
  const look = { unit: { layer: 1, unit: 1 }, pointer: { t: 2, row, unit: 0 } };
  const { lines, layout } = drawn({ phase: "all", at: 0 }, { look });
  const has = (box) =>
    lines.some((each) => each.box.every((side, place) => Math.abs(side - box[place]) < 1e-6));
  assert.ok(
    has([cellX(layout, 2) - 1, unitY(row, 0) - 1, cellWidth(layout) + 2, row.unitHeight + 2]),
  );
  const left = cellX(layout, 0) - 1;
  const across = cellX(layout, STEPS - 1) + cellWidth(layout) + 1 - left;
  for (const each of layout.rows) {
    assert.equal(has([left, unitY(each, 1) - 1, across, each.unitHeight + 2]), each.layer === 1);
  }
  const frames = lines.filter(({ box }) => box.length === 5).map(({ box }) => box);
  assert.equal(frames.length, 2);
  for (const [x, , width] of frames) near(x + width / 2, cellX(layout, 1) + cellWidth(layout) / 2);
  near(frames[0][1] + frames[0][3], layout.wordsY - 2 - 0.75);
  near(frames[1][1], layout.gradientY - 4 + 0.75);
});
