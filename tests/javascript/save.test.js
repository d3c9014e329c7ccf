/** Films: what they look at, and that a WEBP can be read after its specification. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { sweepShots, trainingShots } from "../../rnnviz/ui/components/unrolled/save/film.js";
import { FILM } from "../../rnnviz/ui/components/unrolled/save/frames.js";
import { WebpWriter } from "../../rnnviz/ui/components/unrolled/save/webp.js";

const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
const text = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));

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

test("a chunk of odd length is padded, and what is no picture is left out", async () => {
  const letters = (name) => [...name].map((each) => each.charCodeAt(0));
  const still = Uint8Array.of(
    ...letters("RIFF"),
    30,
    0,
    0,
    0,
    ...letters("WEBP"),
    ...letters("EXIF"),
    2,
    0,
    0,
    0,
    1,
    2,
    ...letters("VP8 "),
    3,
    0,
    0,
    0,
    7,
    8,
    9,
    0,
  );
  const writer = new WebpWriter(2, 2);
  await writer.add(new Blob([still]), [0, 0, 2, 2], 300);
  const bytes = await bytesOf(writer.finish());
  const all = text(bytes, 0, bytes.length);
  assert.equal(all.includes("EXIF"), false);
  const at = all.indexOf("ANMF");
  assert.deepEqual([...bytes.subarray(at + 20, at + 24)], [300 & 255, 300 >> 8, 0, 0]);
  assert.deepEqual(
    [...bytes.subarray(all.indexOf("VP8 "))],
    [...letters("VP8 "), 3, 0, 0, 0, 7, 8, 9, 0],
  );
  assert.equal(bytes.length % 2, 0);
});

test("the film of a sweep goes to the last step and back, and rests at both ends", () => {
  const data = { store: { header: {} } };
  const shots = sweepShots({ data, layout: { steps: 10 } });
  const half = shots.length / 2;
  const places = shots.map(({ wanted }) => wanted.at);
  assert.deepEqual([places[0], places[half - 1], places[half], places.at(-1)], [0, 10, 10, 0]);
  assert.deepEqual(
    new Set(shots.slice(0, half).map(({ wanted }) => wanted.phase)),
    new Set(["forward"]),
  );
  assert.deepEqual(
    new Set(shots.slice(half).map(({ wanted }) => wanted.phase)),
    new Set(["backward"]),
  );
  const rests = shots.flatMap(({ milliseconds }, place) => (milliseconds > 1000 ? [place] : []));
  assert.deepEqual(rests, [half - 1, shots.length - 1]);
  assert.ok(sweepShots({ data, layout: { steps: 500 } }).length <= FILM.frames);
});

test("without a gradient the film of a sweep goes forward alone", () => {
  const data = { store: { header: { has_gradients: false } } };
  const phases = sweepShots({ data, layout: { steps: 10 } }).map(({ wanted }) => wanted.phase);
  assert.deepEqual(new Set(phases), new Set(["forward"]));
});

test("the film of training shows the first and the newest kept iteration, and not too many", () => {
  const frames = Array.from({ length: 500 }, (_, place) => ({ iteration: 3 * place }));
  const shots = trainingShots({ data: { store: { frames } }, look: { step: 2 } });
  assert.equal(shots.length, FILM.frames);
  assert.deepEqual(shots[0].wanted, { iteration: 0, phase: "all", step: 2 });
  assert.equal(shots.at(-1).wanted.iteration, 1497);
  const few = trainingShots({ data: { store: { frames: frames.slice(0, 1) } }, look: { step: 0 } });
  assert.deepEqual(
    few.map(({ wanted }) => wanted.iteration),
    [0],
  );
});
