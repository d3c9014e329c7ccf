/** What the scripts hand to each other. The packet's format is described in figures/picture.py. */

/** A number, or its name where JSON has none for it: "nan", "inf", "-inf". */
export type Told = number | string;

export interface Quantity {
  letter: string;
  label: string;
  scale: "gate" | "signed";
  colour: string;
  negative: string;
  /** Largest absolute value of each layer, over all traces of the packet. */
  peaks: number[];
}

export interface Gradient {
  letter: string;
  label: string;
  colour: string;
}

export interface Sequence {
  inputs: string[];
  targets: string[];
  scored: boolean[];
  counted: boolean[];
  /** A class, a number, or a list of numbers, for each step. */
  target_values: (Told | Told[])[];
}

/** What was done to the running network, and to which layer and units; null: to all. */
export interface Intervention {
  kind: "hold" | "silence" | "shift";
  layer: number | null;
  units?: number[] | null;
  gate?: string;
  value?: number;
  amount?: number;
}

/** What the header tells of a frame. */
export interface FrameAbout {
  iteration: number;
  loss: Told;
  fate: string;
  exact: boolean;
  /** Place among the header's sequences. */
  sequence: number;
  /** Place among the header's lists of interventions. */
  interventions: number;
  /** Bytes from the end of the header. */
  offset: number;
}

export interface Header {
  cell: string;
  diagram: import("./data/cells.js").Diagram;
  layers: number;
  steps: number;
  units: number;
  /** So many neighbouring units share one value. */
  group: number;
  outputs: number;
  classes: boolean;
  top: number;
  run: string;
  offered: number;
  viewed: number | null;
  selected: [number, number] | null;
  labels: Record<string, string>;
  quantities: Quantity[];
  gradients: Gradient[];
  sequences: Sequence[];
  interventions: Intervention[][];
  frames: FrameAbout[];
}

/** One trace; the parts are those of figures/picture.py. */
export interface Frame {
  iteration: number;
  loss: Told;
  fate: string;
  exact: boolean;
  sequence: Sequence;
  interventions: Intervention[];
  peaks: number[][];
  norms: Float64Array;
  top: Float32Array;
  target: Float32Array;
  topClass: Uint16Array;
  rank: Uint16Array;
  outputs: Float32Array;
  values: Float32Array | Uint8Array;
}

export interface Packet {
  header: Header;
  frames: Frame[];
}

/** Everything the browser knows of the present run. */
export interface Store {
  header: Header;
  run: string;
  shape: string;
  frames: Frame[];
  labels: Record<string, string>;
  offered: number;
}
