/** Small packets, made as figures/picture.py makes them. */

export const STEPS = 3;
export const UNITS = 2;

/** Header of an RNN with two units; `frames` are told by their iteration. */
export function headerOf(iterations, more = {}) {
  return {
    diagram: {
      name: "RNN",
      lacks: "no gates, no cell state",
      rows: ["h"],
      belt: "h",
      valve: null,
      forget_gate: "",
      about: { h: "" },
      beads: {},
      formulas: {},
      squashed: { h: { function: "tanh", of: "W {x} + U {h-} + b" } },
    },
    cell: "rnn",
    layers: 1,
    steps: STEPS,
    units: UNITS,
    group: 1,
    outputs: 2,
    classes: true,
    top: 2,
    run: "one",
    offered: iterations.length,
    selected: null,
    viewed: null,
    labels: { 0: "a", 1: "b" },
    quantities: [
      {
        letter: "h",
        label: "hidden state",
        scale: "signed",
        colour: "#0072b2",
        negative: "#d55e00",
        peaks: iterations.map(() => [2]),
      },
    ],
    gradients: [{ letter: "d_h", label: "dL/dh", colour: "#000000" }],
    sequences: [
      {
        inputs: ["a", "b", "a"],
        targets: ["b", "a", "b"],
        scored: [true, true, true],
        counted: [false, true, true],
        target_values: [1, 0, 1],
      },
    ],
    interventions: [[]],
    ...more,
  };
}

/** Bytes of a packet with exact frames; `h` holds STEPS times UNITS values. */
export function packetOf(iterations, h, more = {}) {
  const header = headerOf(iterations, more);
  header.quantities[0].peaks = [2];
  const size =
    8 * 2 * STEPS + 4 * STEPS * 2 + 4 * STEPS + 2 * STEPS * 2 + 2 * STEPS + 4 * STEPS * UNITS;
  const padded = Math.ceil(size / 4) * 4;
  header.frames = iterations.map((iteration, place) => ({
    iteration,
    loss: 0.5,
    fate: "",
    exact: true,
    sequence: 0,
    interventions: 0,
    offset: place * padded,
  }));
  let text = JSON.stringify(header);
  while (new TextEncoder().encode(text).length % 4) text += " ";
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(4 + json.length + padded * iterations.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  iterations.forEach((_, place) => {
    let at = 4 + json.length + place * padded;
    const put = (part) => {
      bytes.set(new Uint8Array(part.buffer), at);
      at += part.byteLength;
    };
    put(Float64Array.of(1e-50, 0.1, 1, 1e-60, 0.01, 1));
    put(Float32Array.of(0.75, 0.25, 0.5, 0.5, 1, 0));
    put(Float32Array.of(0.25, 0.5, 1));
    put(Uint16Array.of(0, 1, 0, 1, 1, 0));
    put(Uint16Array.of(1, 0, 0));
    put(Float32Array.from(h));
  });
  return bytes;
}

/** A picture as `getImageData` returns it, of colours [r, g, b]. */
export function pictureOf(colours) {
  return { data: Uint8ClampedArray.from(colours.flatMap((colour) => [...colour, 255])) };
}
