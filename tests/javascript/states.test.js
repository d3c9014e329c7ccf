/** The state space: what bytes say, where points lie, and what moves. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { unpack } from "../../rnnviz/ui/components/states/data/packet.js";
import { lackingOf, merge } from "../../rnnviz/ui/components/states/data/store.js";
import { coloursOf, placeOf } from "../../rnnviz/ui/components/states/scene/colours.js";
import { layOut } from "../../rnnviz/ui/components/states/scene/layout.js";
import { showBetween } from "../../rnnviz/ui/components/states/scene/scene.js";
import {
  boundsOf,
  cameraOf,
  nearest,
  project,
} from "../../rnnviz/ui/components/states/scene/space.js";
import { sweepShots, trainingShots } from "../../rnnviz/ui/components/states/save/save.js";
import { problemOf } from "../../rnnviz/ui/components/states/text/words.js";

const STEPS = 2;

/** Bytes with two points at each iteration: (1, 0, 0) times the iteration, and no number. */
function packetOf(iterations, { kept = iterations, axes = 3, hasPoints = true, ...more } = {}) {
  const points = hasPoints ? Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0) : new Uint8Array();
  const size = 2 * axes * (2 + STEPS) + 4 * STEPS;
  const frames = iterations.map((iteration, place) => ({
    iteration,
    shares: Array(axes).fill(1 / axes),
    peak: iteration,
    ranges: [],
    fixed: null,
    offset: points.length + place * size,
  }));
  const header = {
    run: "one",
    set: "a",
    label: "hidden state",
    about: "",
    missing: "",
    count: 2,
    axes,
    kept,
    colourings: [
      { key: "input", label: "input", names: ["a", "b"], low: 0, high: 0, moves: false },
    ],
    probe: { name: "", inputs: ["a", "b"], targets: [], names: [] },
    machine: null,
    viewed: null,
    start: {},
    has_points: hasPoints,
    frames,
    ...more,
  };
  let text = JSON.stringify(header);
  text += " ".repeat((4 - (text.length % 4)) % 4);
  const codes = Int16Array.from({ length: axes * 4 }, (_, at) =>
    Math.floor(at / axes) === 1 ? -32768 : at % axes === 0 ? 32767 : 0,
  );
  const answers = new Uint8Array(Float32Array.of(1, NaN).buffer);
  const body = iterations.flatMap(() => [...new Uint8Array(codes.buffer), ...answers]);
  const length = new Uint8Array(Uint32Array.of(text.length).buffer);
  return Uint8Array.of(...length, ...new TextEncoder().encode(text), ...points, ...body);
}

test("codes come back as numbers, and what is no number stays none", () => {
  const { frames, points } = unpack(packetOf([5, 7]));
  assert.deepEqual([...frames[1].points], [7, 0, 0, NaN, NaN, NaN]);
  assert.deepEqual([...frames[0].answers], [1, NaN]);
  assert.deepEqual([...points.step], [0, 1]);
  assert.deepEqual([...points.values.input], [0, 1]);
});

test("a tick joins what there is; what has not come is asked for, what is not kept goes", () => {
  const first = merge(null, unpack(packetOf([1, 2])));
  const tick = unpack(packetOf([4], { kept: [1, 3, 4], hasPoints: false }));
  const store = merge(first, tick);
  assert.deepEqual(
    store.frames.map(({ iteration }) => iteration),
    [1, 4],
  );
  assert.deepEqual(lackingOf(store, tick).iterations, [3]);
  const other = unpack(packetOf([4], { run: "two", hasPoints: false, kept: [4] }));
  assert.equal(merge(store, other), null);
  assert.deepEqual(lackingOf(null, other).iterations, [4]);
});

test("a single component is drawn over the time steps", () => {
  const { frames } = merge(null, unpack(packetOf([3], { axes: 1 })));
  assert.deepEqual([...frames[0].points], [0, 3, 0, 1, NaN, 0]);
});

const look = { yaw: 0.4, pitch: 0.3, depth: 0 };
const cube = [0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 2].map((z) => [x, y, z]))).flat();

test("all components have one scale, and stay inside the box however they are turned", () => {
  const bounds = boundsOf([{ points: Float32Array.from(cube), probe: new Float32Array() }]);
  const flat = project(cameraOf(bounds, look, [0, 0, 300, 200], 3), cube);
  assert.ok(Math.abs(flat.x[4] - flat.x[0] - (flat.y[0] - flat.y[2])) < 1e-3);
  for (const yaw of [0, 1, 2, 3]) {
    const turned = { yaw, pitch: 0.8, depth: 1 };
    const { x, y } = project(cameraOf(bounds, turned, [0, 0, 300, 200], 3), cube);
    assert.ok(Math.min(...x) > 0 && Math.max(...x) < 300);
    assert.ok(Math.min(...y) > 0 && Math.max(...y) < 200);
  }
});

test("what is in front is found before what is behind it", () => {
  const places = { x: [10, 10], y: [10, 10], near: [-0.5, 0.5] };
  assert.equal(nearest(places, 11, 10, 8), 1);
  assert.equal(nearest(places, 40, 10, 8), null);
});

test("between two iterations points lie on the straight line between their places", () => {
  const store = merge(null, unpack(packetOf([2, 4])));
  const data = { store, frame: null, points: new Float32Array(6), probe: new Float32Array(6) };
  showBetween({ data }, 0.25);
  assert.equal(data.points[0], 2.5);
  assert.equal(data.frame.iteration, 2);
});

test("of many classes the most frequent ones have a colour, in the order of their numbers", () => {
  const theme = { ink: [0, 0, 0], paper: [255, 255, 255] };
  const names = Array.from({ length: 20 }, (_, number) => String(number));
  const about = { names, low: 0, high: 0 };
  const values = [19, 19, 3, ...names.map(Number)];
  const colours = coloursOf(about, values, theme);
  assert.equal(colours.shown.length, 14);
  assert.ok(colours.shown.includes(19) && colours.shown.includes(3));
  assert.equal(placeOf(colours, about, 18), 14);
  assert.equal(placeOf(colours, about, NaN), 14);
});

test("on a phone the automaton stands below the points, on a wide page beside them", () => {
  const phone = layOut(380, { machine: true });
  const wide = layOut(1100, { machine: true });
  assert.ok(phone.diagram[1] >= phone.plot[3] && phone.strip[1] >= phone.diagram[1]);
  assert.ok(wide.diagram[0] >= wide.plot[2]);
  assert.equal(layOut(1100).diagram, null);
});

test("films have no more frames than they may, and end where it ends", () => {
  const frames = Array(90).fill({});
  const store = { frames, header: { probe: { inputs: Array(500).fill("") } } };
  for (const shots of [sweepShots({ data: { store } }), trainingShots({ data: { store } })])
    assert.equal(shots.length, 120);
  assert.equal(trainingShots({ data: { store } }).at(-1).wanted.between, 89);
});

test("a diverged run, constant states and an empty picture are told in a sentence", () => {
  const [frame] = unpack(packetOf([3])).frames;
  const header = { missing: "", count: 2, label: "hidden state" };
  const told = (points, more) =>
    problemOf({ store: { header: { ...header, ...more } }, frame, points, probe: points });
  assert.match(told(Float32Array.of(NaN, NaN, NaN)), /diverged/);
  assert.match(told(Float32Array.of(1, 2, 3, 1, 2, 3)), /in one place/);
  assert.match(told(null), /No states/);
  assert.equal(told(Float32Array.of(1, 2, 3, 2, 2, 3)), "");
  assert.equal(told(null, { missing: "Because." }), "Because.");
});
