/** Packets -> the frames of one picture. */

/** @import { Frame, Lacking, Packet, Points, Store } from "../types.d.ts" */

/**
 * Add a packet to what there is; one of another picture takes its place.
 * @param {Store|null} store @param {Packet} packet
 * @returns {Store|null} null where the points have not come yet
 */
export function merge(store, { header, points, frames }) {
  const same = store && store.header.run === header.run && store.header.set === header.set;
  const known = points ?? (same ? store.points : null);
  if (!known) return null;
  /** @type {Map<number, Frame>} */
  const all = new Map((same ? store.frames : []).map((frame) => [frame.iteration, frame]));
  if (header.axes === 1) for (const frame of frames) overTime(frame, known);
  for (const frame of frames) all.set(frame.iteration, frame);
  const kept = header.kept.map((iteration) => all.get(iteration));
  return { header, points: known, frames: kept.filter((frame) => frame !== undefined) };
}

/**
 * A single component is drawn over the time steps.
 * @param {Frame} frame @param {Points} points
 */
function overTime({ points, probe }, { step }) {
  for (let point = 0; point < step.length; point++) {
    points[3 * point + 1] = points[3 * point];
    points[3 * point] = step[point];
  }
  for (let t = 0; t < probe.length / 3; t++) {
    probe[3 * t + 1] = probe[3 * t];
    probe[3 * t] = t;
  }
}

/**
 * What a picture lacks of what Python says there is; null where that is nothing.
 * @param {Store|null} store @param {Packet} packet @returns {Lacking|null}
 */
export function lackingOf(store, { header }) {
  const have = new Set(store?.frames.map(({ iteration }) => iteration));
  const iterations = header.kept.filter((iteration) => !have.has(iteration));
  return iterations.length ? { run: header.run, set: header.set, iterations } : null;
}

/** @param {Store} store */
export function newest({ frames }) {
  return frames[frames.length - 1];
}
