/** What each kind of cell consists of. */

/**
 * Rows of each cell from the top down, the way the signal takes. The belt carries the state from
 * step to step; the valve is the gate that lets the old state through; a bead joins two rows.
 *
 * A formula writes what a row is made of, from what `now` tells of its step and `before` of the one
 * before it: symbols or numbers, whatever these two give. `value` computes the same. Where a row is
 * a squashed sum, `squashed` names the function and writes the sum. `kept` is what the valve lets
 * through.
 *
 * @typedef {(letter: string) => string} Told
 * @typedef {(letter: string) => number} Value
 * @typedef {{name: string, lacks: string, rows: string[], belt: string|null, valve: string|null, strip: number,
 *   beads: Record<string, string>,
 *   formulas: Record<string, (now: Told, before: Told) => string>,
 *   values: Record<string, (now: Value, before: Value) => number>,
 *   squashed: Record<string, [string, (now: Told, before: Told) => string]>,
 *   kept?: (now: Told, before: Told) => string}} Diagram
 */

/** @param {Told} now @param {Told} before */
const weightedSum = (now, before) => `W ${now("x")} + U ${before("h")} + b`;

/** @type {Record<string, Diagram>} */
export const DIAGRAMS = {
  lstm: {
    name: "LSTM", lacks: "", rows: ["f", "i", "g", "c", "o", "h"], belt: "c", valve: "f", strip: 50,
    beads: { g: "×", c: "+", o: "×", h: "▾" },
    formulas: {
      c: (now, before) => `${now("f")} × ${before("c")} + ${now("i")} × ${now("g")}`,
      h: (now) => `${now("o")} × tanh(${now("c")})`,
    },
    values: {
      c: (now, before) => now("f") * before("c") + now("i") * now("g"),
      h: (now) => now("o") * Math.tanh(now("c")),
    },
    squashed: { f: ["σ", weightedSum], i: ["σ", weightedSum], g: ["tanh", weightedSum], o: ["σ", weightedSum] },
    kept: (now, before) => `${now("f")} × ${before("c")}`,
  },
  gru: {
    name: "GRU", lacks: "no cell state", rows: ["r", "z", "n", "h"], belt: "h", valve: "z", strip: 64,
    beads: { h: "+" },
    formulas: {
      h: (now, before) => `(1 − ${now("z")}) × ${now("n")} + ${now("z")} × ${before("h")}`,
    },
    values: { h: (now, before) => (1 - now("z")) * now("n") + now("z") * before("h") },
    squashed: {
      r: ["σ", weightedSum], z: ["σ", weightedSum],
      n: ["tanh", (now, before) => `W ${now("x")} + b + ${now("r")} × (U ${before("h")} + b′)`],
    },
    kept: (now, before) => `${now("z")} × ${before("h")}`,
  },
  rnn: {
    name: "RNN", lacks: "no gates, no cell state", rows: ["h"], belt: "h", valve: null, strip: 110, beads: {}, formulas: {},
    values: {}, squashed: { h: ["tanh", weightedSum] },
  },
  relu: {
    name: "RNN with ReLU", lacks: "no gates, no cell state", rows: ["h"], belt: "h", valve: null, strip: 110, beads: {}, formulas: {},
    values: {}, squashed: { h: ["ReLU", weightedSum] },
  },
  mlp: {
    name: "feed-forward, no memory", lacks: "no gates, nothing is carried on", rows: ["h"], belt: null, valve: null, strip: 110, beads: {},
    formulas: {}, values: {}, squashed: { h: ["tanh", (now) => `W ${now("x")} + b`] },
  },
};
