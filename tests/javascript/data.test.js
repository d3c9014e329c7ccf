/** Bytes become frames, frames a run, and values the numbers that are shown. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { UNKNOWN, number, unpack } from "../../rnnviz/ui/components/unrolled/data/packet.js";
import { merge, newest } from "../../rnnviz/ui/components/unrolled/data/store.js";
import {
  beyond,
  decades,
  decode,
  hit,
  normsOf,
  onAxis,
  scoreOf,
  signedScale,
  startOf,
  told,
  valueAt,
} from "../../rnnviz/ui/components/unrolled/data/values.js";
import { packetOf } from "./made.js";

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
