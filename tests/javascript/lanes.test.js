/** The cards of a race: the colours of the gates in small, and the numbers that they stand for. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf, foundAt, numberOf, pixelsOf } from "../../rnnviz/ui/components/lanes/strips.js";

const gate = { label: "Forget gate", letter: "f", colour: "#0072b2", negative: "", bound: 1 };
const state = {
  label: "Cell state",
  letter: "c",
  colour: "#56b4e9",
  negative: "#b35806",
  bound: 2,
};
// Two time steps of two units: step 0 of both units, then step 1.
const strips = {
  steps: 2,
  units: 2,
  rows: [gate, state],
  values: Uint8Array.of(0, 254, 127, 254, 127, 254, 0, 64),
};

test("bytes come as plotly.js writes them", () => {
  const bdata = Buffer.from(strips.values).toString("base64");
  assert.deepEqual(bytesOf({ bdata }), strips.values);
});

test("a share has its colour as far as it is open, time steps across and units down", () => {
  const pixels = pixelsOf(strips, 0);
  const alphas = [3, 7, 11, 15].map((at) => pixels[at]);
  assert.deepEqual(alphas, [0, 128, 255, 255]);
  assert.deepEqual([...pixels.slice(8, 11)], [0, 0x72, 0xb2]);
});

test("a signed value has one of two colours", () => {
  const pixels = pixelsOf(strips, 1);
  assert.equal(pixels[3], 0);
  assert.deepEqual([...pixels.slice(4, 8)], [0xb3, 0x58, 0x06, 255]);
  assert.deepEqual([...pixels.slice(8, 12)], [0x56, 0xb4, 0xe9, 255]);
});

test("what is under the pointer is the number that was sent", () => {
  assert.deepEqual(foundAt(strips, 0, 0, 1), { label: "Forget gate", step: 0, unit: 1, value: 1 });
  assert.equal(foundAt(strips, 1, 1, 0).value, -2);
  assert.equal(numberOf(gate, 127), 0.5);
});
