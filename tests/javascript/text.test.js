/** How numbers, symbols and sentences are written. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decadeName,
  exactly,
  factored,
  grouped,
  percent,
  shortly,
} from "../../rnnviz/ui/components/unrolled/text/numbers.js";
import {
  isolatedLabel,
  visible,
  wholeCharacters,
} from "../../rnnviz/ui/components/unrolled/text/symbols.js";
import { tooltipLines } from "../../rnnviz/ui/components/unrolled/text/tooltip.js";
import { plural, unitFacts } from "../../rnnviz/ui/components/unrolled/text/words.js";
import { explainRow } from "../../rnnviz/ui/components/unrolled/text/explain.js";
import { formulaOf } from "../../rnnviz/ui/components/unrolled/text/formulas.js";
import { gradientWords } from "../../rnnviz/ui/components/unrolled/text/gradient.js";
import { merge } from "../../rnnviz/ui/components/unrolled/data/store.js";
import { unpack } from "../../rnnviz/ui/components/unrolled/data/packet.js";
import { decode } from "../../rnnviz/ui/components/unrolled/data/values.js";
import { headerOf, packetOf } from "./made.js";

const writes = (write, cases) => {
  for (const [value, text] of cases) assert.equal(write(value), text);
};

test("short numbers have three digits, and an exponent where they are small or large", () => {
  writes(shortly, [
    [0.01234, "0.0123"],
    [-4.5, "−4.5"],
    [0.000012, "1.2e−5"],
    [9999.7, "1e4"],
    [0, "0"],
    [NaN, "–"],
    [-Infinity, "−∞"],
  ]);
});

test("exact numbers have the seven digits of float32", () => {
  writes(exactly, [
    [Math.fround(0.1), "0.1"],
    [-1 / 3, "−0.3333333"],
    [NaN, "not a number"],
  ]);
});

test("what is not all is never 100 %", () => {
  writes(percent, [
    [1, "100 %"],
    [0.9999, "99.9 %"],
    [0.125, "12 %"],
    [0.0123, "1.2 %"],
    [NaN, "–"],
  ]);
});

test("factors, counts and decades", () => {
  writes(factored, [
    [0.63, "×0.63"],
    [1.23e-9, "×1.2e−9"],
    [NaN, "–"],
  ]);
  writes(grouped, [[1234567, "1,234,567"]]);
  writes(decadeName, [
    [0, "1"],
    [-3, "0.001"],
    [4, "10⁴"],
    [-12, "10⁻¹²"],
  ]);
});

test("symbols without ink get some, and a right-to-left label keeps its direction", () => {
  writes(visible, [
    ["\n", "↵"],
    ["\t", "⇥"],
    ["  ", "␣␣"],
    ["a b ", "a b␣"],
    ["\u0007", "·"],
  ]);
  assert.equal(isolatedLabel("שלום"), "\u2067שלום\u2069");
  assert.equal(isolatedLabel("abc"), "abc");
});

test("an emoji of several code points is one character", () => {
  assert.equal(wholeCharacters("a👩‍👩‍👧b").length, 3);
});

test("a count has its word in the singular or the plural", () => {
  assert.equal(plural(1, "unit"), "1 unit");
  assert.equal(plural(2, "unit"), "2 units");
});

test("of the whole loss the gradient is told at both ends", () => {
  const store = merge(null, unpack(packetOf([1], [0, 0, 0, 0, 0, 0])));
  const data = { store, frame: store.frames[0] };
  const scene = { data, look: { ofLast: false }, layout: { narrow: false } };
  assert.equal(gradientWords(scene), "Of the whole loss, dL/dh: 1 at step 2, 1e−50 at step 0");
});

test("what a row is comes from the cell; where it says nothing, from label and meaning", () => {
  const header = headerOf([1]);
  const row = { quantity: { ...header.quantities[0], meaning: "what the unit outputs" } };
  assert.equal(
    explainRow(header, row, 2, "unit"),
    "Each unit's hidden state: what the unit outputs. " +
      "The line runs between −2 and +2, with 0 in the middle.",
  );
  header.diagram.about.h = "A memory.";
  assert.match(explainRow(header, row, 2, "strips"), /^A memory\. Pale is near 0; /);
});

/** The formula of the hidden state at step 1, unit 0, after something was done to the run. */
function toldAfter(done, forgetGate = "") {
  const diagram = { ...headerOf([1]).diagram, forget_gate: forgetGate };
  const packet = packetOf([1], [0.5, 0, 0.25, 0, 0, 0], { diagram, interventions: [[done]] });
  const store = merge(null, unpack(packet));
  const [frame] = store.frames;
  const row = { layer: 0, letter: "h" };
  return formulaOf({ store, frame, decoded: decode(frame, store.header) }, row, 1, 0);
}

test("a formula is told in symbols and in recorded numbers, and what was done to its unit", () => {
  const elsewhere = { kind: "silence", layer: 3, units: null };
  const { symbols, numbers, note } = toldAfter(elsewhere);
  assert.equal(symbols, "h₁ = tanh(W x₁ + U h₀ + b)");
  assert.equal(numbers, "tanh(0.255) = 0.2500000");
  assert.equal(note, "");
  assert.equal(toldAfter({ kind: "silence", layer: 0, units: [0] }).symbols, "h₁ is silenced");
  const held = { kind: "hold", gate: "h", value: 0.3, layer: null, units: null };
  assert.equal(toldAfter(held).symbols, "h₁ is held at 0.3");
});

test("a shifted bias is told of the gate that the cell names, whatever its letter", () => {
  const shift = { kind: "shift", layer: null, amount: 2 };
  assert.equal(toldAfter(shift, "h").note, "its bias shifted by 2");
  assert.equal(toldAfter(shift, "f").note, "");
});

test("of a unit that reads from the end it is told which input it reads", () => {
  const sequence = { inputs: ["a", "b", "c"], targets: ["", "", ""], scored: [], counted: [] };
  const of = (layer) =>
    unitFacts({
      data: { frame: { sequence }, store: { header: headerOf([1], { layers: 2, directions: 2 }) } },
      look: { unit: { layer, unit: 1 }, step: 0 },
      layout: { base: { rows: [] } },
    }).map(([word, value]) => `${word} ${value}`);
  assert.deepEqual(of(0).length, 1);
  assert.deepEqual(of(1).slice(1), [`it reads ${isolatedLabel("c")}`]);
});

test("of numbers without a target none is told", () => {
  const lines = (target) =>
    tooltipLines(
      {
        data: {
          frame: { sequence: { targets: [target] }, outputs: Float64Array.of(0.5) },
          store: { header: headerOf([1], { classes: false, outputs: 1 }) },
        },
      },
      { t: 0, part: "prediction" },
    ).filter((line) => line.startsWith("target"));
  assert.deepEqual(lines(""), []);
  assert.deepEqual(lines("0.5"), ["target 0.5"]);
});
