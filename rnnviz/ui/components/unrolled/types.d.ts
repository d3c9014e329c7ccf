/** What the scripts hand to each other. The packet's format is described in figures/picture.py. */

// ------------------------------------------------------------------ what comes from Python

/** A number, or its name where JSON has none for it: "nan", "inf", "-inf". */
export type Told = number | string;

export interface Coloured {
  colour: string;
  scale?: string;
  negative?: string;
}

export interface Quantity {
  letter: string;
  label: string;
  meaning: string;
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
  verdict: string;
  exact: boolean;
  /** Place among the header's sequences. */
  sequence: number;
  /** Place among the header's lists of interventions. */
  interventions: number;
  /** Bytes from the end of the header. */
  offset: number;
}

export interface Factor {
  part: "now" | "before" | "rest" | "tanh" | "number";
  letter: string;
  value: number;
}

/** What a cell consists of: rnnviz/engine/cells/spec.py. */
export interface Diagram {
  name: string;
  lacks: string;
  rows: string[];
  belt: string | null;
  valve: string | null;
  /** The gate whose bias can be shifted; empty for none. */
  forget_gate: string;
  /** What each quantity is, by letter; empty where its label and meaning say it. */
  about: Record<string, string>;
  beads: Record<string, string>;
  formulas: Record<string, Factor[][]>;
  squashed: Record<string, { function: string; of: string }>;
}

/** How the pairs of steps are packed that attention joins; see data/attention.js. */
export interface Attention {
  /** Most pairs of a step. */
  kept: number;
  /** Powers of ten of the smallest and the largest gradient that is sent over a pair. */
  low: number;
  high: number;
  /** The first step of those that answer, which look at the steps before it alone. */
  answers: number | null;
}

/** A step that another one looks at, with which weight, and the norm of the gradient sent to it. */
export interface Pair {
  step: number;
  weight: number;
  sent: number;
}

export interface Header {
  cell: string;
  diagram: Diagram;
  layers: number;
  /** What a person calls them; of two directions each is a layer. */
  layer_names: string[];
  /** 2 where each layer reads the sequence forward and backward; forward comes first. */
  directions: number;
  steps: number;
  /** Values of each quantity at a step: all units, or means of `group` neighbouring ones. */
  units: number;
  hidden: number;
  group: number;
  outputs: number;
  classes: boolean;
  top: number;
  run: string;
  offered: number;
  viewed: number | null;
  selected: [number, number] | null;
  /** Where to look first; nothing where nobody asked. */
  start?: Start;
  labels: Record<string, string>;
  quantities: Quantity[];
  gradients: Gradient[];
  /** False where no loss was computed: states and gates alone. */
  has_gradients?: boolean;
  /** Null for a network without attention. */
  attention: Attention | null;
  sequences: Sequence[];
  interventions: Intervention[][];
  frames: FrameAbout[];
}

