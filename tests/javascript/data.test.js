/** Bytes become frames, frames a run, and values the numbers that are shown. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { UNKNOWN, number, unpack } from "../../rnnviz/ui/components/unrolled/data/packet.js";
import { merge, newest } from "../../rnnviz/ui/components/unrolled/data/store.js";
import {
  beyond,
  chosen,
  decades,
  decode,
  hit,
  normsOf,
  onAxis,
  scoreOf,
  signedScale,
  startOf,
  told,
  unitScale,
  valueAt,
  valveOf,
} from "../../rnnviz/ui/components/unrolled/data/values.js";
import { headerOf, packetOf } from "./made.js";

const H = [0.5, -0.25, 1, -1.5, 0, 0.125];

function storeOf(iterations, more) {
  return merge(null, unpack(packetOf(iterations, H, more)));
}

test("every part of a frame comes out as it went in", () => {
  const {
    header,
    frames: [frame],
  } = unpack(packetOf([7], H));
  assert.equal(frame.iteration, 7);
  assert.deepEqual([...frame.values], H);
  assert.deepEqual([...normsOf(frame, header, 0, 0, false)], [1e-50, 0.1, 1]);
  assert.deepEqual([...normsOf(frame, header, 0, 0, true)], [1e-60, 0.01, 1]);
  assert.deepEqual([...frame.rank], [1, 0, 0]);
  assert.deepEqual(frame.sequence.inputs, ["a", "b", "a"]);
});

test("each frame and each layer has its own numbers", () => {
  const two = (iteration) => Array.from({ length: 2 * H.length }, (_, place) => iteration + place);
  const { header, frames } = unpack(packetOf([3, 5], two, { layers: 2 }));
  assert.deepEqual(
    frames.map(({ values }) => [...values]),
    [two(3), two(5)],
  );
  assert.deepEqual([...normsOf(frames[1], header, 1, 0, false)], [1e-49, 1, 10]);
  assert.deepEqual([...normsOf(frames[1], header, 0, 0, true)], [1e-60, 0.01, 1]);
  assert.equal(startOf(header, 1, "h"), H.length);
});

test("outputs that are numbers stand where classes would", () => {
  const [frame] = unpack(packetOf([1], H, { classes: false })).frames;
  assert.deepEqual([...frame.outputs], [0, 1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8]);
  assert.deepEqual(
    [frame.top, frame.target, frame.topClass, frame.rank].map((each) => each.length),
    [0, 0, 0, 0],
  );
  assert.deepEqual([...frame.values], H);
  assert.equal(hit(frame, 1), null);
});

test("bytes that begin somewhere in a larger buffer are read too", () => {
  const bytes = packetOf([7], H);
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  assert.deepEqual([...unpack(larger.subarray(3)).frames[0].values], H);
});

test("numbers that JSON has no name for come as text", () => {
  assert.deepEqual(["inf", "-inf", "nan", 3].map(number), [Infinity, -Infinity, NaN, 3]);
});

test("a later frame of the run is kept behind those that are there", () => {
  const store = merge(storeOf([1, 2]), unpack(packetOf([5], H)));
  assert.deepEqual(
    store.frames.map(({ iteration }) => iteration),
    [1, 2, 5],
  );
  assert.equal(newest(store).iteration, 5);
});

test("frames of another run replace all that was there", () => {
  const store = merge(storeOf([1, 2]), unpack(packetOf([5], H, { run: "two" })));
  assert.deepEqual(
    store.frames.map(({ iteration }) => iteration),
    [5],
  );
});

test("the frames kept are bounded, and the first and the newest stay", () => {
  let store = storeOf([0]);
  for (let iteration = 1; iteration <= 300; iteration++) {
    store = merge(store, unpack(packetOf([iteration], H)));
  }
  assert.ok(store.frames.length <= 128);
  assert.equal(store.frames[0].iteration, 0);
  assert.equal(newest(store).iteration, 300);
});

/** A packet without bytes: frames told by iteration, and what else they hold. */
function packetWith(frames, run = "one") {
  const header = headerOf(
    frames.map(({ iteration }) => iteration),
    { run },
  );
  const whole = frames.map((each) => ({
    loss: 0.5,
    exact: true,
    values: new Float32Array(6),
    lookedAt: new Uint16Array(),
    weights: new Float32Array(),
    sent: new Float64Array(),
    ...each,
  }));
  return { header, frames: whole };
}

