/** The board of the Hopfield page: what a message says, and the words for each step. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cellsAt,
  changesOf,
  durationOf,
  fieldOf,
  hexOf,
  overlapsOf,
  readMessage,
  whyOf,
} from "../../rnnviz/ui/components/hopfield/recall.js";

const packed = (dtype, array) => ({
  dtype,
  bdata: Buffer.from(array.buffer).toString("base64"),
});
const stored = [
  { id: 1, name: "A", cells: Uint8Array.of(1, 1, 0, 0) },
  { id: 2, name: "B", cells: Uint8Array.of(1, 0, 1, 0) },
];
const recall = {
  id: 1,
  start: Uint8Array.of(1, 1, 1, 1),
  unit: Int32Array.of(3, 0, 2),
  field: Float32Array.of(-0.5, 0.25, -1),
  step: Int32Array.of(1, 2, 3),
  asked: Int32Array.of(2, 3, 7),
  energy: Float32Array.of(1, 0, -0.5, -2.5),
  overlaps: Float32Array.of(0, 0, 0.5, 0.5, 0, 0, 0.5, -0.5),
  together: false,
  cycles: false,
};

test("a message is read with its arrays", () => {
  const message = readMessage({
    side: 2,
    version: 3,
    cells: packed("u1", Uint8Array.of(1, 0, 0, 1)),
    stored: [{ id: 1, name: "A", cells: packed("u1", Uint8Array.of(1, 1, 0, 0)) }],
    recall: {
      id: 3,
      unit: packed("i4", Int32Array.of(2)),
      energy: packed("f8", Float64Array.of(1, -1)),
    },
  });
  assert.deepEqual([...message.cells], [1, 0, 0, 1]);
  assert.deepEqual([...message.recall.unit], [2]);
  assert.deepEqual([...message.recall.energy], [1, -1]);
});

test("each step turns its units, forwards and backwards", () => {
  assert.deepEqual([...cellsAt(recall, 0)], [1, 1, 1, 1]);
  assert.deepEqual([...cellsAt(recall, 2)], [0, 1, 1, 0]);
  assert.deepEqual([...cellsAt(recall, 3)], [0, 1, 0, 0]);
  assert.deepEqual(changesOf(recall, 2), [1, 2]);
});

test("overlaps and local fields are those of Hebb's rule", () => {
  const cells = Uint8Array.of(1, 1, 1, 0);
  assert.deepEqual(overlapsOf(cells, stored), [0.5, 0.5]);
  const signs = (array) => [...array].map((cell) => (cell ? 1 : -1));
  for (let unit = 0; unit < 4; unit++) {
    let byHand = 0;
    for (let other = 0; other < 4; other++) {
      if (other === unit) continue;
      const weight =
        stored.reduce((sum, { cells: xi }) => sum + signs(xi)[unit] * signs(xi)[other], 0) / 4;
      byHand += weight * signs(cells)[other];
    }
    assert.equal(fieldOf(unit, cells, stored), byHand);
  }
});

test("the grid is reported four cells to a digit", () => {
  assert.equal(hexOf(Uint8Array.of(1, 0, 1, 0, 1)), "a8");
});

test("a step says which unit changed, and why", () => {
  assert.equal(
    whyOf(recall, 1, 2),
    "The unit in row 2, column 2 turns to −1: its local field h is −0.5, below 0. The energy falls by 2 |h| = 1.",
  );
  assert.match(whyOf(recall, 3, 2), /Now no unit disagrees with its local field\.$/);
  assert.equal(whyOf(recall, 0, 2), "The start. Energy 1.");
});

test("all at once, the energy may rise, and the end may be a cycle", () => {
  const together = {
    ...recall,
    together: true,
    cycles: true,
    step: Int32Array.of(1, 1, 2),
    energy: Float32Array.of(-1, -0.5, -1),
  };
  assert.match(whyOf(together, 1, 2), /2 units change at once\. The energy rises from −1 to −0\.5/);
  assert.match(
    whyOf(together, 2, 2),
    /1 unit changes at once.*to and fro between two states for ever/,
  );
  assert.equal(durationOf(together), 1400);
});
