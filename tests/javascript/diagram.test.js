/** The state diagram: where states and arrows are, what the pointer hits, and what is said of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { layoutMachine } from "../../rnnviz/ui/components/states/diagram/layout.js";
import {
  along,
  centreOf,
  curveOf,
  hitMachine,
  radiusOf,
} from "../../rnnviz/ui/components/states/diagram/shape.js";
import { drawMachine, nowOf } from "../../rnnviz/ui/components/states/diagram/draw.js";
import {
  machineLines,
  machineSentence,
  wordsOf,
} from "../../rnnviz/ui/components/states/diagram/words.js";
import { makeTheme } from "../../rnnviz/ui/components/unrolled/scene/theme.js";

/** A machine from its arrows: [from, to, words]. */
function made(count, arrows, walk = []) {
  return {
    states: Array.from({ length: count }, (_, index) => ({
      name: String(index),
      answer: index ? `answer ${index}` : "",
      start: index === 0,
      cluster: index,
      count: 10 * index,
      alike: index ? "100 %" : null,
      way: index ? "a" : "",
    })),
    arrows: arrows.map(([from, to, ...words]) => ({ from, to, words, share: "99 %", count: 10 })),
    walk,
    good: true,
    drawn: true,
    sentence: "A sentence.",
    says: "explains 99 % of the steps",
  };
}

const gym = made(
  4,
  [
    [0, 1, "shoulder"],
    [0, 2, "biceps"],
    [0, 3, "cardio"],
    [1, 2, "biceps"],
    [2, 3, "cardio"],
    [3, 1, "shoulder"],
    [2, 2, "rest"],
  ],
  [1, 2, 2, 3],
);
const box = [0, 0, 300, 300];

test("a start to which nothing leads stands in the middle of the ring of the others", () => {
  const { form, states } = layoutMachine(gym);
  assert.equal(form, "ring");
  assert.deepEqual(states[0], [0.5, 0.5]);
  const far = states.slice(1).map(([x, y]) => Math.hypot(x - 0.5, y - 0.5));
  for (const each of far) assert.ok(Math.abs(each - 0.5) < 1e-9);
});

test("many states stand in layers, each as far from the start as its shortest way", () => {
  const ways = [];
  for (let state = 0; state < 8; state++) {
    ways.push([state, 2 * state + 1, "a"], [state, 2 * state + 2, "b"]);
  }
  const places = layoutMachine(made(17, ways));
  assert.equal(places.form, "layers");
  assert.equal(places.states[0][0], 0);
  assert.equal(places.states[1][0], places.states[2][0]);
  const tall = layoutMachine(made(17, ways), true);
  assert.deepEqual(
    tall.states,
    places.states.map(([x, y]) => [y, x]),
  );
});

test("no two states overlap, on a screen or a phone, and all lie in the box", () => {
  for (const count of [1, 2, 3, 7, 12, 16]) {
    const ring = made(
      count,
      Array.from({ length: count }, (_, at) => [at, (at + 1) % count, "a"]),
    );
    for (const size of [
      [0, 0, 360, 360],
      [0, 0, 700, 420],
    ]) {
      const places = layoutMachine(ring);
      const radius = radiusOf(size, places);
      const all = ring.states.map((_, state) => centreOf(size, places, state));
      all.forEach(([x, y], one) => {
        assert.ok(x >= radius && x <= size[2] - radius && y >= radius && y <= size[3] - radius);
        for (const [otherX, otherY] of all.slice(one + 1)) {
          assert.ok(Math.hypot(x - otherX, y - otherY) > 2 * radius, `${count} states`);
        }
      });
    }
  }
});

test("an arrow and the one that comes back run apart", () => {
  const pair = made(2, [
    [0, 1, "1"],
    [1, 0, "1"],
    [0, 0, "0"],
    [1, 1, "0"],
  ]);
  const places = layoutMachine(pair);
  const [there, back] = [0, 1].map((index) => along(curveOf(box, pair, places, index), 0.5));
  assert.ok(Math.hypot(there[0] - back[0], there[1] - back[1]) > 10);
});

test("the pointer finds states and arrows, and nothing beside them", () => {
  const places = layoutMachine(gym);
  const state = centreOf(box, places, 2);
  assert.deepEqual(hitMachine(box, gym, places, ...state), { kind: "state", index: 2 });
  const on = along(curveOf(box, gym, places, 6), 0.5);
  assert.deepEqual(hitMachine(box, gym, places, ...on), { kind: "arrow", index: 6 });
  assert.equal(hitMachine(box, gym, places, 2, 298), null);
});

test("the probe walks from the start along the arrows", () => {
  assert.deepEqual(nowOf(gym, 0), { current: 1, before: 0, arrow: 0 });
  assert.deepEqual(nowOf(gym, 2), { current: 2, before: 2, arrow: 6 });
  assert.deepEqual(nowOf(gym, 9), { current: -1, before: -1, arrow: -1 });
});

test("many words on an arrow are counted, and a hover tells them all", () => {
  assert.equal(wordsOf(["a", "b"]), "a, b");
  assert.equal(wordsOf(["a", "b", "c", "d", "e"]), "a, b, c, +2");
  const [first, second] = machineLines(gym, { kind: "arrow", index: 6 });
  assert.equal(first, "rest stays in state 2");
  assert.equal(second, "99 % of 10 steps with it go this way");
  assert.match(machineSentence(gym), /State 1, answer answer 1: biceps to 2\./);
});

test("drawing writes every answer and every word", () => {
  const written = [];
  const context = new Proxy(
    {},
    {
      get: (_, name) => {
        if (name === "measureText") return (text) => ({ width: 5 * text.length });
        if (name === "fillText") return (text) => written.push(text);
        return () => {};
      },
      set: () => true,
    },
  );
  const theme = makeTheme({ ink: "#31333f", paper: "#ffffff", font: "" });
  const shown = { theme, colourOf: () => [0, 114, 178], step: 1, come: 0.5, pointed: null };
  drawMachine(context, box, gym, layoutMachine(gym), shown);
  for (const text of [
    "start",
    "answer 1",
    "answer 3",
    "shoulder",
    "biceps",
    "cardio",
    "rest",
    gym.says,
  ]) {
    assert.ok(written.includes(text), text);
  }
});
