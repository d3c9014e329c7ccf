/** Bytes from Python -> packet of frames. The format is described in figures/picture.py. */

import { pairsBefore } from "./attention.js";

/** @import { Frame, FrameAbout, Header, Packet, Sequence, Told } from "../types.d.ts" */

export const UNKNOWN = 65535;

/** Read one packet. @param {Uint8Array} bytes @returns {Packet} */
export function unpack(bytes) {
  const buffer = bytes.slice().buffer;
  const length = new DataView(buffer).getUint32(0, true);
  /** @type {Header} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  header.sequences = header.sequences.map(known);
  const frames = header.frames.map((about) => unpackFrame(buffer, 4 + length, header, about));
  return { header, frames };
}

/** @type {Map<string, Sequence>} */
const sequences = new Map();

/**
 * The same sequence comes with every update; the same object then tells that nothing changed.
 * @param {Sequence} sequence
 * @returns {Sequence}
 */
export function known(sequence) {
  const key = JSON.stringify(sequence);
  if (sequences.size > 20) sequences.clear();
  if (!sequences.has(key)) sequences.set(key, sequence);
  return /** @type {Sequence} */ (sequences.get(key));
}

/**
 * @param {ArrayBuffer} buffer @param {number} body @param {Header} header @param {FrameAbout} about
 * @returns {Frame}
 */
function unpackFrame(buffer, body, header, about) {
  const { steps, units, layers, outputs, classes, top, attention } = header;
  const pairs = attention ? pairsBefore(attention.kept, steps) : 0;
  const values = layers * header.quantities.length * steps * units;
  let at = body + about.offset;
  /**
   * The next numbers, copied: a view of the buffer would have to begin at a multiple of their size.
   * @template T
   * @param {{new (part: ArrayBuffer): T, BYTES_PER_ELEMENT: number}} Type @param {number} count
   */
  const take = (Type, count) => {
    const end = at + count * Type.BYTES_PER_ELEMENT;
    const part = new Type(buffer.slice(at, end));
    at = end;
    return part;
  };
  return {
    iteration: about.iteration,
    loss: about.loss,
    verdict: about.verdict,
    exact: about.exact,
    sequence: header.sequences[about.sequence],
    interventions: header.interventions[about.interventions],
    peaks: header.quantities.map((quantity) => quantity.peaks),
    norms: take(Float64Array, 2 * layers * header.gradients.length * steps),
    top: take(Float32Array, classes ? steps * top : 0),
    target: take(Float32Array, classes ? steps : 0),
    topClass: take(Uint16Array, classes ? steps * top : 0),
    rank: take(Uint16Array, classes ? steps : 0),
    outputs: take(Float32Array, classes ? 0 : steps * outputs),
    lookedAt: take(Uint16Array, attention && attention.kept < steps ? pairs : 0),
    weights: about.exact ? take(Float32Array, pairs) : take(Uint8Array, pairs),
    sent: about.exact ? take(Float64Array, pairs) : take(Uint8Array, pairs),
    values: about.exact ? take(Float32Array, values) : take(Uint8Array, values),
  };
}

/**
 * Numbers that JSON has no name for come as text: "nan", "inf", "-inf".
 * @param {Told} value
 */
export function number(value) {
  if (typeof value === "number") return value;
  return value === "inf" ? Infinity : value === "-inf" ? -Infinity : NaN;
}

/**
 * The bytes of a trait, as the notebooks hand them over.
 * @param {unknown} value
 * @returns {Uint8Array}
 */
export function bytesOf(value) {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return new Uint8Array();
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