test("a frame goes between those before and after it; an exact one stands in for a rounded one", () => {
  const rounded = { iteration: 4, exact: false, values: new Uint8Array(6) };
  let store = merge(null, packetWith([{ iteration: 2 }, rounded, { iteration: 8 }]));
  store = merge(store, packetWith([{ iteration: 6 }]));
  assert.deepEqual(
    store.frames.map(({ iteration }) => iteration),
    [2, 4, 6, 8],
  );
  store = merge(store, packetWith([{ iteration: 1 }]));
  assert.equal(store.frames[0].iteration, 1);
  store = merge(store, packetWith([{ iteration: 4 }, { ...rounded, iteration: 8 }]));
  assert.deepEqual(
    store.frames.map(({ iteration, exact }) => [iteration, exact]),
    [
      [1, true],
      [2, true],
      [4, true],
      [6, true],
      [8, true],
    ],
  );
});

test("three frames replace what was there, two join it", () => {
  const store = merge(null, packetWith([{ iteration: 1 }]));
  const two = merge(store, packetWith([{ iteration: 2 }, { iteration: 3 }]));
  assert.equal(two.frames.length, 3);
  const three = merge(two, packetWith([{ iteration: 7 }, { iteration: 8 }, { iteration: 9 }]));
  assert.deepEqual(
    three.frames.map(({ iteration }) => iteration),
    [7, 8, 9],
  );
});

test("an iteration with another loss is of another run, and so is an earlier one without a name", () => {
  const two = () => merge(null, packetWith([{ iteration: 1 }, { iteration: 5 }]));
  assert.equal(merge(two(), packetWith([{ iteration: 5, loss: 0.4 }])).frames.length, 1);
  assert.equal(merge(two(), packetWith([{ iteration: 5, loss: 0.5 }])).frames.length, 2);
  assert.equal(merge(two(), packetWith([{ iteration: 3 }])).frames.length, 3);
  const unnamed = () => merge(null, packetWith([{ iteration: 1 }, { iteration: 5 }], ""));
  assert.equal(merge(unnamed(), packetWith([{ iteration: 3 }], "")).frames.length, 1);
  assert.equal(merge(unnamed(), packetWith([{ iteration: 6 }], "")).frames.length, 3);
});

test("frames are bounded in bytes too: every second goes, never the first or the newest", () => {
  const large = (iteration) => ({ iteration, values: new Float32Array(1_000_001) });
  let store = merge(null, packetWith([large(0)]));
  for (let iteration = 1; iteration <= 5; iteration++)
    store = merge(store, packetWith([large(iteration)]));
  assert.deepEqual(
    store.frames.map(({ iteration }) => iteration),
    [0, 2, 4, 5],
  );
});

test("quantised values decode to their levels, and 0 to what is no number", () => {
  const { header } = unpack(packetOf([1], H));
  const frame = { exact: false, peaks: [[2]], values: Uint8Array.of(1, 128, 255, 0, 192, 64) };
  const [least, zero, most, none] = decode(frame, header);
  assert.deepEqual([least, zero, most], [-2, 0, 2]);
  assert.ok(Number.isNaN(none));
});

test("a value stands at its step and unit", () => {
  const store = storeOf([1]);
  const data = { store, decoded: decode(newest(store), store.header) };
  assert.equal(startOf(store.header, 0, "h"), 0);
  assert.equal(valueAt(data, { layer: 0, letter: "h" }, 1, 1), -1.5);
});

test("a signed scale ends at the largest value, rounded up", () => {
  const store = storeOf([1]);
  assert.equal(signedScale(store, { letter: "h", layer: 0 }), 2);
  store.frames[0].peaks = [[0.013]];
  assert.equal(signedScale(store, { letter: "h", layer: 0 }), 0.02);
  assert.equal(signedScale(store, { letter: "c", layer: 0 }), 0);
});

test("on a logarithmic axis a decade is a decade, and zero is at its foot", () => {
  const axis = { low: -4, high: 0 };
  assert.deepEqual(
    [1, 0.01, 0, 100].map((norm) => onAxis(axis, norm)),
    [1, 0.5, 0, 1],
  );
  assert.deepEqual(
    [1e-5, 1, 10, 0].map((norm) => beyond(axis, norm)),
    [-1, 0, 1, 0],
  );
});

