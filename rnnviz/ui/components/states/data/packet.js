/** Bytes from Python -> points and frames. The format is described in figures/state_space.py. */

/** @import { AboutColouring, AboutFrame, Frame, Header, Packet, Points } from "../types.d.ts" */

const UNKNOWN = 65535;
const NO_NUMBER = -32768;
const HIGHEST = 32767;

/** @param {Uint8Array} bytes @returns {Packet} */
export function unpack(bytes) {
  const buffer = bytes.slice().buffer;
  const length = new DataView(buffer).getUint32(0, true);
  /** @type {Header} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const body = 4 + length;
  return {
    header,
    points: header.has_points ? unpackPoints(buffer, body, header) : null,
    frames: header.frames.map((about) => unpackFrame(buffer, body, header, about)),
  };
}

/** @param {ArrayBuffer} buffer @param {number} at @param {Header} header @returns {Points} */
function unpackPoints(buffer, at, { count, colourings }) {
  const take = taker(buffer, at);
  const [sequence, step] = [take(Uint16Array, count), take(Uint16Array, count)];
  const staying = colourings.filter(({ moves }) => !moves);
  const values = Object.fromEntries(
    staying.map((each) => [
      each.key,
      valuesOf(take(Uint16Array, count), each, [each.low, each.high]),
    ]),
  );
  return { sequence, step, values };
}

/**
 * @param {ArrayBuffer} buffer @param {number} body @param {Header} header @param {AboutFrame} about
 * @returns {Frame}
 */
function unpackFrame(buffer, body, { count, axes, probe, colourings }, about) {
  const take = taker(buffer, body + about.offset);
  const steps = probe.inputs.length;
  const points = placesOf(take(Int16Array, axes * count), axes, about.peak);
  const path = placesOf(take(Int16Array, axes * steps), axes, about.peak);
  const answers = take(Float32Array, steps);
  const moving = colourings.filter(({ moves }) => moves);
  const values = Object.fromEntries(
    moving.map((each, place) => [
      each.key,
      valuesOf(take(Uint16Array, count), each, about.ranges[place]),
    ]),
  );
  const { iteration, shares, fixed } = about;
  return { iteration, shares, fixed, points, probe: path, answers, values };
}

/**
 * What takes the next numbers, copied: a view of the buffer would have to begin at a multiple of
 * their size.
 * @param {ArrayBuffer} buffer @param {number} at
 */
function taker(buffer, at) {
  /**
   * @template T
   * @param {{new (part: ArrayBuffer): T, BYTES_PER_ELEMENT: number}} Type @param {number} count
   */
  return (Type, count) => {
    const end = at + count * Type.BYTES_PER_ELEMENT;
    const part = new Type(buffer.slice(at, end));
    at = end;
    return part;
  };
}

/**
 * Places with three coordinates each; components that there are not are 0.
 * @param {Int16Array} codes @param {number} axes @param {number} peak
 */
function placesOf(codes, axes, peak) {
  const count = axes ? codes.length / axes : 0;
  const places = new Float32Array(3 * count);
  for (let point = 0; point < count; point++)
    for (let axis = 0; axis < axes; axis++) {
      const code = codes[point * axes + axis];
      places[3 * point + axis] = code === NO_NUMBER ? NaN : (code * peak) / HIGHEST;
    }
  return places;
}

/**
 * @param {Uint16Array} codes @param {AboutColouring} about @param {[number, number]} range
 */
function valuesOf(codes, { names }, [low, high]) {
  const share = (high - low) / (UNKNOWN - 1);
  return Float32Array.from(codes, (code) =>
    code === UNKNOWN ? NaN : names.length ? code : low + code * share,
  );
}