/** One trace; the parts are those of figures/picture.py. */
export interface Frame {
  iteration: number;
  loss: Told;
  verdict: string;
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
  /** Of each pair of steps that attention joins: the step looked at, the weight, the gradient sent. */
  lookedAt: Uint16Array;
  weights: Float32Array | Uint8Array;
  sent: Float64Array | Uint8Array;
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

// ------------------------------------------------------------------ small things

/** Red, green and blue, 0 to 255. */
export type Colour = number[];

/** x, y, width, height */
export type Box = [number, number, number, number];

/** Decades of a logarithmic axis. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The time steps that are in sight, both included. */
export interface Span {
  first: number;
  last: number;
}

export interface Unit {
  layer: number;
  unit: number;
}

/** Which row of the picture. */
export interface Place {
  layer: number;
  letter: string;
}

/** A class that is told at a time step. */
export interface ToldClass {
  number: number;
  share: number;
  place: number;
  target: boolean;
}

/** The numbers of a unit: of a letter at a time step. */
export type Values = (letter: string, step: number) => number;

/** How a formula writes a letter. */
export type Writes = (letter: string) => string;

/** A word, its value, and the letter that it is coloured by. */
export type Fact = [string, string, string?];

// ------------------------------------------------------------------ where things lie

export interface Row {
  letter: string;
  layer: number;
  quantity: Quantity;
  y: number;
  height: number;
  unitHeight: number;
  group: number;
  belt: boolean;
  top: number;
  slot: number;
  /** Which lines of units the row shows. */
  window: { from: number; count: number };
  /** On its way out. */
  folded?: boolean;
  /** It stands for all rows of its layer. */
  closed?: boolean;
}

/** A wire of attention: from the column that is looked at, down to the one that is answered. */
export interface Wire {
  pair: Pair;
  width: number;
  from: number;
  to: number;
  top: number;
  height: number;
}

/** The middle of a wire, and the direction across it, of length 1. */
export interface WirePoint {
  x: number;
  y: number;
  across: [number, number];
}

/** Where all units are shown. */
export interface BaseLayout {
  width: number;
  narrow: boolean;
  labels: number;
  view: number;
  pitch: number;
  gap: number;
  left: number;
  content: number;
  scrolls: boolean;
  rows: Row[];
  axisY: number;
  inputY: number;
  rowsY: number;
  between: number;
  predictionHeight: number;
  gradientHeight: number;
  inputHeight: number;
  /** The wires of attention; 0 high where no picture has any. */
  attentionY: number;
  attentionHeight: number;
  predictionY: number;
  wordsY: number;
  wordLines: number;
  gradientY: number;
  height: number;
  upright: boolean;
  steps: number;
  wired: boolean;
  /** The one layer that is open; null where all are. */
  open: number | null;
}

/** The same at some depth of the zoom; see scene/zoom.js. */
export interface Layout extends BaseLayout {
  base: BaseLayout;
  /** How far in it is, each 0 to 1. */
  toUnit: number;
  toCell: number;
  /** Where the window begins, in pixels of the content. */
  scroll: number;
}

// ------------------------------------------------------------------ the parts of a scene

/** What was measured. */
export interface Data {
  store: Store;
  /** The iteration that is looked at. */
  frame: Frame;
  /** Its values, (L, Q, T, H). */
  decoded: Float32Array;
  /** The same on their way from those of the iteration before. */
  shown: Float32Array;
  mixing: { from: Float32Array; start: number } | null;
  /** What Python last said of the selected unit. */
  lastSelected: string;
}

export interface Zoom {
  level: number;
  depth: number;
  from: number;
  since: number | null;
}

/** What lies under the pointer. */
export interface Pointer {
  t: number;
  row?: Row;
  unit?: number;
  part?: "input" | "attention" | "prediction" | "gradient";
  /** The wire under it, by the step that is looked at. */
  wire?: number;
  carried?: boolean;
}

/** Where one looks. */
export interface Look {
  step: number;
  unit: Unit | null;
  openLayer: number | null;
  pointer: Pointer | null;
  /** Whether the newest iteration is shown as training goes on. */
  follow: boolean;
  /** Whose gradient: of the last scored step's loss alone, or of the whole. */
  ofLast: boolean;
  /** Whether the gradient's axis fits what is shown. */
  fitted: boolean;
  zoom: Zoom;
  /** The time step that the window of one cell is at, on its way to `step`. */
  camera: number;
  columnScroll: number;
}

export interface Theme {
  ink: Colour;
  paper: Colour;
  dark: boolean;
  font: string;
}

/** A theme with the colours of a network's quantities, by letter, and their tables. */
export interface Palette extends Theme {
  colours: Record<string, Colour>;
  tables: Record<string, Uint32Array>;
}

export interface Scales {
  /** Ends of the colour scales, by layer and letter. */
  rows: Record<string, number>;
  /** The gradient's axis. */
  range: Range;
  /** Ends of the scales of single units. */
  ofUnit: Record<string, number>;
  /** All of them as text, to see whether one has changed. */
  said: string;
}

export type Phase = "all" | "forward" | "backward";

/**
 * `at` is the place of the sweep in time steps, 0 to T: what lies left of it has been computed, or
 * right of it reached by the gradient.
 */
export interface Sweep {
  playing: boolean;
  phase: Phase;
  at: number;
  pauseLeft: number;
  speed: number;
  arrived: boolean;
  loop: boolean;
}

export interface Replay {
  playing: boolean;
  since: number;
  speed: number;
  loop: boolean;
}

/** What moves by itself. */
export interface Clock {
  sweep: Sweep;
  replay: Replay;
  /** Whether the viewer wants nothing to move. */
  calm: boolean;
}

/** An image of one pixel for each step and line of units. */
export interface RowImage {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  data: ImageData;
  pixels: Uint32Array;
}

export interface RowArt {
  now: RowImage;
  kept: RowImage;
  hasNotNumbers: boolean;
}

/** What has been painted, and what must be painted anew. */
export interface Art {
  images: Record<string, RowArt>;
  stale: boolean;
  dirty: "" | "data" | "all";
}

/** All that decides what is drawn. */
export interface Scene {
  data: Data;
  look: Look;
  layout: Layout;
  theme: Palette;
  scales: Scales;
  clock: Clock;
  art: Art;
  /** The scene beside this one, if there is any: both are drawn on the same scales. */
  peers: Scene[];
}

/** The parts of a scene that a function reads. */
export type Parts<Name extends keyof Scene> = Pick<Scene, Name>;

/** What `look` is told to look at. */
export interface Wanted {
  iteration?: number;
  step?: number;
  phase?: Phase;
  at?: number;
  unit?: Unit | null;
  ofLast?: boolean;
  scroll?: number;
  depth?: number;
}

/** Where one was in a picture that has left the page. */
export interface Whereabouts {
  run: string;
  shape: string;
  level: number;
  step: number;
  ofLast: boolean;
  fitted: boolean;
  columnScroll: number;
  sweep: Sweep;
  replay: Replay;
}

/** Those calls of a canvas that are made; save/vector.js knows them too. */
export interface Context
  extends Pick<
    CanvasRenderingContext2D,
    | "fillStyle"
    | "strokeStyle"
    | "lineWidth"
    | "lineJoin"
    | "globalAlpha"
    | "font"
    | "textAlign"
    | "textBaseline"
    | "imageSmoothingEnabled"
    | "save"
    | "restore"
    | "translate"
    | "rotate"
    | "beginPath"
    | "moveTo"
    | "lineTo"
    | "rect"
    | "fillRect"
    | "strokeRect"
    | "fillText"
  > {
  roundRect(x: number, y: number, width: number, height: number, radius: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  clip(): void;
  fill(): void;
  stroke(): void;
  measureText(text: string): { width: number };
  drawImage(
    image: HTMLCanvasElement,
    left: number,
    top: number,
    width: number,
    height: number,
    x: number,
    y: number,
    toWidth: number,
    toHeight: number,
  ): void;
}

/** The scale of a label. */
export interface LabelScale {
  low: string;
  high: string;
  stops: string[];
  wedge?: boolean;
}

export interface LabelKey {
  letter: string;
  text: string;
  bar: boolean;
}

/** A button on a label: whose gradient is shown, and on which scale. */
export interface LabelChoice {
  does: string;
  text: string;
  title: string;
  pressed?: boolean;
}

/** What stands at the left of a row. */
export interface Label {
  y: number;
  height: number;
  text: string;
  colour: Colour;
  plain: boolean;
  /** Told where one points at it. */
  about: string;
  notes: string[];
  scale: LabelScale | null;
  /** The layer that a click on it opens. */
  opens?: number;
  keys: LabelKey[];
  choices: LabelChoice[];
  hidden?: boolean;
}

/** A label of which the rest is as in most labels. */
export type LabelPart = Pick<Label, "y" | "height" | "text" | "about"> & Partial<Label>;

/** A line of a painted label. */
export interface LabelLine {
  text: string;
  name?: boolean;
  scale?: LabelScale;
  key?: LabelKey;
}

// ------------------------------------------------------------------ the page

export type Dom = ReturnType<typeof import("./page/controls.js").buildDom> & {
  receptive: ReturnType<typeof import("./page/receptive.js").buildReceptive>;
  /** What stands above one of two pictures. */
  name?: HTMLElement;
  sentence?: HTMLElement;
};

/** Play, one back, one forward, a slider, its text, speed, loop. */
export interface Transport {
  play: HTMLButtonElement;
  back: HTMLButtonElement;
  forward: HTMLButtonElement;
  place: HTMLInputElement;
  text: HTMLElement;
  speed: HTMLSelectElement;
  loop: HTMLButtonElement;
}

/** How large the picture is on the page. */
export interface Screen {
  /** Pixels of the canvas, and of the device, for each of the layout. */
  ratio: number;
  pixels: number;
  magnified: number;
  wide: number;
  windowHeight: number;
  /** Pixels above the picture, where the page is at its top. */
  above: number;
  onScreen: boolean;
  presenting: boolean;
  /** The page belongs to others, such as a notebook. */
  guest: boolean;
  isSecond: boolean;
}

export interface Pointing {
  pointerAt: { clientX: number; clientY: number } | null;
  /** The element whose explanation is shown. */
  explained: HTMLElement | null;
}

/** The one loop of animation. */
export interface Loop {
  request: number;
  lastFrame: number;
  odd: boolean;
  timers: Record<string, ReturnType<typeof setTimeout>>;
}

/** What was shown last: what is the same is not drawn or written again. */
export interface Last {
  overviewStep: number;
  moved: string;
  zoomed: number;
  said: string;
  printed: Sequence | null;
  told: string;
  heard: { run: string; sentences: Map<number, string> } | null;
  /** Where one looked when it was told last, and where Python last asked to look. */
  place: string;
  asked: { run: string; start: Start } | null;
}

/** What others want to hear; and beside another picture, whether this one moves both. */
export interface Hooks {
  selected: (unit: Selected | null) => void;
  iteration: (iteration: number | null) => void;
  place: (place: LookedAt | null) => void;
  drives: () => boolean;
  drawn: () => void;
  watchers: (() => void)[];
}

/** Where one looks, as a link tells it; what is null is as a picture opens. */
export interface LookedAt {
  run: string;
  time_step: number | null;
  /** What of the sweep is shown at that step. */
  sweep: Phase | null;
  zoom: number;
  layer: number | null;
}

/** Where to look, of an opened link. */
export type Start = Partial<{
  time_step: number;
  sweep: Phase;
  zoom: number;
  layer: number;
  iteration: number;
}>;

/** A scene that is on a page. */
export interface View extends Scene {
  dom: Dom;
  screen: Screen;
  pointing: Pointing;
  loop: Loop;
  last: Last;
  hooks: Hooks;
  /** Where one was in pictures that have left the page. */
  earlier: Whereabouts | Whereabouts[] | null;
}

/** The parts of a view that a function reads. */
export type ViewParts<Name extends keyof View> = Pick<View, Name>;

/** A unit that the user chose. */
export interface Selected extends Unit {
  time_step: number;
}

export interface Options {
  bytes?: Uint8Array;
  theme?: { ink?: string; paper?: string; primary?: string; font?: string };
  earlier?: Whereabouts | Whereabouts[] | null;
  guest?: boolean;
  onSelect?: ((selected: Selected | null) => void) | null;
  onIteration?: (iteration: number | null) => void;
  onPlace?: ((place: LookedAt | null) => void) | null;
}

/** What stands above one of two pictures; figures/beside.py. */
export interface About {
  name: string;
  colour: string;
  dashed: boolean;
  /** Sentences by iteration. */
  sentences: Record<string, string>;
  /** Bytes of the picture. */
  length: number;
}

/** A picture that is on a page. */
export interface Mounted {
  scene: View;
  update: (bytes: Uint8Array) => void;
  wear: (theme: NonNullable<Options["theme"]>) => void;
  where: () => Whereabouts | null;
  remove: () => void;
}
