/** Attention: its pairs from the bytes, where its wires run, and what is told of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  mostLookedAt,
  opensAt,
  pairsBefore,
  pairsOf,
  senderOf,
} from "../../rnnviz/ui/components/unrolled/data/attention.js";
import { merge } from "../../rnnviz/ui/components/unrolled/data/store.js";
import { unpack } from "../../rnnviz/ui/components/unrolled/data/packet.js";
import { labelsOf } from "../../rnnviz/ui/components/unrolled/draw/labels.js";
import { drawMotion } from "../../rnnviz/ui/components/unrolled/draw/sweep.js";
import { layOut } from "../../rnnviz/ui/components/unrolled/scene/layout.js";
import { makeTheme, paletteFor } from "../../rnnviz/ui/components/unrolled/scene/theme.js";
import {
  outlineOf,
  pointOn,
  wireAt,
  wiresByGradient,
  wiresByWeight,
  wiresShown,
} from "../../rnnviz/ui/components/unrolled/scene/wiring.js";
import { drawingMiddle } from "../../rnnviz/ui/components/unrolled/scene/zoom.js";
import {
  attentionLines,
  explainAttention,
  looksAtLine,
  sumOf,
  wireLines,
} from "../../rnnviz/ui/components/unrolled/text/attention.js";
import { gradientWords } from "../../rnnviz/ui/components/unrolled/text/gradient.js";
import { PAIRS, headerOf, lstmOf, packetOf } from "./made.js";

const H = [0.5, -0.25, 1, -1.5, 0, 0.125];
const ATTENTION = { kept: 3, low: -60, high: 2 };

function sceneOf(width = 800, more = {}) {
  const store = merge(null, unpack(packetOf([1], H, { attention: ATTENTION, ...more })));
  const base = layOut(store.header, width);
  const theme = makeTheme({ ink: "#31333f", paper: "#ffffff", font: "sans" });
  return {
    data: { store, frame: store.frames[0], decoded: Float32Array.from(H), shown: H },
    layout: { ...base, base, toUnit: 0, toCell: 0, scroll: 0 },
    look: { step: 2, camera: 2, ofLast: false, pointer: null, unit: null, zoom: { level: 0 } },
    theme: paletteFor(store.header, theme),
    scales: { range: { low: -7, high: 1 } },
    clock: { calm: true, sweep: { phase: "all", at: 0 } },
  };
}

test("without motion a picture opens at the last scored step, and without attention at the first", () => {
  const { store, frame } = sceneOf().data;
  const scored = { ...frame, sequence: { ...frame.sequence, scored: [false, true, false] } };
  assert.equal(opensAt({ store, frame: scored }), 1);
  const none = { ...frame, sequence: { ...frame.sequence, scored: [false, false, false] } };
  assert.equal(opensAt({ store, frame: none }), 0);
  const without = { ...store, header: { ...store.header, attention: null } };
  assert.equal(opensAt({ store: without, frame: scored }), 0);
});

test("pairs come step by step, each with what it looks at", () => {
  const { data } = sceneOf();
  assert.deepEqual(pairsOf(data, 0), [{ step: 0, weight: 1, sent: 1 }]);
  assert.deepEqual(
    pairsOf(data, 2).map(({ step, weight, sent }) => [step, weight, sent]),
    [3, 4, 5].map((place) => [place - 3, PAIRS.weights[place], PAIRS.sent[place]]),
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((t) => pairsBefore(24, t)),
    [0, 1, 3, 6],
  );
  assert.equal(pairsBefore(24, 100), (24 * 25) / 2 + 76 * 24);
});

test("a long sequence tells which steps its pairs are with, a quantised one the nearest level", () => {
  const header = { attention: { kept: 2, low: -10, high: 0 }, steps: 4 };
  const frame = {
    exact: false,
    lookedAt: Uint16Array.of(0, 0, 1, 0, 2, 1, 3),
    weights: Uint8Array.of(255, 1, 255, 0, 128, 1, 255),
    sent: Uint8Array.of(0, 1, 2, 255, 2, 2, 2),
  };
  const found = [1, 2, 3].flatMap((t) => pairsOf({ store: { header }, frame }, t));
  assert.deepEqual(
    found.map(({ step }) => step),
    [0, 1, 0, 2, 1, 3],
  );
  assert.deepEqual(
    found.map(({ weight }) => weight),
    [0, 1, NaN, 0.5, 0, 1],
  );
  assert.deepEqual(found.map(({ sent }) => sent).slice(0, 3), [0, 1e-10, 1]);
});

test("a network without attention has no pairs, no lane and no wires", () => {
  const scene = sceneOf(800, { attention: null });
  assert.deepEqual(pairsOf(scene.data, 2), []);
  assert.equal(scene.layout.attentionHeight, 0);
  assert.deepEqual(wiresShown(scene), []);
  const [with_, without] = [
    layOut(lstmOf(1, { attention: ATTENTION }), 800),
    layOut(lstmOf(1), 800),
  ];
  assert.ok(with_.predictionY > without.predictionY + 30);
  const beside = layOut(lstmOf(1), 800, Infinity, {
    beside: [lstmOf(1, { attention: ATTENTION })],
  });
  assert.equal(beside.predictionY, with_.predictionY);
});

test("wires lie in a lane of their own between the last row and the prediction", () => {
  for (const header of [headerOf([1]), lstmOf(4)]) {
    for (const [width, room] of [
      [360, 720],
      [900, 500],
      [1200, Infinity],
    ]) {
      const layout = layOut({ ...header, attention: ATTENTION }, width, room);
      const last = layout.rows.at(-1);
      assert.ok(layout.attentionY > last.y + last.height + (last.belt ? 4 : 0));
      assert.ok(layout.attentionHeight >= 30);
      assert.ok(layout.attentionY + layout.attentionHeight + 6 < layout.predictionY);
    }
  }
});

test("a wire is as wide as its weight, and all of a step end side by side", () => {
  const scene = sceneOf();
  const wires = wiresByWeight(scene, 2);
  const whole = wires.reduce((sum, { width }) => sum + width, 0);
  wires.forEach(({ pair, width, from }) => {
    assert.ok(Math.abs(width / whole - pair.weight) < 1e-6);
    assert.equal(from, drawingMiddle(scene.layout, scene.look, pair.step));
  });
  for (const [one, next] of [
    [wires[0], wires[1]],
    [wires[1], wires[2]],
  ]) {
    const ends = [one.to + one.width / 2, next.to - next.width / 2];
    assert.ok(Math.abs(ends[0] - ends[1]) < 1e-9);
    for (let share = 0; share < 1; share += 0.05)
      assert.ok(pointOn(one, share).x < pointOn(next, share).x);
  }
});

test("a wire keeps its width across its way, and stays within its lane at both ends", () => {
  const [wire] = wiresByWeight(sceneOf(), 2);
  const points = outlineOf(wire, 0, 1);
  const half = points.length / 2;
  for (let place = 0; place < half; place++) {
    const [one, other] = [points[place], points[points.length - 1 - place]];
    assert.ok(Math.abs(Math.hypot(one[0] - other[0], one[1] - other[1]) - wire.width) < 1e-9);
  }
  assert.equal(points[0][1], wire.top);
  assert.equal(points[half - 1][1], wire.top + wire.height);
});

test("in the backward sweep a wire is as wide as the gradient, and none where that is 0", () => {
  const scene = sceneOf();
  const steps = (t) => wiresByGradient(scene, t).map(({ pair }) => pair.step);
  assert.deepEqual(steps(1), [1]);
  assert.deepEqual(steps(2), [0, 1, 2]);
  const [some, tiny, most] = wiresByGradient(scene, 2);
  assert.equal(most.width, 9);
  assert.equal(some.width, 4.5);
  assert.equal(tiny.width, 0.6);
});

test("the last step's share runs from the last scored step alone, the whole loss from each", () => {
  const scene = sceneOf();
  scene.clock.sweep.phase = "backward";
  scene.look.step = 1;
  assert.equal(wiresShown(scene).length, 1);
  scene.look.ofLast = true;
  assert.equal(senderOf(scene.data, scene.look), 2);
  assert.equal(wiresShown(scene).length, 3);
});

test("the wire nearest to the pointer is found, and none far from all", () => {
  const wires = wiresByWeight(sceneOf(), 2);
  for (const wire of wires) {
    const { x, y } = pointOn(wire, 0.3);
    assert.equal(wireAt(wires, x + 1, y), wire);
  }
  assert.equal(wireAt(wires, wires[0].from - 60, wires[0].top + 2), null);
});

test("a step tells what it looks at most, a wire its weight and its gradient", () => {
  const { data } = sceneOf();
  assert.deepEqual(
    mostLookedAt(data, 2, 2).largest.map(({ step }) => step),
    [0, 2],
  );
  assert.deepEqual(attentionLines(data, 2).filter(Boolean), [
    "attention at time step 2 looks at",
    "step 0: 50 %",
    "step 2: 38 %",
    "step 1: 12 %",
  ]);
  assert.equal(looksAtLine(data, 1), "looks at step 1 (75 %), step 0 (25 %)");
  assert.deepEqual(wireLines(data, 2, 0, false).filter(Boolean), [
    "step 2 looks at step 0",
    "0.5",
    "its weight in the sum that the output reads besides h",
    "gradient sent back along it: 0.001",
  ]);
  assert.equal(wireLines(data, 2, 0, true)[1], "0.001");
  data.frame.exact = false;
  data.frame.weights = Uint8Array.of(255, 1, 255, 64, 64, 128);
  data.frame.sent = new Uint8Array(6).fill(100);
  assert.ok(wireLines(data, 2, 0, false)[1].startsWith("≈ "));
  assert.ok(wireLines(data, 2, 0, false).some((line) => line.includes("254 levels")));
});

test("weights that are no numbers are told so, and hatched", () => {
  const scene = sceneOf();
  scene.data.frame.weights.fill(NaN);
  assert.deepEqual(attentionLines(scene.data, 1).slice(1, 2), ["its weights are not numbers"]);
  assert.equal(looksAtLine(scene.data, 1), "");
  assert.deepEqual(wiresShown(scene), []);
});

test("the sum that the output reads is the weighted sum of the unit's hidden states", () => {
  const { data } = sceneOf();
  const { symbols, numbers, note } = sumOf(data, 2, { layer: 0, unit: 1 });
  const sum = 0.5 * -0.25 + 0.125 * -1.5 + 0.375 * 0.125;
  assert.equal(symbols, "m₂ = Σ a₂ₛ hₛ");
  assert.equal(Number(numbers.split(" = ")[1].replace("−", "-")), sum);
  assert.ok(numbers.startsWith("0.500 × −0.250 + 0.375 × 0.125 + …"));
  assert.equal(note, "y₂ reads h₂ and m₂");
  data.store.header.layers = 2;
  assert.match(sumOf(data, 2, { layer: 0, unit: 1 }).numbers, /with h of layer 2/);
});

test("the row explains what its wires are in either sweep, and how many there are", () => {
  const header = headerOf([1], { attention: ATTENTION, layers: 2 });
  assert.match(explainAttention(header, "forward", ""), /hidden state of the top layer/);
  assert.match(explainAttention(header, "backward", "from 1 to 10"), /from 1 to 10/);
  assert.doesNotMatch(explainAttention(header, "all", ""), /largest/);
  const long = headerOf([1], { attention: { ...ATTENTION, kept: 24 }, steps: 100 });
  assert.match(explainAttention(long, "all", ""), /Only the 24 largest/);
  const answering = headerOf([1], { attention: { ...ATTENTION, answers: 8 } });
  assert.match(
    explainAttention(answering, "all", ""),
    /from 8 on answer, and look at those before 8/,
  );
});

test("the sentence on the gradient tells both ways back, and no factor per step", () => {
  const scene = sceneOf();
  scene.look.ofLast = true;
  const words = gradientWords(scene);
  assert.match(words, /: 1 at step 2, 1e−60 at step 0; it comes over the recurrence and over att/);
  assert.doesNotMatch(
    gradientWords({ ...scene, ...sceneOf(800, { attention: null }) }),
    /attention/,
  );
});

/** A context that counts how often each path was filled or stroked. */
function counting() {
  const calls = {};
  const note = (name) => () => {
    calls[name] = (calls[name] ?? 0) + 1;
  };
  const names = ["save", "restore", "beginPath", "moveTo", "lineTo", "rect", "clip", "fill", "arc"];
  const more = ["stroke", "fillRect", "strokeRect", "roundRect", "fillText"];
  const context = Object.fromEntries([...names, ...more].map((name) => [name, note(name)]));
  return { context, calls };
}

