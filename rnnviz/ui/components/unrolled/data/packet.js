/** Bytes from Python -> packet of frames. The format is described in figures/picture.py. */

/**
 * @typedef {{inputs: string[], targets: string[], scored: boolean[], counted: boolean[],
 *   target_values: any[]}} Sequence
 * @typedef {{iteration: number, loss: number|string, fate: string, exact: boolean,
 *   sequence: Sequence,
 *   peaks: number[][], norms: Float64Array, top: Float32Array, target: Float32Array,
 *   topClass: Uint16Array, rank: Uint16Array, outputs: Float32Array,
 *   values: Float32Array|Uint8Array}} Frame
 * @typedef {{header: any, frames: Frame[]}} Packet
 */

export const UNKNOWN = 65535;

/** Read one packet. @param {Uint8Array} bytes @returns {Packet} */
export function unpack(bytes) {
  const buffer = bytes.slice().buffer;
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  header.sequences = header.sequences.map(known);
  const frames = header.frames.map((about) => unpackFrame(buffer, 4 + length, header, about));
  return { header, frames };
}

const sequences = new Map();

/** The same sequence comes with every update; the same object then tells that nothing changed. */
export function known(sequence) {
  const key = JSON.stringify(sequence);
  if (sequences.size > 20) sequences.clear();
  if (!sequences.has(key)) sequences.set(key, sequence);
  return sequences.get(key);
}

/** @returns {Frame} */
function unpackFrame(buffer, body, header, about) {
  const { steps, units, layers, outputs, classes, top } = header;
  let at = body + about.offset;
  const take = (Type, count) => {
    const end = at + count * Type.BYTES_PER_ELEMENT;
    const part = new Type(buffer.slice(at, end));
    at = end;
    return part;
  };
  return {
    iteration: about.iteration,
    loss: about.loss,
    fate: about.fate,
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
    values: take(
      about.exact ? Float32Array : Uint8Array,
      layers * header.quantities.length * steps * units,
    ),
  };
}

/** Numbers that JSON has no name for come as text: "nan", "inf", "-inf". */
export function number(value) {
  return typeof value === "number" ? value : { inf: Infinity, "-inf": -Infinity }[value] ?? NaN;
}