test("a fitted axis spans the norms, four decades at least and twelve at most", () => {
  const spans = (...norms) => {
    const { low, high } = decades([{ norms: Float64Array.from(norms) }], null);
    return [low, high + 0];
  };
  assert.deepEqual(spans(50, 20), [-2, 2]);
  assert.deepEqual(spans(1, 1e-6), [-6, 0]);
  assert.deepEqual(spans(1, 1e-40, 0, NaN), [-12, 0]);
});

test("an axis that is there stays while it fits, and gives way where it is too long or too short", () => {
  const frames = [{ norms: Float64Array.of(0.5, 1e-5) }];
  const kept = (...present) => {
    const { low, high } = decades(frames, { low: present[0], high: present[1] });
    return { low, high: high + 0 };
  };
  assert.deepEqual(kept(-5, 0), { low: -5, high: 0 });
  assert.deepEqual(kept(-7, 1), { low: -7, high: 1 });
  for (const [low, high] of [
    [-8, 0],
    [-5, 2],
    [-4, 0],
    [-5, -1],
  ]) {
    assert.deepEqual(kept(low, high), { low: -5, high: 0 });
  }
  assert.deepEqual(decades([{ norms: Float64Array.of(0, NaN) }], { low: -3, high: 3 }), {
    low: -3,
    high: 3,
  });
});

test("the scale of one unit is its own largest value, or that of the same row beside it", () => {
  const scene = (values, exact = true) => ({
    data: {
      store: {
        header: headerOf([1]),
        frames: [{ values, exact, peaks: [[4]] }],
      },
    },
    look: { unit: { layer: 0, unit: 1 } },
    layout: { base: { rows: [{ letter: "h" }] } },
    scales: { ofUnit: {} },
    peers: [],
  });
  const row = { layer: 0, letter: "h" };
  const own = scene(Float32Array.of(9, -0.3, 9, 0.1, 9, Infinity));
  assert.equal(unitScale(own, row), 0.5);
  const rounded = scene(Uint8Array.of(1, 128, 1, 0, 1, 255 - 63), false);
  assert.equal(unitScale(rounded, row), 3);
  assert.equal(unitScale({ ...own, peers: [rounded] }, row), 3);
  const elsewhere = { ...rounded, look: { unit: { layer: 1, unit: 0 } } };
  assert.equal(unitScale({ ...own, peers: [elsewhere] }, row), 0.5);
  const without = { ...rounded, layout: { base: { rows: [{ letter: "c" }] } } };
  assert.equal(unitScale({ ...own, peers: [without] }, row), 0.5);
  assert.equal(unitScale(scene(new Float32Array(6)), row), 1);
});

test("who asks for the unit that is looked at where none is, is told so", () => {
  assert.throws(() => chosen({ unit: null }), /no unit is looked at/);
});

test("means of units have no valve: a product of means is no mean of products", () => {
  const diagram = { valve: "f" };
  assert.equal(valveOf({ diagram, group: 1 }), "f");
  assert.equal(valveOf({ diagram, group: 2 }), null);
});

test("quantities of a layer follow each other", () => {
  const { header } = storeOf([1]);
  header.quantities.push({ ...header.quantities[0], letter: "c" });
  assert.deepEqual(
    [0, 1].map((layer) => startOf(header, layer, "c")),
    [6, 18],
  );
  assert.equal(startOf(header, 1, "h"), 12);
});

test("only steps that are counted can be right, and an unknown rank is neither", () => {
  const [frame] = storeOf([1]).frames;
  assert.deepEqual(
    [0, 1, 2].map((t) => hit(frame, t)),
    [null, true, true],
  );
  assert.deepEqual(scoreOf(frame), { right: 2, counted: 2 });
  frame.rank[1] = UNKNOWN;
  assert.equal(hit(frame, 1), null);
});

test("the classes told at a step include the target", () => {
  const store = storeOf([1]);
  const classes = told({ store, frame: store.frames[0] }, 0);
  assert.deepEqual(
    classes.map(({ number: each, share, target }) => [each, share, target]),
    [
      [0, 0.75, false],
      [1, 0.25, true],
    ],
  );
});
