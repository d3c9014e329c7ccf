/** Where rows and columns lie: nothing overlaps, and all that is asked for is in sight. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readsBackward, topOf } from "../../rnnviz/ui/components/unrolled/data/values.js";
import {
  HEIGHT,
  NARROW,
  cellWidth,
  cellX,
  layOut,
  magnification,
  predictionBox,
  printBox,
  unitY,
  visibleSteps,
} from "../../rnnviz/ui/components/unrolled/scene/layout.js";
import { headerOf, lstmOf } from "./made.js";

const foot = ({ top, slot }) => top + slot;
const near = (one, other) => Math.abs(one - other) < 1e-9;

/** Layouts of networks of all kinds, in wide, narrow and low windows. */
const ALL = [
  headerOf([1]),
  lstmOf(1),
  lstmOf(3),
  lstmOf(2, { units: 100 }),
  lstmOf(1, { steps: 80 }),
]
  .flatMap((header) => [360, 500, 800, 1400].map((width) => ({ header, width })))
  .flatMap((each) => [Infinity, 560].map((room) => ({ ...each, room })))
  .map(({ header, width, room }) => ({ header, room, layout: layOut(header, width, room) }));

test("rows stand below each other, each in the middle of its slot, the belt with more room", () => {
  for (const { layout } of ALL) {
    layout.rows.forEach((row, place) => {
      assert.ok(row.y >= row.top && row.y + row.height <= foot(row));
      const [above, below] = [row.y - row.top, foot(row) - row.y - row.height];
      assert.ok(below - above === 0 || below - above === 1);
      const next = layout.rows[place + 1];
      if (!next) return;
      const heading = next.layer !== row.layer && !next.closed ? HEIGHT.layer : 0;
      assert.equal(next.top, foot(row) + layout.between + heading);
    });
    const open = layout.rows.filter((row) => !row.closed);
    const others = open.filter(({ belt }) => !belt);
    for (const row of open.filter(({ belt }) => belt && others.length)) {
      assert.equal(row.slot, others[0].slot + 8);
    }
  }
});

test("a row has a line of whole pixels for each unit, or for a group of them", () => {
  for (const { header, layout } of ALL) {
    for (const row of layout.rows) {
      const lines = Math.ceil(header.units / row.group);
      assert.deepEqual(row.window, { from: 0, count: lines });
      assert.equal(row.height, lines * row.unitHeight);
      assert.ok(Number.isInteger(row.unitHeight) && row.unitHeight >= 1 && row.unitHeight <= 14);
      assert.equal(unitY(row, header.units - 1), row.y + row.height - row.unitHeight);
    }
  }
  const [few, many] = [layOut(lstmOf(1), 800), layOut(lstmOf(1, { units: 100 }), 800)];
  assert.equal(few.rows[0].group, 1);
  assert.ok(many.rows[0].group > 1);
});

test("inputs, rows, prediction, words and gradient follow each other", () => {
  for (const { layout } of ALL) {
    const last = layout.rows.at(-1);
    assert.equal(layout.inputY, HEIGHT.axis);
    assert.ok(layout.rowsY >= layout.inputY + layout.inputHeight + layout.between);
    assert.equal(layout.rowsY, layout.rows[0].top);
    assert.equal(layout.predictionY, foot(last) + layout.between + 5);
    assert.equal(layout.wordsY, layout.predictionY + layout.predictionHeight + 7);
    assert.equal(layout.gradientY, layout.wordsY + HEIGHT.words * layout.wordLines + 5);
    assert.equal(layout.height, layout.gradientY + layout.gradientHeight + HEIGHT.zero + 4);
    assert.equal(layout.wordLines, layout.view < 520 ? 2 : 1);
  }
});

test("columns fill the picture, or scroll where they would be too narrow", () => {
  for (const { header, layout } of ALL) {
    assert.equal(layout.narrow, layout.width < NARROW);
    assert.equal(layout.labels + layout.view, layout.width);
    assert.equal(layout.content, header.steps * layout.pitch + 8);
    assert.equal(layout.scrolls, layout.content > layout.view + 1);
    assert.ok(layout.scrolls ? layout.pitch === 12 : layout.left + layout.content <= layout.width);
    assert.equal(layout.upright, layout.pitch < 40);
    assert.equal(layout.wired, layout.pitch >= 34);
    assert.equal(cellX(layout, 3) + cellWidth(layout), layout.left + 4 * layout.pitch);
  }
  assert.equal(layOut(headerOf([1]), 5000).pitch, 320);
});

test("a text stands on the middle of its column's cell, and stays within the column", () => {
  for (const { layout } of ALL) {
    const { x, width } = printBox(layout, 2);
    assert.ok(near(x + width / 2, cellX(layout, 2) + cellWidth(layout) / 2));
    assert.ok(width <= layout.pitch - 3 && width <= cellWidth(layout) + 14);
    const [first, second] = [predictionBox(layout, 2, 0), predictionBox(layout, 2, 1)];
    assert.equal(first.x, x);
    assert.equal(first.y, layout.predictionY + 19);
    assert.ok(second.y >= first.y + first.height);
  }
});

