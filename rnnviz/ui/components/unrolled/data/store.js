/** Packets -> the frames of one run, bounded. */

import { number } from "./packet.js";

/** @import { Frame, Header, Packet, Store } from "../types.d.ts" */

const MOST_FRAMES = 128;

const MOST_BYTES = 24e6;

/** @param {Header} header */
function shapeOf(header) {
  const { cell, layers, directions, steps, units, outputs, classes, attention } = header;
  return [cell, layers, directions, steps, units, outputs, classes, Boolean(attention)].join("/");
}

/**
 * Add a packet: one or two frames join their run, more replace what was there.
 * @param {Store|null} store @param {Packet} packet @returns {Store}
 */
export function merge(store, packet) {
  const { header, frames } = packet;
  if (!store || frames.length > 2 || !joins(store, packet)) return storeOf(packet);
  store.header = header;
  Object.assign(store.labels, header.labels);
  for (const frame of frames) insert(store.frames, frame);
  while (store.frames.length > 2 && tooMany(store.frames)) store.frames = everySecond(store.frames);
  store.offered = Math.max(store.offered, store.frames.length);
  return store;
}

/**
 * Put a frame in its place; an exact one may stand in for a quantised one, not the reverse.
 * @param {Frame[]} kept @param {Frame} frame
 */
function insert(kept, frame) {
  const place = kept.findIndex((each) => each.iteration >= frame.iteration);
  if (place < 0) kept.push(frame);
  else if (kept[place].iteration > frame.iteration) kept.splice(place, 0, frame);
  else if (frame.exact || !kept[place].exact) kept[place] = frame;
}

/** @param {Packet} packet @returns {Store} */
function storeOf({ header, frames }) {
  const { run, offered } = header;
  return {
    header,
    run,
    offered,
    shape: shapeOf(header),
    frames,
    labels: { ...header.labels },
  };
}

/** Whether frames belong to the run that we have. @param {Store} store @param {Packet} packet */
function joins(store, { header, frames }) {
  if (header.run !== store.run || shapeOf(header) !== store.shape) return false;
  return frames.every((frame) => {
    const same = store.frames.find((kept) => kept.iteration === frame.iteration);
    if (same) return Object.is(number(same.loss), number(frame.loss));
    return Boolean(header.run) || frame.iteration > newest(store).iteration;
  });
}

/** @param {Frame[]} frames */
function tooMany(frames) {
  const bytes = frames.reduce(
    (sum, { values, lookedAt, weights, sent }) =>
      sum + values.byteLength + lookedAt.byteLength + weights.byteLength + sent.byteLength,
    0,
  );
  return frames.length > MOST_FRAMES || bytes > MOST_BYTES;
}

/** Thin the frames, but keep the first and the newest. @param {Frame[]} frames */
function everySecond(frames) {
  return frames.filter((_, index) => index % 2 === 0 || index === frames.length - 1);
}

/** @param {Store} store */
export function newest(store) {
  return store.frames[store.frames.length - 1];
}
