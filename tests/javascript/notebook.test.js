import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf } from "../../rnnviz/ui/components/unrolled/data/packet.js";
import { isOpaque, legibleOn } from "../../rnnviz/ui/components/unrolled/page/guest.js";

test("bytes are taken from whatever a notebook hands over, without what lies around them", () => {
  const whole = Uint8Array.from([9, 1, 2, 3, 9]);
  const within = new DataView(whole.buffer, 1, 3);
  assert.deepEqual([...bytesOf(within)], [1, 2, 3]);
  assert.deepEqual([...bytesOf(whole.slice(1, 4))], [1, 2, 3]);
  assert.deepEqual([...bytesOf(whole.slice(1, 4).buffer)], [1, 2, 3]);
  assert.equal(bytesOf(null).length, 0);
});

test("a ground is one through which nothing shines", () => {
  for (const colour of ["rgb(1, 2, 3)", "#fff", "oklch(0.2 0 0)"]) assert.ok(isOpaque(colour));
  for (const colour of ["rgba(0, 0, 0, 0)", "transparent", "rgb(0 0 0 / 0.5)", ""]) {
    assert.ok(!isOpaque(colour));
  }
});

test("text keeps the notebook's colour where it can be read, and gets another where it cannot", () => {
  assert.equal(legibleOn("#222222", "#ffffff", "serif").ink, "#222222");
  assert.equal(legibleOn("#222222", "#111111", "serif").ink, "#f2f2f0");
  assert.equal(legibleOn("#dddddd", "#ffffff", "serif").ink, "#31333f");
});

test("where nothing tells what the text stands on, the text does", () => {
  assert.equal(legibleOn("#eeeeee", undefined, "serif").paper, "#1e1e1e");
  assert.equal(legibleOn("#222222", undefined, "serif").paper, "#ffffff");
});

test("text through which the ground shines gets the colour that it has there", () => {
  assert.equal(legibleOn("rgba(255, 255, 255, 0.5)", "#000000", "serif").ink, "#808080");
});