test("all steps that the window meets are told, and no more than one on either side", () => {
  const layout = layOut(headerOf([1], { steps: 200 }), 500);
  for (let scroll = 0; scroll <= layout.content - layout.view; scroll += 7) {
    const meets = (t) =>
      layout.left + (t + 1) * layout.pitch > scroll &&
      layout.left + t * layout.pitch < scroll + layout.view;
    const within = Array.from({ length: 200 }, (_, t) => t).filter(meets);
    const { first, last } = visibleSteps(layout, scroll);
    assert.equal(first, within[0]);
    assert.ok(last === within.at(-1) || last === within.at(-1) + 1);
  }
});

test("a low window has all of it, with what stands below where not all steps are in sight", () => {
  const whole = ({ height, scrolls }) =>
    height + (scrolls ? HEIGHT.scrollbar + HEIGHT.overview : 0);
  for (const header of [lstmOf(1), lstmOf(1, { steps: 90 })]) {
    const free = layOut(header, 900);
    const least = layOut(header, 900, 0);
    assert.ok(least.height < free.height);
    for (let room = Math.ceil(whole(least)); room < whole(free); room += 5) {
      assert.ok(whole(layOut(header, 900, room)) <= room);
    }
    const grown = layOut(header, 900, 2000, { grows: true });
    assert.ok(grown.height > free.height);
    assert.equal(layOut(header, 900, 2000).height, free.height);
  }
});

test("where not all layers have room one stays open, the others show their memory alone", () => {
  const header = lstmOf(4);
  assert.equal(layOut(header, 900).open, null);
  const low = layOut(header, 900, 600, { open: 1 });
  assert.equal(low.open, 1);
  const closed = low.rows.filter((row) => row.closed);
  assert.deepEqual(
    closed.map(({ layer, letter, slot }) => [layer, letter, slot]),
    [
      [0, "c", 26],
      [2, "c", 26],
      [3, "c", 26],
    ],
  );
  assert.equal(low.rows.filter(({ layer }) => layer === 1).length, 6);
  assert.equal(layOut(header, 900, 600).open, 3);
});

test("rows that two pictures have in common are as high and stand at the same place", () => {
  const [small, large] = [headerOf([1]), lstmOf(1)];
  const one = layOut(small, 700, Infinity, { beside: [large] });
  const other = layOut(large, 700, Infinity, { beside: [small] });
  assert.equal(foot(one.rows.at(-1)), foot(other.rows.at(-1)));
  assert.equal(one.rows.at(-1).height, other.rows.at(-1).height);
  assert.equal(one.predictionY, other.predictionY);
  assert.equal(one.wordLines, 0);
  assert.ok(one.rowsY > layOut(small, 700).rowsY);
});

test("a picture is magnified as far as all of it stays in sight, and no further", () => {
  const header = lstmOf(1);
  const wanted = { least: 700, giving: 0 };
  const space = (factor) => ({ width: 1800 / factor, room: 1100 / factor });
  const factor = magnification(header, space, wanted);
  const fits = (each) =>
    space(each).width >= 700 && layOut(header, space(each).width).height <= space(each).room;
  assert.ok(factor > 1 && fits(factor) && !fits(factor + 0.1));
  assert.equal(
    magnification(header, () => ({ width: 600, room: 5000 }), wanted),
    1,
  );
  assert.equal(
    magnification(header, () => ({ width: 900, room: 50 }), wanted),
    1,
  );
  assert.equal(
    magnification(header, () => ({ width: 900, room: 5000 }), wanted),
    3,
  );
  assert.ok(magnification(header, space, { least: 700, giving: 1 }) > factor);
});

test("in a small frame rows are as low as their names, if all is in sight then", () => {
  const room = 400;
  for (const layers of [1, 2, 3]) {
    const header = lstmOf(layers, { units: 16, steps: 20 });
    const layout = layOut(header, 776, room);
    assert.ok(layout.height <= room);
    assert.ok(layout.rows.every(({ slot }) => slot >= 14));
  }
  const [low, lower] = [350, 300].map((each) => layOut(lstmOf(4, { units: 16 }), 776, each));
  assert.deepEqual(low, lower);
  assert.ok(low.rows.every(({ slot }) => slot >= 18));
});

test("what a network does not have takes no room: outputs, and gradients without a loss", () => {
  const whole = layOut(headerOf([1]), 800, Infinity);
  const silent = layOut(headerOf([1], { outputs: 0, classes: false }), 800, Infinity);
  const lossless = layOut(headerOf([1], { has_gradients: false }), 800, Infinity);
  assert.equal(silent.predictionHeight, 0);
  assert.equal(whole.height - silent.height, whole.predictionHeight);
  assert.equal(lossless.gradientHeight, 0);
  assert.equal(lossless.height, lossless.gradientY);
});

test("of two directions the forward one of the top layer is open, and a backward one counts from the end", () => {
  const header = lstmOf(4, { directions: 2 });
  assert.equal(topOf(header), 2);
  assert.deepEqual(
    [0, 1, 2, 3].map((layer) => readsBackward(header, layer)),
    [false, true, false, true],
  );
  assert.equal(topOf(lstmOf(3)), 2);
  assert.equal(readsBackward(lstmOf(3), 1), false);
  assert.equal(layOut(header, 900, 400).open, 2);
});
