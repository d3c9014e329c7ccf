/** Films: what the writers of GIF and WEBP make can be read after their specifications. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { GifWriter, changedBox, paletteOf } from "../../rnnviz/ui/components/unrolled/save/gif.js";
import { WebpWriter } from "../../rnnviz/ui/components/unrolled/save/webp.js";
import { pictureOf } from "./made.js";

const [RED, GREEN, BLUE] = [
  [248, 0, 0],
  [0, 248, 0],
  [0, 0, 248],
];
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
const text = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));

test("every colour of few gets an entry of its own", () => {
  const { table } = paletteOf([pictureOf([RED, GREEN, BLUE, RED])]);
  assert.deepEqual(new Set(table.map(String)), new Set([RED, GREEN, BLUE].map(String)));
});

test("the box that changed holds all that did, and no more", () => {
  const before = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert.deepEqual(changedBox(null, before, 3), [0, 0, 3, 3]);
  assert.deepEqual(changedBox(before, before, 3), [0, 0, 1, 1]);
  assert.deepEqual(changedBox(before, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 1), 3), [1, 1, 2, 2]);
});

test("a GIF begins and ends as it should, and its pixels can be decoded", async () => {
  const picture = pictureOf([RED, GREEN, GREEN, BLUE]);
  const palette = paletteOf([picture]);
  const writer = new GifWriter(2, 2, palette);
  writer.add(picture, 100);
  const bytes = await bytesOf(writer.finish());
  assert.equal(text(bytes, 0, 6), "GIF89a");
  assert.deepEqual([...bytes.subarray(6, 10)], [2, 0, 2, 0]);
  assert.equal(bytes.at(-1), 0x3b);
  const image = bytes.indexOf(0x2c, 13 + 768 + 19 + 8);
  const block = bytes.subarray(image + 12, image + 12 + bytes[image + 11]);
  const colours = lzw(block).map((entry) => palette.table[entry]);
  assert.deepEqual(colours, [RED, GREEN, GREEN, BLUE]);
});

/** Few pixels: all codes have nine bits, and those from 258 on are pairs. */
function lzw(bytes) {
  const bits = [...bytes].flatMap((byte) =>
    Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1),
  );
  const codes = [];
  for (let at = 0; at + 9 <= bits.length; at += 9) {
    codes.push(bits.slice(at, at + 9).reduce((sum, bit, place) => sum + (bit << place), 0));
  }
  assert.equal(codes[0], 256);
  const end = codes.indexOf(257);
  assert.ok(end > 0);
  return codes.slice(1, end);
}

test("a WEBP is a RIFF file of the length that it tells, with a frame for each picture", async () => {
  const still = Uint8Array.of(
    ...[..."RIFF"].map((each) => each.charCodeAt(0)),
    14,
    0,
    0,
    0,
    ...[..."WEBPVP8L"].map((each) => each.charCodeAt(0)),
    2,
    0,
    0,
    0,
    7,
    8,
  );
  const writer = new WebpWriter(20, 10);
  await writer.add(new Blob([still]), [4, 2, 6, 8], 50);
  await writer.add(new Blob([still]), [0, 0, 20, 10], 50);
  const bytes = await bytesOf(writer.finish());
  assert.equal(text(bytes, 0, 4) + text(bytes, 8, 16), "RIFFWEBPVP8X");
  assert.equal(new DataView(bytes.buffer).getUint32(4, true), bytes.length - 8);
  const all = text(bytes, 0, bytes.length);
  assert.equal(all.split("ANMF").length - 1, 2);
  const frame = all.indexOf("ANMF") + 8;
  assert.deepEqual([...bytes.subarray(frame, frame + 12)], [2, 0, 0, 1, 0, 0, 5, 0, 0, 7, 0, 0]);
});
