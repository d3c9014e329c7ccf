/** What the scripts of the state space pass to each other. The bytes: figures/state_space.py. */

import type { Hit, Machine, Places } from "./diagram/types.d.ts";
import type { Box, Colour, Context, Theme, Transport } from "../unrolled/types.d.ts";

// ------------------------------------------------------------------ what comes from Python

export interface AboutColouring {
  key: string;
  label: string;
  /** Of the classes; empty where the values are numbers. */
  names: string[];
  low: number;
  high: number;
  moves: boolean;
}

export interface AboutProbe {
  name: string;
  inputs: string[];
  targets: string[];
  names: string[];
}

export interface AboutFrame {
  iteration: number;
  shares: number[];
  peak: number;
  ranges: [number, number][];
  fixed: Fixed | null;
  offset: number;
}

/** A state in which the network rests, or nearly. */
export interface FixedPoint {
  kind: string;
  at: (number | null)[];
  /** In which it is left, of length 1 as far as they lie in the components. */
  directions: (number | null)[][];
  text: string[];
}

export interface Fixed {
  /** The input that was held. */
  given: string;
  points: FixedPoint[];
}

/** Where Python asks to look; each word counts once. */
export interface Start {
  time_step?: number;
  iteration?: number;
  colouring?: string;
}

export interface Header {
  run: string;
  set: string;
  letter: string;
  label: string;
  about: string;
  missing: string;
  count: number;
  axes: number;
  kept: number[];
  offered: number;
  colourings: AboutColouring[];
  probe: AboutProbe;
  machine: Machine | null;
  viewed: number | null;
  start: Start;
  has_points: boolean;
  frames: AboutFrame[];
}

/** Which state each point is. */
export interface Points {
  sequence: Uint16Array;
  step: Uint16Array;
  /** Values of the colourings that stay, by key: classes, or numbers; NaN is unknown. */
  values: Record<string, Float32Array>;
}

/** One kept iteration. */
export interface Frame {
  iteration: number;
  shares: number[];
  fixed: Fixed | null;
  /** Places (N, 3), and those of the probe (T, 3): what is no number is NaN. */
  points: Float32Array;
  probe: Float32Array;
  answers: Float32Array;
  /** Values of the colourings that move, by key. */
  values: Record<string, Float32Array>;
}

export interface Packet {
  header: Header;
  points: Points | null;
  frames: Frame[];
}

/** Everything the browser knows of the present picture. */
export interface Store {
  header: Header;
  points: Points;
  frames: Frame[];
}

// ------------------------------------------------------------------ the parts of a scene

export interface Data {
  store: Store;
  frame: Frame;
  /** Places as they are shown, on their way from those of another iteration. */
  points: Float32Array;
  probe: Float32Array;
  mixing: { points: Float32Array; probe: Float32Array; since: number } | null;
  /** Where the states of the automaton stand. */
  places: Places | null;
  /** The automaton that these places are of, as text. */
  placed: string;
}

export interface Look {
  step: number;
  follow: boolean;
  /** The iteration that was told to Python, as long as it has not said so itself. */
  reported?: number | null;
  /** Key of the colouring. */
  colouring: string;
  /** The point under the pointer. */
  pointer: number | null;
  /** The fixed point under the pointer. */
  fixed: number | null;
  /** What of the automaton is under the pointer. */
  pointed: Hit | null;
  /** The sequence whose path is shown. */
  sequence: number | null;
  /** Whether three components are shown. */
  deep: boolean;
  /** How far it is on its way there, 0 to 1. */
  depth: number;
  /** How the three components are turned, in radians. */
  yaw: number;
  pitch: number;
}

/** What `look` is told to look at. */
export type Wanted = Partial<Look> & { iteration?: number; between?: number; at?: number };

/** Where points are on the canvas, and how near: 1 is in front, -1 behind. */
export interface Projected {
  x: Float32Array;
  y: Float32Array;
  near: Float32Array;
}

/** What turns a place into one on the canvas. */
export interface Camera {
  middle: number[];
  /** Pixels for each unit of the components. */
  scale: number[];
  /** The radius of what turns, in units. */
  radius: number;
  turn: number[];
  centre: [number, number];
  depth: number;
}

export interface Layout {
  width: number;
  height: number;
  narrow: boolean;
  plot: Box;
  strip: Box;
  legend: Box;
  /** Whether the legend stands in rows below the points, and not in a column beside them. */
  inRows: boolean;
  diagram: Box | null;
}

/** The box that holds all frames. */
export interface Bounds {
  middle: number[];
  /** Half of its sides. */
  half: number[];
  /** From the middle to the farthest point. */
  radius: number;
}

export interface Sweep {
  playing: boolean;
  /** In time steps, 0 to T - 1. */
  at: number;
  speed: number;
  loop: boolean;
  pauseLeft: number;
}

export interface Replay {
  playing: boolean;
  /** In kept iterations, 0 to F - 1. */
  at: number;
  speed: number;
  loop: boolean;
  pauseLeft: number;
}

export interface Clock {
  sweep: Sweep;
  replay: Replay;
  calm: boolean;
}

export interface Scene {
  data: Data;
  look: Look;
  layout: Layout;
  theme: Theme;
  bounds: Bounds;
  /** What the bounds are on their way to. */
  aim: Bounds;
  clock: Clock;
}

export type Parts<Name extends keyof Scene> = Pick<Scene, Name>;

// ------------------------------------------------------------------ the page

export type Dom = ReturnType<typeof import("./page/controls.js").buildDom>;

export interface LookedAt {
  run: string;
  time_step: number;
}

/** What the browser has not got. */
export interface Lacking {
  run: string;
  set: string;
  iterations: number[];
}

export interface Hooks {
  iteration: (iteration: number | null) => void;
  place: (place: LookedAt) => void;
  lacking: (lacking: Lacking) => void;
  watchers: (() => void)[];
}

export interface Loop {
  request: number;
  lastFrame: number;
  timers: Record<string, ReturnType<typeof setTimeout>>;
}

export interface View extends Scene {
  dom: Dom;
  hooks: Hooks;
  loop: Loop;
  onScreen: boolean;
  wide: number;
  form: string;
  pointerAt: { clientX: number; clientY: number } | null;
  asked: { run: string; start: Start } | null;
  told: LookedAt | null;
}

export interface Options {
  bytes?: Uint8Array;
  theme?: { ink?: string; paper?: string; primary?: string; font?: string };
  onIteration?: (iteration: number | null) => void;
  onPlace?: (place: LookedAt) => void;
  onLacking?: (lacking: Lacking) => void;
}

export type { Hit, Machine, Places };
export type { Box, Colour, Context, Theme, Transport };
