/** Where rows and columns lie, how one gets from all units to one cell, and which colours are read. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { merge } from "../../rnnviz/ui/components/unrolled/data/store.js";
import { unpack } from "../../rnnviz/ui/components/unrolled/data/packet.js";
import {
  cellWidth,
  cellX,
  gradientFoot,
  gradientY,
  layOut,
  unitY,
  visibleSteps,
} from "../../rnnviz/ui/components/unrolled/scene/layout.js";
import {
  contrast,
  makeTheme,
  mix,
  paletteFor,
  readable,
} from "../../rnnviz/ui/components/unrolled/scene/theme.js";
import {
  advanceZoom,
  liveliest,
  zoomTo,
  zoomed,
} from "../../rnnviz/ui/components/unrolled/scene/zoom.js";
import { drawMotion } from "../../rnnviz/ui/components/unrolled/draw/sweep.js";
import { stepOf } from "../../rnnviz/ui/components/unrolled/scene/scene.js";
import { STEPS, UNITS, headerOf, packetOf } from "./made.js";

const H = [0.5, -0.25, 1, -1.5, 0, 0.125];

function sceneOf(width = 800) {
  const store = merge(null, unpack(packetOf([1], H)));
  const base = layOut(store.header, width);
  return {
    data: { store, decoded: Float32Array.from(H) },
    layout: { ...base, base, toUnit: 0, toCell: 0, scroll: 0 },
    look: {
      step: 0,
      camera: 0,
      columnScroll: 0,
      pointer: null,
      unit: { layer: 0, unit: 1 },
      zoom: { level: 0, depth: 0, from: 0, since: null },
    },
    clock: { calm: false, sweep: { phase: "all", at: 0 } },
  };
}

test("columns follow each other within the picture, and a phone's are narrower", () => {
  const wide = layOut(headerOf([1]), 800);
  assert.equal(cellX(wide, 1) - cellX(wide, 0), wide.pitch);
  assert.ok(cellX(wide, STEPS - 1) + cellWidth(wide) <= wide.view);
  assert.equal(wide.narrow, false);
  const phone = layOut(headerOf([1]), 360);
  assert.equal(phone.narrow, true);
  assert.ok(phone.pitch < wide.pitch);
});

test("the parts stand below each other", () => {
  const layout = layOut(headerOf([1]), 800);
  const [row] = layout.rows;
  const tops = [
    layout.axisY,
    layout.inputY,
    row.y,
    layout.predictionY,
    layout.wordsY,
    layout.gradientY,
  ];
  assert.deepEqual(
    tops,
    [...tops].sort((one, other) => one - other),
  );
  assert.equal(unitY(row, 1) - unitY(row, 0), row.unitHeight);
  assert.ok(layout.height > gradientFoot(layout));
});

test("in a low window rows give way", () => {
  const free = layOut(headerOf([1]), 800);
  assert.ok(layOut(headerOf([1]), 800, free.height - 30).height <= free.height - 30);
});

test("a gradient of a decade more stands a decade higher", () => {
  const layout = layOut(headerOf([1]), 800);
  const y = (norm) => gradientY(layout, { low: -4, high: 0 }, norm);
  assert.ok(Math.abs(y(1e-3) - y(1e-2) - layout.gradientHeight / 4) < 1e-9);
});

test("where not all steps are in sight those that are follow the scrolled window", () => {
  const layout = layOut(headerOf([1], { steps: 200 }), 500);
  assert.equal(layout.scrolls, true);
  assert.equal(visibleSteps(layout, 0).first, 0);
  assert.equal(visibleSteps(layout, layout.content - layout.view).last, 199);
});

test("the zoom moves without a jump and ends where it is wanted; calm, it is there at once", () => {
  const scene = sceneOf();
  zoomTo(scene.look, 2);
  const depths = [0, 100, 200, 300, 600].map((now) => {
    advanceZoom(scene, now);
    return scene.look.zoom.depth;
  });
  assert.deepEqual(
    depths,
    [...depths].sort((one, other) => one - other),
  );
  assert.equal(depths.at(-1), 2);
  assert.equal(advanceZoom(scene, 700), false);
  const calm = sceneOf();
  calm.clock.calm = true;
  zoomTo(calm.look, 1);
  advanceZoom(calm, 0);
  assert.equal(calm.look.zoom.depth, 1);
});

test("zoomed in, one unit fills its row, and one cell most of the picture", () => {
  const { layout, look } = sceneOf();
  const now = () => zoomed(layout.base, look, UNITS);
  const all = now().rows[0].window;
  look.zoom.depth = 1;
  assert.deepEqual(all, { from: 0, count: 2 });
  assert.deepEqual(now().rows[0].window, { from: 1, count: 1 });
  look.zoom.depth = 2;
  assert.ok(now().pitch > layout.base.pitch);
});

test("the liveliest unit is the one with the widest range", () => {
  assert.deepEqual(liveliest(sceneOf().data), { layer: 0, unit: 1 });
});

test("the sweep is at the step being computed, or reached on the way back", () => {
  assert.equal(stepOf({ phase: "forward", at: 1.5 }, STEPS), 1);
  assert.equal(stepOf({ phase: "forward", at: 3 }, STEPS), 2);
  assert.equal(stepOf({ phase: "backward", at: 1.5 }, STEPS), 1);
  assert.equal(stepOf({ phase: "backward", at: 0 }, STEPS), 0);
});

test("forward, what has not been computed yet lies under a veil", () => {
  const scene = sceneOf();
  const boxes = [];
  const context = new Proxy(
    {},
    {
      get: (_, name) => (name === "fillRect" ? (...box) => boxes.push(box) : () => {}),
      set: () => true,
    },
  );
  const theme = paletteFor(
    scene.data.store.header,
    makeTheme({ ink: "#000000", paper: "#ffffff", font: "" }),
  );
  drawMotion(context, { ...scene, theme });
  assert.equal(boxes.length, 0);
  scene.clock.sweep = { phase: "forward", at: 0.5 };
  drawMotion(context, { ...scene, theme });
  assert.ok(boxes.length > 0);
});

test("colours mix by channel, and a text is moved until it can be read", () => {
  const theme = makeTheme({ ink: "#000000", paper: "#ffffff", font: "" });
  assert.deepEqual(mix([0, 0, 0], [255, 100, 0], 0.5), [128, 50, 0]);
  assert.equal(theme.dark, false);
  assert.ok(Math.abs(contrast([0, 0, 0], [255, 255, 255]) - 21) < 1e-9);
  assert.ok(contrast(readable([240, 228, 66], theme), theme.paper) >= 4.5);
});
