/** What the scripts of the state diagram pass to each other. */

import type { Box, Colour, Context, Theme } from "../../unrolled/types.d.ts";

/** An automaton, as `machine_json` in figures/automaton.py describes it. */
export interface Machine {
  states: MachineState[];
  arrows: MachineArrow[];
  /** The state after each step of the probe. */
  walk: number[];
  good: boolean;
  drawn: boolean;
  sentence: string;
  /** What it explains, in a few words. */
  says: string;
}

export interface MachineState {
  name: string;
  /** Empty where nobody asks. */
  answer: string;
  start: boolean;
  /** Its number among the clusters, which has a colour in the state space. */
  cluster: number;
  count: number;
  /** Share of the answers that are this one, in words. */
  alike: string | null;
  /** A shortest way to it, symbol by symbol. */
  way: string | null;
}

export interface MachineArrow {
  from: number;
  to: number;
  words: string[];
  /** Share of the steps that go this way, in words. */
  share: string;
  count: number;
}

/** Where everything is, in shares of the box. */
export interface Places {
  form: "ring" | "layers";
  states: [number, number][];
  /** How far each arrow is bent to its left, as a share of its length. */
  bends: number[];
  /** Which way the loop of each state leads out, in radians. */
  loops: number[];
  /** How many states share the narrower side. */
  across: number;
  /** How many share the other. */
  along: number;
}

/** What is shown of it now. */
export interface Shown {
  theme: Theme;
  /** Colour of a cluster in the state space. */
  colourOf: (cluster: number) => Colour;
  /** The time step of the sweep; null: none. */
  step: number | null;
  /** How far the step has come, 0 to 1. */
  come: number;
  pointed: Hit | null;
}

export interface Hit {
  kind: "state" | "arrow";
  index: number;
}

/** A curve on the canvas: from, control point, to. */
export type Curve = [[number, number], [number, number], [number, number]];

export type { Box, Colour, Context, Theme };
