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
    layer_names: ["layer 1", "layer 2", "layer 3", "layer 4"],
    directions: 1,
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
    attention: null,
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

/** Header of an LSTM of so many layers: six rows in each, of which one is the belt. */
export function lstmOf(layers, more = {}) {
  const header = headerOf([1], { cell: "lstm", layers, ...more });
  const quantity = (letter) => {
    const signed = "gch".includes(letter);
    const scale = signed ? "signed" : "gate";
    return { ...header.quantities[0], letter, scale, peaks: Array(layers).fill(2) };
  };
  const diagram = { ...header.diagram, name: "LSTM", rows: [..."figcoh"], belt: "c", valve: "f" };
  return { ...header, diagram, quantities: [..."figoch"].map(quantity) };
}

/**
 * Bytes of a packet with exact frames; `h` holds all values of a frame, or makes them for an
 * iteration. Norms are 1e-50, 0.1, 1 of the whole loss and 1e-60, 0.01, 1 of the last step's share,
 * times 10 for each further layer.
 */
export function packetOf(iterations, h, more = {}) {
  const header = headerOf(iterations, more);
  header.quantities[0].peaks = header.quantities[0].peaks.map(() => 2);
  const parts = iterations.map((iteration) => partsOf(header, h, iteration));
  const sizes = parts.map((each) => each.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const padded = sizes.map((size) => Math.ceil(size / 4) * 4);
  const offsets = padded.map((_, place) => padded.slice(0, place).reduce((sum, n) => sum + n, 0));
  header.frames = iterations.map((iteration, place) => ({
    iteration,
    loss: 0.5,
    verdict: "",
    exact: true,
    sequence: 0,
    interventions: 0,
    offset: offsets[place],
  }));
  let text = JSON.stringify(header);
  while (new TextEncoder().encode(text).length % 4) text += " ";
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(4 + json.length + padded.reduce((sum, n) => sum + n, 0));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  parts.forEach((each, place) => {
    let at = 4 + json.length + offsets[place];
    for (const part of each) {
      bytes.set(new Uint8Array(part.buffer), at);
      at += part.byteLength;
    }
  });
  return bytes;
}

function partsOf({ layers, outputs, classes, attention }, h, iteration) {
  const norms = [
    [1e-50, 0.1, 1],
    [1e-60, 0.01, 1],
  ].flatMap((each) =>
    Array.from({ length: layers }, (_, layer) => each.map((norm) => norm * 10 ** layer)).flat(),
  );
  const predicted = classes
    ? [
        Float32Array.of(0.75, 0.25, 0.5, 0.5, 1, 0),
        Float32Array.of(0.25, 0.5, 1),
        Uint16Array.of(0, 1, 0, 1, 1, 0),
        Uint16Array.of(1, 0, 0),
      ]
    : [Float32Array.from({ length: STEPS * outputs }, (_, place) => place / 8)];
  const pairs = attention ? [Float32Array.from(PAIRS.weights), Float64Array.from(PAIRS.sent)] : [];
  const values = typeof h === "function" ? h(iteration) : h;
  return [Float64Array.from(norms), ...predicted, ...pairs, Float32Array.from(values)];
}

/** Weights by which the steps of a made sequence look at each other, and gradients sent so. */
export const PAIRS = {
  weights: [1, 0.25, 0.75, 0.5, 0.125, 0.375],
  sent: [1, 0, 0.1, 1e-3, 1e-50, 10],
};

/** A picture as `getImageData` returns it, of colours [r, g, b]. */
export function pictureOf(colours) {
  return { data: Uint8ClampedArray.from(colours.flatMap((colour) => [...colour, 255])) };
}
