/** GIF: what the writer makes is read back with a decoder written after the specification GIF89a. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { blocks, compressed } from "../../rnnviz/ui/components/unrolled/gif/lzw.js";
import { paletteOf } from "../../rnnviz/ui/components/unrolled/gif/palette.js";
import { GifWriter, changedBox } from "../../rnnviz/ui/components/unrolled/gif/writer.js";
import { pictureOf } from "./made.js";

const [RED, GREEN, BLUE] = [
  [248, 0, 0],
  [0, 248, 0],
  [0, 0, 248],
];

/** Numbers that look random, the same in every run. */
function* numbers(seed) {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    yield state >> 8;
  }
}

/** Indices of colours from LZW codes of 9 to 12 bits. */
function decompressed(bytes) {
  const [clear, end] = [256, 257];
  const out = [];
  let [buffer, held, at, width, table, before] = [0, 0, 0, 9, [], null];
  for (;;) {
    while (held < width) {
      buffer |= bytes[at++] << held;
      held += 8;
    }
    const code = buffer & ((1 << width) - 1);
    buffer >>>= width;
    held -= width;
    if (code === end) return out;
    if (code === clear) {
      [width, before] = [9, null];
      table = Array.from({ length: 258 }, (_, index) => [index]);
      continue;
    }
    const entry = table[code] ?? [...before, before[0]];
    out.push(...entry);
    if (before && table.length < 4096) table.push([...before, entry[0]]);
    if (table.length === 1 << width && width < 12) width += 1;
    before = entry;
  }
}

/** All frames of a GIF as colours, each drawn on the one before; and how long each is shown. */
function framesOf(bytes) {
  const short = (at) => bytes[at] | (bytes[at + 1] << 8);
  const [width, height] = [short(6), short(8)];
  const colour = (index) => [...bytes.subarray(13 + 3 * index, 16 + 3 * index)];
  const canvas = Array.from({ length: width * height }, () => null);
  const [frames, delays] = [[], []];
  let transparent = -1;
  let at = 13 + 3 * 256;
  const blocksFrom = () => {
    const data = [];
    for (; bytes[at]; at += bytes[at] + 1) data.push(...bytes.subarray(at + 1, at + 1 + bytes[at]));
    at += 1;
    return data;
  };
  while (bytes[at] !== 0x3b) {
    if (bytes[at] === 0x21) {
      const control = bytes[at + 1] === 0xf9;
      at += 2;
      const data = blocksFrom();
      if (control) {
        delays.push(10 * (data[1] | (data[2] << 8)));
        transparent = data[0] & 1 ? data[3] : -1;
      }
      continue;
    }
    assert.equal(bytes[at], 0x2c);
    const [left, top, columns] = [short(at + 1), short(at + 3), short(at + 5)];
    at += 11;
    decompressed(blocksFrom()).forEach((index, place) => {
      const to = (top + Math.floor(place / columns)) * width + left + (place % columns);
      if (index !== transparent) canvas[to] = colour(index);
    });
    frames.push([...canvas]);
  }
  assert.equal(at, bytes.length - 1);
  return { frames, delays };
}

test("what was compressed comes back, also where the table of codes is full and begins anew", () => {
  const random = numbers(3);
  const noise = Uint8Array.from({ length: 30_000 }, () => random.next().value % 256);
  const steps = Uint8Array.from({ length: 30_000 }, (_, at) => Math.floor(at / 500) % 7);
  for (const bytes of [noise, steps, Uint8Array.of(5), new Uint8Array(3000)]) {
    assert.deepEqual(decompressed(compressed(bytes)), [...bytes]);
  }
  assert.ok(compressed(steps).length < steps.length / 10);
});

test("data goes in blocks of at most 255 bytes, and an empty one ends it", () => {
  const out = blocks(Uint8Array.from({ length: 300 }, (_, at) => at % 251));
  assert.deepEqual([out[0], out[256], out.at(-1), out.length], [255, 45, 0, 303]);
  assert.deepEqual([out[1], out[255], out[257], out[301]], [0, 254 % 251, 255 % 251, 299 % 251]);
});

test("frames come back as they were, each for as long as was said", async () => {
  const first = [RED, GREEN, GREEN, BLUE, RED, RED];
  const second = [RED, GREEN, BLUE, BLUE, RED, RED];
  const pictures = [first, second, second, first].map(pictureOf);
  const writer = new GifWriter(3, 2, paletteOf(pictures));
  pictures.forEach((picture, place) => writer.add(picture, 100 + 50 * place));
  const bytes = new Uint8Array(await writer.finish().arrayBuffer());
  assert.equal(String.fromCharCode(...bytes.subarray(0, 6)), "GIF89a");
  const { frames, delays } = framesOf(bytes);
  assert.deepEqual(frames, [first, second, second, first]);
  assert.deepEqual(delays, [100, 150, 200, 250]);
});

test("every colour is near its own, and a rare one, such as a thin line, keeps its own", () => {
  const shades = Array.from({ length: 1000 }, (_, at) => {
    const step = at % 256;
    return [255 - step, Math.round(255 - step / 2), 255 - ((step * 3) % 64)];
  });
  const thin = [255, 0, 0];
  const { table, indexOf } = paletteOf([pictureOf([...shades, ...shades, thin])]);
  const told = ([r, g, b]) => table[indexOf[((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3)]];
  const far = (colour) => Math.max(...told(colour).map((each, at) => Math.abs(each - colour[at])));
  assert.ok(table.length <= 255);
  assert.equal(far(thin), 0);
  assert.ok(Math.max(...shades.map(far)) < 8);
  // A colour that comes up later gets the nearest of those that are there.
  assert.ok(far([250, 5, 5]) <= 8);
});

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
