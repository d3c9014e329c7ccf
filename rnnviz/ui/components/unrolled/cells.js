/** What each kind of cell consists of. */

/**
 * Rows of each cell from the top down, the way the signal takes. The belt carries the state from
 * step to step; the valve is the gate that lets the old state through; a bead joins two rows.
 * @type {Record<string, {name: string, rows: string[], belt: string|null, valve: string|null,
 *        strip: number, beads: Record<string, string>, formulas: Record<string, Formula>,
 *        kept?: Formula}>}
 * @typedef {(now: (letter: string) => string, before: (letter: string) => string) => string} Formula
 * A formula writes a row's value in the numbers of its step and of the step before; `kept` is what
 * the valve lets through.
 */
export const DIAGRAMS = {
  lstm: {
    name: "LSTM", rows: ["f", "i", "g", "c", "o", "h"], belt: "c", valve: "f", strip: 50,
    beads: { g: "×", c: "+", o: "×", h: "▾" },
    formulas: {
      c: (now, before) => `${now("f")} × ${before("c")} + ${now("i")} × ${now("g")}`,
      h: (now) => `${now("o")} × tanh(${now("c")})`,
    },
    kept: (now, before) => `${now("f")} × ${before("c")}`,
  },
  gru: {
    name: "GRU", rows: ["r", "z", "n", "h"], belt: "h", valve: "z", strip: 64,
    beads: { h: "+" },
    formulas: {
      h: (now, before) => `(1 − ${now("z")}) × ${now("n")} + ${now("z")} × ${before("h")}`,
    },
    kept: (now, before) => `${now("z")} × ${before("h")}`,
  },
  rnn: { name: "RNN", rows: ["h"], belt: "h", valve: null, strip: 110, beads: {}, formulas: {} },
  relu: {
    name: "RNN with ReLU", rows: ["h"], belt: "h", valve: null, strip: 110, beads: {}, formulas: {},
  },
  mlp: {
    name: "feed-forward, no memory", rows: ["h"], belt: null, valve: null, strip: 110, beads: {},
    formulas: {},
  },
};