test("only the wires of one step are drawn, each with one path, in any sweep", () => {
  for (const phase of ["all", "forward", "backward"]) {
    const [with_, without] = [ATTENTION, null].map((attention) => {
      const scene = sceneOf(800, { attention });
      scene.clock.sweep = { phase, at: 3 };
      const { context, calls } = counting();
      drawMotion(context, scene);
      return calls.fill ?? 0;
    });
    // Three wires and one arrow at their common end, or one at each.
    assert.equal(with_ - without, phase === "backward" ? 6 : 4);
  }
});

test("in the backward sweep the name of a low row says of its band in one line what it is", () => {
  const gradients = ["d_c", "d_h"].map((letter) => ({ ...headerOf([1]).gradients[0], letter }));
  const header = lstmOf(1, { attention: ATTENTION, gradients });
  const { theme } = sceneOf();
  /** @param {number} slot */
  const toldOf = (slot) => {
    const base = layOut(header, 640);
    const rows = base.rows.map((row) => ({ ...row, slot }));
    const { labels } = labelsOf({
      data: { store: { header } },
      layout: { ...base, base, rows, toUnit: 0, toCell: 0 },
      look: { step: 2, ofLast: true, fitted: false, unit: null, zoom: { level: 0 } },
      theme: paletteFor(header, theme),
      scales: { range: { low: -7, high: 1 }, rows: new Proxy({}, { get: () => 1 }) },
      clock: { sweep: { phase: "backward", at: 2 } },
    });
    const { scale, notes } = labels[labels.length - 4];
    return [scale !== null, ...notes];
  };
  assert.deepEqual(toldOf(42), [true, "band: its gradient dL/dh"]);
  assert.deepEqual(toldOf(36), [false, "band: dL/dh, 10⁻⁷ to 10"]);
  assert.deepEqual(toldOf(20), [false, "band: dL/dh"]);
});
