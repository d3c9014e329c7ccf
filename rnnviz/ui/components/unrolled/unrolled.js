/**
 * The moving network: an unrolled recurrent network, drawn from measured values only.
 *
 * Sections, in the order in which data passes through them:
 *   constants      what each kind of cell consists of; sizes
 *   unpacking      bytes from Python -> packet -> store of the frames of one run
 *   values         a frame -> numbers of one row; scales
 *   theme          CSS variables -> colours and colour tables
 *   layout         sizes of the picture -> where every row and column lies
 *   painting       strips (colours), then print (texts and lines): only when something changed
 *   overlay        what moves: the sweeps, the chosen step and unit, the pointer
 *   words          sentences made from the numbers
 *   controls       the elements around the picture
 *   events         pointer, keyboard, controls -> changes of the view
 *   motion         the one animation loop; it stops when nothing moves
 *   life           mount, update, tear down
 *
 * The byte format is described in rnnviz/figures/picture.py. Three canvases lie on each other:
 * `strips` below, `print` above it, `overlay` on top. Only the overlay is drawn in each frame.
 * Text of the user goes through fillText and textContent, never through HTML.
 */

// ==================================================================== constants

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
const DIAGRAMS = {
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

const COLUMN = { narrowest: 12, widest: 320, upright: 40, wired: 34 };
const HEIGHT = { axis: 16, input: 46, between: 9, prediction: 74, gradient: 74, zero: 18, layer: 18 };
const BLEND_MS = 120;
const MOST_BLENDED = 200_000;
const MOST_FRAMES = 128;
const MOST_BYTES = 24e6;
const UNKNOWN = 65535;
const HINT = "Click a unit to follow it. Keys: ← → time step, ↑ ↓ unit, p sweep. " +
  "Colours are measured; thin lines show what feeds what.";
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const VEIL = 0.7;

/** Between two columns the belt is paler than in them. */
const CARRIED = 0.6;

/** Signed colours grow faster near zero, or one large value would make all the others pale. */
const SIGNED_POWER = 0.6;

// ==================================================================== unpacking

/**
 * @typedef {{inputs: string[], targets: string[], scored: boolean[], target_values: any[]}} Sequence
 * @typedef {{iteration: number, loss: number|string, exact: boolean, sequence: Sequence,
 *   peaks: number[][], norms: Float64Array, top: Float32Array, target: Float32Array,
 *   topClass: Uint16Array, rank: Uint16Array, outputs: Float32Array,
 *   values: Float32Array|Uint8Array}} Frame
 * @typedef {{header: any, frames: Frame[]}} Packet
 */

/** Read one packet. @param {Uint8Array} bytes @returns {Packet} */
function unpack(bytes) {
  const buffer = bytes.slice().buffer;
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  header.sequences = header.sequences.map(known);
  const frames = header.frames.map((about) => unpackFrame(buffer, 4 + length, header, about));
  return { header, frames };
}

const sequences = new Map();

/** The same sequence comes with every update; the same object then tells that nothing changed. */
function known(sequence) {
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
    exact: about.exact,
    sequence: header.sequences[about.sequence],
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
function number(value) {
  return typeof value === "number" ? value : { inf: Infinity, "-inf": -Infinity }[value] ?? NaN;
}

function shapeOf(header) {
  const { cell, layers, steps, units, outputs, classes } = header;
  return [cell, layers, steps, units, outputs, classes].join("/");
}

/**
 * Everything the browser knows of the present run.
 * @typedef {{header: any, run: string, shape: string, frames: Frame[],
 *   labels: Record<string, string>, offered: number}} Store
 * Add a packet: one or two frames join their run, more replace what was there.
 * @param {Store|null} store @param {Packet} packet @returns {Store}
 */
function merge(store, packet) {
  const { header, frames } = packet;
  if (!store || frames.length > 2 || !joins(store, packet)) return storeOf(packet);
  store.header = header;
  Object.assign(store.labels, header.labels);
  for (const frame of frames) insert(store.frames, frame);
  while (store.frames.length > 2 && tooMany(store.frames)) store.frames = everySecond(store.frames);
  store.offered = Math.max(store.offered, store.frames.length);
  return store;
}

/** Put a frame in its place; an exact one may stand in for a quantised one, not the reverse. */
function insert(kept, frame) {
  const place = kept.findIndex((each) => each.iteration >= frame.iteration);
  if (place < 0) kept.push(frame);
  else if (kept[place].iteration > frame.iteration) kept.splice(place, 0, frame);
  else if (frame.exact || !kept[place].exact) kept[place] = frame;
}

function storeOf({ header, frames }) {
  const { run, offered } = header;
  return { header, run, offered, shape: shapeOf(header), frames, labels: { ...header.labels } };
}

/** Whether frames belong to the run that we have. */
function joins(store, { header, frames }) {
  if (header.run !== store.run || shapeOf(header) !== store.shape) return false;
  return frames.every((frame) => {
    const same = store.frames.find((kept) => kept.iteration === frame.iteration);
    if (same) return Object.is(number(same.loss), number(frame.loss));
    return Boolean(header.run) || frame.iteration > newest(store).iteration;
  });
}

function tooMany(frames) {
  const bytes = frames.reduce((sum, frame) => sum + frame.values.byteLength, 0);
  return frames.length > MOST_FRAMES || bytes > MOST_BYTES;
}

/** Thin the frames, but keep the first and the newest. */
function everySecond(frames) {
  return frames.filter((_, index) => index % 2 === 0 || index === frames.length - 1);
}

function newest(store) {
  return store.frames[store.frames.length - 1];
}

// ==================================================================== values

/** All units of a frame as numbers, (L, Q, T, H); NaN where the quantised frame has none. */
function decode(frame, header) {
  if (frame.exact) return frame.values;
  const { steps, units, layers, quantities } = header;
  const block = steps * units;
  const decoded = new Float32Array(frame.values.length);
  for (let layer = 0, at = 0; layer < layers; layer++) {
    quantities.forEach((quantity, q) => {
      const table = decodingTable(quantity.scale, frame.peaks[q][layer]);
      for (const end = at + block; at < end; at++) decoded[at] = table[frame.values[at]];
    });
  }
  return decoded;
}

function decodingTable(scale, peak) {
  const table = new Float32Array(256);
  for (let code = 1; code < 256; code++) {
    table[code] = scale === "gate" ? (code - 1) / 254 : ((code - 128) / 127) * peak;
  }
  table[0] = NaN;
  return table;
}

function quantityIndex(header, letter) {
  return header.quantities.findIndex((quantity) => quantity.letter === letter);
}

/** Where the values of one row begin in a decoded frame. */
function startOf(header, layer, letter) {
  const { steps, units, quantities } = header;
  return (layer * quantities.length + quantityIndex(header, letter)) * steps * units;
}

/** Norms over units of one gradient, (T,): of the last scored step's loss, or of the whole. */
function normsOf(frame, header, layer, gradient, ofLast) {
  const { layers, steps, gradients } = header;
  const start = (((ofLast ? 1 : 0) * layers + layer) * gradients.length + gradient) * steps;
  return frame.norms.subarray(start, start + steps);
}

/** Ends of the colour scale of a signed quantity: the largest value kept, rounded up. */
function signedScale(store, q, layer) {
  const peak = store.frames.reduce((most, frame) => Math.max(most, frame.peaks[q][layer]), 0);
  const decade = 10 ** Math.floor(Math.log10(peak));
  const steps = peak > 1 ? [1, 1.5, 2, 3, 4, 5, 6, 8, 10] : [1, 2, 5, 10];
  const step = steps.find((candidate) => peak <= candidate * decade * 1.001);
  return step ? step * decade : peak || 1;
}

/**
 * Decades that the gradient axis spans: those of the frame, for both losses. The axis that is there
 * stays as long as it fits, so that it does not jump with every update.
 */
function decades(frame, present) {
  const finite = frame.norms.filter((norm) => norm > 0 && norm < Infinity);
  if (!finite.length) return present ?? { low: -4, high: 0 };
  const high = Math.ceil(Math.log10(Math.max(...finite)) - 1e-9);
  const lowest = Math.floor(Math.log10(Math.min(...finite)) + 1e-9);
  const low = clamp(lowest, high - 12, high - 4);
  const fits = present && present.high >= high && present.low <= low &&
    present.high - high <= 1 && low - present.low <= 2;
  return fits ? present : { low, high };
}

/** Share 0..1 of the axis; 0 is at or below its foot. */
function onAxis(range, norm) {
  return clamp((Math.log10(norm) - range.low) / (range.high - range.low), 0, 1);
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** Whether the prediction at t was right; null where nothing was asked or known. */
function hit(frame, t) {
  if (!frame.sequence.scored[t] || !frame.rank.length || frame.rank[t] === UNKNOWN) return null;
  return frame.rank[t] === 0;
}

// ==================================================================== theme

/**
 * @typedef {{ink: number[], paper: number[], dark: boolean, font: string}} Theme
 * @returns {Theme}
 */
function readTheme(element) {
  const style = getComputedStyle(element);
  const ink = parseColour(style.color, [49, 51, 63]);
  const paper = parseColour(style.getPropertyValue("--st-background-color"), [255, 255, 255]);
  return { ink, paper, dark: luminance(paper) < 0.4, font: style.fontFamily || "sans-serif" };
}

let colourReader;

/** Any CSS colour as [r, g, b]. */
function parseColour(text, fallback) {
  colourReader ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!text || !CSS.supports("color", text.trim())) return fallback;
  colourReader.fillStyle = text.trim();
  colourReader.fillRect(0, 0, 1, 1);
  return Array.from(colourReader.getImageData(0, 0, 1, 1).data.slice(0, 3));
}

function mix(from, to, share) {
  return from.map((channel, index) => Math.round(channel + (to[index] - channel) * share));
}

function css(colour, alpha = 1) {
  return `rgb(${colour[0]} ${colour[1]} ${colour[2]} / ${alpha})`;
}

function luminance(colour) {
  const linear = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** The colour, moved towards the ink until text in it can be read (WCAG 4.5 : 1). */
function readable(colour, theme) {
  for (let share = 0; share < 1; share += 0.1) {
    const moved = mix(colour, theme.ink, share);
    if (contrast(moved, theme.paper) >= 4.5) return moved;
  }
  return theme.ink;
}

/** 256 colours from the lowest to the highest value, and one more for "not a number". */
function colourTable(quantity, theme) {
  const table = new Uint32Array(257);
  for (let code = 0; code < 256; code++) table[code] = pixel(colourAt(quantity, code / 255, theme));
  table[256] = pixel(mix(theme.paper, theme.ink, 0.45));
  return table;
}

/** Colour at a share 0..1 of the scale; for a signed quantity 0.5 is zero. */
function colourAt(quantity, share, theme) {
  const zero = mix(theme.paper, theme.ink, 0.045);
  const colour = parseColour(quantity.colour, [128, 128, 128]);
  if (quantity.scale === "gate") return mix(zero, strong(colour, theme), share);
  const side = share < 0.5 ? parseColour(quantity.negative, colour) : colour;
  return mix(zero, strong(side, theme), (Math.abs(share - 0.5) * 2) ** SIGNED_POWER);
}

/** The end of a scale must stand out from the paper in either theme. */
function strong(colour, theme) {
  for (let share = 0; share < 0.6; share += 0.1) {
    const moved = mix(colour, theme.ink, share);
    if (contrast(moved, theme.paper) >= 2.6) return moved;
  }
  return colour;
}

function pixel([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

// ==================================================================== layout

/**
 * @typedef {{letter: string, layer: number, quantity: any, y: number, height: number,
 *   unitHeight: number, group: number, belt: boolean, top: number, slot: number}} Row
 * @typedef {{width: number, narrow: boolean, labels: number, view: number, pitch: number, gap: number,
 *   left: number, content: number, rows: Row[], axisY: number, inputY: number,
 *   predictionY: number, gradientY: number, height: number, upright: boolean, steps: number,
 *   wired: boolean}} Layout
 * @returns {Layout}
 */
function layOut(header, width) {
  const narrow = width < 560;
  const labels = narrow ? 96 : 126;
  const view = Math.max(60, width - labels);
  const { steps } = header;
  const pitch = clamp(Math.floor((view - 14) / steps), COLUMN.narrowest, COLUMN.widest);
  const gap = clamp(Math.round(pitch * 0.26), 3, 34);
  const content = steps * pitch + 8;
  const left = Math.min(24, Math.max(0, Math.floor((view - content) / 2)));
  const rows = layOutRows(header);
  const last = rows[rows.length - 1];
  const predictionY = last.top + last.slot + HEIGHT.between + 5;
  const gradientY = predictionY + HEIGHT.prediction + 12;
  return {
    width, narrow, labels, view, pitch, gap, left, content, rows, steps,
    axisY: 0, inputY: HEIGHT.axis, predictionY, gradientY,
    height: gradientY + HEIGHT.gradient + HEIGHT.zero + 4,
    upright: pitch < COLUMN.upright, wired: pitch >= COLUMN.wired,
  };
}

/** Stack the rows of all layers. @returns {Row[]} */
function layOutRows(header) {
  const diagram = DIAGRAMS[header.cell];
  const size = stripSize(header.units, diagram.strip / header.layers ** 0.6);
  const rows = [];
  let y = HEIGHT.axis + HEIGHT.input + HEIGHT.between;
  for (let layer = 0; layer < header.layers; layer++) {
    if (header.layers > 1) y += HEIGHT.layer;
    for (const letter of diagram.rows) {
      const belt = letter === diagram.belt;
      const slot = Math.max(size.height, 30) + (belt ? 8 : 0);
      const quantity = header.quantities[quantityIndex(header, letter)];
      const inside = y + Math.floor((slot - size.height) / 2);
      rows.push({ letter, layer, quantity, belt, top: y, slot, y: inside, ...size });
      y += slot + HEIGHT.between;
    }
  }
  return rows;
}

/** Whole pixels for each unit; where there are too many, the mean of a group shares a line. */
function stripSize(units, wanted) {
  const group = Math.ceil(units / Math.max(16, Math.round(wanted * 1.35)));
  const lines = Math.ceil(units / group);
  const unitHeight = clamp(Math.round(wanted / lines), 1, 14);
  return { group, unitHeight, height: lines * unitHeight };
}

/** Left edge of the column's cell, in the coordinates of the scrolled content. */
function cellX(layout, t) {
  return layout.left + t * layout.pitch + layout.gap;
}

function cellWidth(layout) {
  return layout.pitch - layout.gap;
}

/** Text has more room than the cells of the strips: nearly the whole column. */
function printBox(layout, t) {
  const width = Math.min(layout.pitch - 3, cellWidth(layout) + 14);
  return { x: cellX(layout, t) + (cellWidth(layout) - width) / 2, width };
}

function visibleSteps(layout, scroll) {
  const first = Math.floor((scroll - layout.left) / layout.pitch);
  const last = Math.ceil((scroll + layout.view - layout.left) / layout.pitch);
  return { first: clamp(first, 0, layout.steps - 1), last: clamp(last, 0, layout.steps - 1) };
}

// ==================================================================== painting

/** Prepare a canvas for drawing in the coordinates of the scrolled content. */
function begin(view, canvas) {
  const { layout, ratio, scroll } = view;
  const width = Math.round(layout.view * ratio);
  const height = Math.round(layout.height * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${layout.view}px`;
    canvas.style.height = `${layout.height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(ratio, 0, 0, ratio, -Math.round(scroll * ratio), 0);
  return context;
}

/** Everything that is a colour or a bar. */
function paintStrips(view) {
  const { layout } = view;
  const context = begin(view, view.dom.strips);
  const span = visibleSteps(layout, view.scroll);
  context.imageSmoothingEnabled = false;
  for (const row of layout.rows) paintImages(view, row);
  for (const row of layout.rows) if (!row.belt) drawStrip(context, view, row, span);
  clearGaps(context, layout, span);
  for (const row of layout.rows) if (row.belt) drawBelt(context, view, row, span);
  for (const row of layout.rows) drawNotNumbers(context, view, row, span);
  drawPredictionBars(context, view, span);
  drawGradientBars(context, view, span);
}

/** Write a row's values into its image of one pixel for each step and line. */
function paintImages(view, row) {
  const { store } = view;
  const { steps, units } = store.header;
  const lines = Math.ceil(units / row.group);
  const art = (view.art[artKey(row)] ??= newArt(steps, lines));
  const table = view.tables[row.letter];
  const { from, factor } = codeScale(view, row);
  const start = startOf(store.header, row.layer, row.letter);
  art.hasNotNumbers = fillImage(art.now, view.shown, start, row.group, units, table, from, factor);
  if (row.belt) {
    const kept = keptValues(view, row, start);
    fillImage(art.kept, kept, 0, row.group, units, table, from, factor);
  }
}

function artKey(row) {
  return `${row.layer}${row.letter}`;
}

function newArt(steps, lines) {
  const image = () => {
    const canvas = document.createElement("canvas");
    canvas.width = steps;
    canvas.height = lines;
    const context = canvas.getContext("2d");
    const data = context.createImageData(steps, lines);
    return { canvas, context, data, pixels: new Uint32Array(data.data.buffer) };
  };
  return { now: image(), kept: image(), hasNotNumbers: false };
}

/** code = from + factor * value, 0..255 */
function codeScale(view, row) {
  if (row.quantity.scale === "gate") return { from: 0, factor: 255 };
  return { from: 127.5, factor: 127.5 / view.scales[artKey(row)] };
}

/** @returns {boolean} whether some value is not a number */
function fillImage(image, values, start, group, units, table, from, factor) {
  const steps = image.canvas.width;
  let notNumbers = false;
  for (let t = 0; t < steps; t++) {
    for (let line = 0, unit = 0; unit < units; line++) {
      const end = Math.min(units, unit + group);
      const count = end - unit;
      let sum = 0;
      for (; unit < end; unit++) sum += values[start + t * units + unit];
      const code = from + (factor * sum) / count;
      if (code === code && Number.isFinite(code)) {
        image.pixels[line * steps + t] = table[code < 0 ? 0 : code > 255 ? 255 : Math.round(code)];
      } else {
        image.pixels[line * steps + t] = table[256];
        notNumbers = true;
      }
    }
  }
  image.context.putImageData(image.data, 0, 0);
  return notNumbers;
}

/** What the valve lets through of the state before: f c or z h; without a valve the state itself. */
function keptValues(view, row, start) {
  const { header } = view.store;
  const { steps, units } = header;
  const { valve } = DIAGRAMS[header.cell];
  const kept = new Float32Array(steps * units);
  const gate = valve ? startOf(header, row.layer, valve) : 0;
  for (let at = units; at < kept.length; at++) {
    kept[at] = view.shown[start + at - units] * (valve ? view.shown[gate + at] : 1);
  }
  return kept;
}

function drawStrip(context, view, row, { first, last }) {
  const { layout } = view;
  const { canvas } = view.art[artKey(row)].now;
  const count = last - first + 1;
  context.drawImage(
    canvas, first, 0, count, canvas.height,
    cellX(layout, first) - layout.gap, row.y, count * layout.pitch, row.height,
  );
}

function clearGaps(context, layout, { first, last }) {
  const top = layout.rows[0].top;
  const height = layout.predictionY - top;
  for (let t = first; t <= last; t++) {
    context.clearRect(cellX(layout, t) - layout.gap, top, layout.gap, height);
  }
}

/** The belt has no gaps: between two columns it shows the old state, then what the valve kept. */
function drawBelt(context, view, row, { first, last }) {
  const { layout } = view;
  const { now, kept } = view.art[artKey(row)];
  const lines = now.canvas.height;
  const width = cellWidth(layout);
  const before = Math.floor(layout.gap / 2);
  for (let t = first; t <= last; t++) {
    const x = cellX(layout, t);
    const after = layout.gap - before;
    context.globalAlpha = 1;
    context.drawImage(now.canvas, t, 0, 1, lines, x, row.y, width, row.height);
    context.globalAlpha = CARRIED;
    context.drawImage(kept.canvas, t, 0, 1, lines, x - after, row.y, after, row.height);
    const carried = x - layout.gap;
    if (t > 0) {
      context.drawImage(now.canvas, t - 1, 0, 1, lines, carried, row.y, before, row.height);
    } else {
      context.drawImage(kept.canvas, 0, 0, 1, lines, carried, row.y, before, row.height);
    }
  }
  context.globalAlpha = 1;
  drawRails(context, view, row);
}

function drawRails(context, view, row) {
  const { layout } = view;
  const from = layout.left;
  const to = cellX(layout, layout.steps - 1) + cellWidth(layout) + 6;
  context.fillStyle = css(view.colours[row.letter]);
  context.fillRect(from, row.y - 4, to - from, 2);
  context.fillRect(from, row.y + row.height + 2, to - from, 2);
}

/** Hatch what is not a number, so that grey is not taken for a value. */
function drawNotNumbers(context, view, row, { first, last }) {
  if (!view.art[artKey(row)].hasNotNumbers) return;
  const { layout, store } = view;
  const { units } = store.header;
  const start = startOf(store.header, row.layer, row.letter);
  context.fillStyle = view.hatch;
  for (let t = first; t <= last; t++) {
    for (let unit = 0; unit < units; unit++) {
      if (Number.isFinite(view.shown[start + t * units + unit])) continue;
      const y = row.y + Math.floor(unit / row.group) * row.unitHeight;
      context.fillRect(cellX(layout, t), y, cellWidth(layout), row.unitHeight);
    }
  }
}

function makeHatch(theme) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const context = tile.getContext("2d");
  context.strokeStyle = css(theme.paper);
  context.lineWidth = 1.6;
  for (const shift of [-6, 0, 6]) {
    context.moveTo(shift, 6);
    context.lineTo(shift + 6, 0);
  }
  context.stroke();
  return context.createPattern(tile, "repeat");
}

// ---------------------------------------------------------------- predictions

/** The classes told at a step: the most probable ones, and the target if it is not among them. */
function told(view, t) {
  const { frame, store } = view;
  const { top } = store.header;
  const scored = frame.sequence.scored[t];
  const targetClass = scored ? frame.sequence.target_values[t] : -1;
  const classes = [];
  for (let place = 0; place < top; place++) {
    const number_ = frame.topClass[t * top + place];
    if (number_ === UNKNOWN) return [];
    classes.push({ number: number_, share: frame.top[t * top + place], place });
  }
  if (scored && !classes.some((each) => each.number === targetClass)) {
    classes[classes.length - 1] = {
      number: targetClass, share: frame.target[t], place: frame.rank[t],
    };
  }
  return classes.map((each) => ({ ...each, target: each.number === targetClass }));
}

const PREDICTION = { head: 18, line: 18, bar: 15 };

function drawPredictionBars(context, view, { first, last }) {
  const { layout, store, theme } = view;
  if (!store.header.classes) return drawOutputs(context, view, { first, last });
  for (let t = first; t <= last; t++) {
    const classes = told(view, t);
    if (layout.upright) {
      if (classes.length) drawUprightBar(context, view, t, classes[0]);
      continue;
    }
    classes.forEach((each, line) => {
      const { x, y, width, height } = predictionBox(layout, t, line);
      context.fillStyle = css(theme.ink, 0.06);
      context.fillRect(x, y, width, height);
      context.fillStyle = css(theme.ink, each.target ? 0.3 : 0.17);
      context.fillRect(x, y, width * each.share, height);
    });
  }
}

function drawUprightBar(context, view, t, best) {
  const { layout, theme } = view;
  const height = HEIGHT.prediction - PREDICTION.head;
  const y = layout.predictionY + PREDICTION.head;
  const { x, width } = printBox(layout, t);
  context.fillStyle = css(theme.ink, 0.06);
  context.fillRect(x, y, width, height);
  context.fillStyle = css(theme.ink, best.target ? 0.3 : 0.17);
  context.fillRect(x, y + height * (1 - best.share), width, height * best.share);
}

function predictionBox(layout, t, line) {
  const y = layout.predictionY + PREDICTION.head + line * PREDICTION.line + 1;
  return { ...printBox(layout, t), y, height: PREDICTION.bar };
}

/** Outputs that are numbers: a dot for the output, a ring for the target, on one common scale. */
function drawOutputs(context, view, { first, last }) {
  const { layout, frame, store, theme } = view;
  const { outputs } = store.header;
  const range = outputRange(view);
  const y = (value) => layout.predictionY + 8 +
    (HEIGHT.prediction - 16) * (1 - (value - range.low) / (range.high - range.low));
  for (let t = first; t <= last; t++) {
    const x = cellX(layout, t) + cellWidth(layout) / 2;
    context.fillStyle = css(theme.ink, 0.05);
    context.fillRect(cellX(layout, t), layout.predictionY, cellWidth(layout), HEIGHT.prediction);
    for (let output = 0; output < Math.min(outputs, 4); output++) {
      const target = number([frame.sequence.target_values[t]].flat()[output]);
      const value = frame.outputs[t * outputs + output];
      if (frame.sequence.scored[t]) ring(context, x, y(target), 4.5, css(theme.ink, 0.8));
      if (Number.isFinite(value)) disk(context, x, y(value), 2.8, css(theme.ink, 0.9));
    }
  }
}

function outputRange({ frame }) {
  const targets = frame.sequence.target_values.flat().map(number);
  const finite = [...frame.outputs, ...targets].filter(Number.isFinite);
  const low = Math.min(...finite, 0);
  const high = Math.max(...finite, 0);
  return high > low ? { low, high } : { low: low - 1, high: high + 1 };
}

function disk(context, x, y, radius, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
}

function ring(context, x, y, radius, colour, width = 1.5) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.stroke();
}

// ---------------------------------------------------------------- gradient

function gradientFoot(layout) {
  return layout.gradientY + HEIGHT.gradient;
}

function drawGradientBars(context, view, { first, last }) {
  const { layout, theme, range } = view;
  const right = cellX(layout, layout.steps - 1) + cellWidth(layout);
  context.fillStyle = css(theme.ink, 0.1);
  for (let decade = range.low; decade <= range.high; decade++) {
    const y = gradientY(layout, range, 10 ** decade);
    context.fillRect(layout.left + layout.gap, Math.round(y), right - layout.left - layout.gap, 1);
  }
  const { header } = view.store;
  const top = header.layers - 1;
  header.gradients.forEach((gradient, index) => {
    const norms = normsOf(view.frame, header, top, index, view.ofLast);
    const bar = gradient.letter === "d_h";
    for (let t = first; t <= last; t++) {
      if (bar) drawGradientBar(context, view, t, norms[t], view.colours[gradient.letter]);
      else drawGradientTick(context, view, t, norms[t], view.colours[gradient.letter]);
    }
  });
}

function gradientY(layout, range, norm) {
  return gradientFoot(layout) - onAxis(range, norm) * HEIGHT.gradient;
}

function drawGradientBar(context, view, t, norm, colour) {
  const { layout, range, theme } = view;
  const x = cellX(layout, t);
  const width = cellWidth(layout);
  const foot = gradientFoot(layout);
  if (norm === 0) {
    ring(context, x + width / 2, foot + HEIGHT.zero / 2 + 2, 2.6, css(colour), 1.4);
  } else if (norm > 0 && norm < Infinity) {
    const share = onAxis(range, norm);
    context.fillStyle = css(colour, 0.35 + 0.65 * share);
    context.fillRect(x, foot - share * HEIGHT.gradient, width, share * HEIGHT.gradient);
    if (share === 0) arrowDown(context, x + width / 2, foot - 1, css(colour));
  } else {
    context.fillStyle = css(mix(theme.paper, theme.ink, 0.45));
    context.fillRect(x, layout.gradientY, width, HEIGHT.gradient);
    context.fillStyle = view.hatch;
    context.fillRect(x, layout.gradientY, width, HEIGHT.gradient);
  }
}

function drawGradientTick(context, view, t, norm, colour) {
  const { layout, range } = view;
  if (norm === 0) {
    const x = cellX(layout, t) + cellWidth(layout) / 2;
    ring(context, x, gradientFoot(layout) + HEIGHT.zero / 2 + 2, 5, css(colour), 1.4);
  }
  if (!(norm > 0 && norm < Infinity)) return;
  const y = Math.round(gradientY(layout, range, norm));
  context.fillStyle = css(colour);
  context.fillRect(cellX(layout, t) - 1, y - 1, cellWidth(layout) + 2, 3);
}

function arrowDown(context, x, y, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x - 3, y - 4);
  context.lineTo(x + 3, y - 4);
  context.lineTo(x, y);
  context.fill();
}

// ---------------------------------------------------------------- print

/** Everything that is text or a line: repainted with new data, not while colours blend. */
function paintPrint(view) {
  const { layout, frame, dom } = view;
  const same = view.printed === frame.sequence && view.dirty === "data";
  view.printed = frame.sequence;
  const context = same ? dom.print.getContext("2d") : begin(view, dom.print);
  const span = visibleSteps(layout, view.scroll);
  context.textBaseline = "middle";
  if (same) {
    const height = HEIGHT.prediction + 2;
    context.clearRect(view.scroll, layout.predictionY - 1, layout.view, height);
    if (view.store.header.classes) drawPredictionTexts(context, view, span);
    return;
  }
  if (view.layout.wired) drawWires(context, view, span);
  drawAxis(context, view, span);
  drawInputs(context, view, span);
  if (view.store.header.classes) drawPredictionTexts(context, view, span);
  drawGradientFoot(context, view);
}

function font(view, size, weight = 400) {
  return `${weight} ${size}px ${view.theme.font}`;
}

function drawAxis(context, view, { first, last }) {
  const { layout, theme } = view;
  const every = layout.pitch >= 24 ? 1 : 5;
  context.font = font(view, 10);
  context.textAlign = "center";
  context.fillStyle = css(theme.ink, 0.6);
  for (let t = first; t <= last; t++) {
    if (t % every === 0) {
      context.fillText(String(t), cellX(layout, t) + cellWidth(layout) / 2, HEIGHT.axis / 2);
    }
  }
}

function drawInputs(context, view, { first, last }) {
  const { layout, theme, frame } = view;
  const labels = frame.sequence.inputs.map(visible);
  const size = commonSize(context, view, labels, printBox(layout, 0).width - 4, 600, [20, 9]);
  for (let t = first; t <= last; t++) {
    const { x, width } = printBox(layout, t);
    const label = labels[t];
    context.fillStyle = css(theme.ink, 0.07);
    roundedRect(context, x, layout.inputY, width, HEIGHT.input, 4);
    context.fill();
    context.fillStyle = css(theme.ink);
    if (layout.upright) {
      uprightText(context, view, label, x + width / 2, layout.inputY + 3, HEIGHT.input - 6, 10);
    } else {
      context.font = font(view, size, 600);
      context.textAlign = "center";
      context.fillText(fitted(context, label, width - 2), x + width / 2,
        layout.inputY + HEIGHT.input / 2);
    }
  }
}

/** One size for all: the largest, within limits, in which nine of ten labels fit. */
function commonSize(context, view, labels, width, weight, [largest, smallest]) {
  const key = [weight, width, view.theme.font, ...labels].join("|");
  const known = view.sizes.get(key);
  if (known) return known;
  let size = largest;
  for (; size > smallest; size -= 0.5) {
    context.font = font(view, size, weight);
    const fit = labels.filter((each) => measured(context, each) <= width).length;
    if (fit >= 0.9 * labels.length) break;
  }
  if (view.sizes.size > 20) view.sizes.clear();
  view.sizes.set(key, size);
  return size;
}

const widths = new Map();

function measured(context, text) {
  const key = `${context.font}|${text}`;
  if (!widths.has(key)) {
    if (widths.size > 4000) widths.clear();
    widths.set(key, context.measureText(text).width);
  }
  return widths.get(key);
}

/** The text, shortened with an ellipsis at a whole character. */
function fitted(context, text, width) {
  if (measured(context, text) <= width) return text;
  const characters = wholeCharacters(text);
  const join = (count) => isolated(`${characters.slice(0, count).join("")}…`, text);
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measured(context, join(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return low ? join(low) : "";
}

const segmenter = globalThis.Intl?.Segmenter && new Intl.Segmenter();

/** What a reader takes for one character, such as an emoji of several code points. */
function wholeCharacters(text) {
  if (!segmenter) return Array.from(text);
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Text in its own direction, whatever stands around it. */
function isolated(text, of = text) {
  return /[\u0590-\u08ff\ufb1d-\ufefc]/.test(of) ? `\u2067${text}\u2069` : text;
}

/** Symbols without ink get some. */
function visible(text) {
  return text.replace(/\n/g, "↵").replace(/\t/g, "⇥").replace(/^ +$|^ | $/g, (blanks) =>
    "␣".repeat(blanks.length)).replace(/[\u0000-\u001f\u007f]/g, "·");
}

/** Text that reads from the bottom up, from the foot of its box. */
function uprightText(context, view, text, x, y, height, size) {
  context.font = font(view, size);
  context.save();
  context.translate(x, y + height);
  context.rotate(-Math.PI / 2);
  context.textAlign = "left";
  context.fillText(fitted(context, text, height), 0, 0);
  context.restore();
}

function roundedRect(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

function drawPredictionTexts(context, view, { first, last }) {
  const { layout, frame } = view;
  const names = Object.keys(view.store.labels).map((each) => className(view, each));
  const room = printBox(layout, 0).width;
  const size = commonSize(context, view, names, room - (room >= 74 ? 40 : 5), 600, [11, 9]);
  for (let t = first; t <= last; t++) {
    const classes = told(view, t);
    drawVerdict(context, view, t);
    if (layout.upright) {
      if (classes.length) drawUprightClass(context, view, t, classes[0]);
    } else {
      classes.forEach((each, line) => drawClass(context, view, t, line, each, size));
    }
    if (!classes.length && frame.rank.length) drawUnknown(context, view, t);
  }
}

function drawUnknown(context, view, t) {
  const { layout, theme } = view;
  const y = layout.predictionY + PREDICTION.head;
  for (const fill of [css(mix(theme.paper, theme.ink, 0.45)), view.hatch]) {
    context.fillStyle = fill;
    context.fillRect(cellX(layout, t), y, cellWidth(layout), HEIGHT.prediction - PREDICTION.head);
  }
}

/** Hit or miss, told by shape: a filled disk with a check, or a ring with a cross. */
function drawVerdict(context, view, t) {
  const { layout, theme, frame } = view;
  const verdict = hit(frame, t);
  const { x: left, width } = printBox(layout, t);
  const wide = width >= 60;
  const x = wide ? left + 7 : left + width / 2;
  const y = layout.predictionY + PREDICTION.head / 2 - 1;
  if (verdict === null) {
    context.fillStyle = css(theme.ink, 0.35);
    context.fillRect(x - 3, y - 0.5, 6, 1);
    return;
  }
  drawSign(context, x, y, verdict, theme);
  if (wide) {
    context.font = font(view, 11, verdict ? 600 : 400);
    context.textAlign = "left";
    context.fillStyle = css(theme.ink, 0.85);
    context.fillText(fitted(context, verdictWords(view, t, verdict, width), width - 16), x + 9,
      y + 0.5);
  }
}

function verdictWords(view, t, verdict, width) {
  const target = isolatedLabel(view.frame.sequence.targets[t]);
  if (width < 110) return verdict ? "right" : target;
  return `${verdict ? "right" : "should be"}: ${target}`;
}

function drawSign(context, x, y, verdict, theme) {
  if (verdict) disk(context, x, y, 5.5, css(theme.ink, 0.85));
  else ring(context, x, y, 4.8, css(theme.ink, 0.85), 1.3);
  context.strokeStyle = css(verdict ? theme.paper : theme.ink);
  context.lineWidth = 1.4;
  context.beginPath();
  if (verdict) {
    context.moveTo(x - 2.6, y + 0.2);
    context.lineTo(x - 0.7, y + 2.2);
    context.lineTo(x + 2.8, y - 2.1);
  } else {
    context.moveTo(x - 2, y - 2);
    context.lineTo(x + 2, y + 2);
    context.moveTo(x + 2, y - 2);
    context.lineTo(x - 2, y + 2);
  }
  context.stroke();
}

function className(view, number_) {
  return isolatedLabel(view.store.labels[number_] ?? `class ${number_}`);
}

function isolatedLabel(text) {
  return isolated(visible(text));
}

function drawClass(context, view, t, line, each, size) {
  const { x, y, width, height } = predictionBox(view.layout, t, line);
  const { theme } = view;
  const middle = y + height / 2 + 0.5;
  const percent = width >= 74 ? `${Math.round(each.share * 100)} %` : "";
  context.font = font(view, size, each.target ? 600 : 400);
  context.fillStyle = css(theme.ink, each.target ? 1 : 0.8);
  context.textAlign = "right";
  if (percent) context.fillText(percent, x + width - 5, middle);
  context.textAlign = "left";
  const room = width - 4 - (percent ? measured(context, percent) + 6 : 0);
  context.fillText(fitted(context, className(view, each.number), room), x + 2.5, middle);
  if (each.target) {
    context.strokeStyle = css(theme.ink, 0.85);
    context.lineWidth = 1.2;
    context.strokeRect(x + 0.6, y + 0.6, width - 1.2, height - 1.2);
  }
}

function drawUprightClass(context, view, t, best) {
  const { layout, theme } = view;
  const height = HEIGHT.prediction - PREDICTION.head;
  context.fillStyle = css(theme.ink, 0.95);
  uprightText(context, view, className(view, best.number), cellX(layout, t) + cellWidth(layout) / 2,
    layout.predictionY + PREDICTION.head + 2, height - 5, 10);
}

/** The lane of exact zeros lies under the logarithmic scale, which has no place for them. */
function drawGradientFoot(context, view) {
  const { layout, theme } = view;
  const right = cellX(layout, layout.steps - 1) + cellWidth(layout);
  const y = gradientFoot(layout);
  context.fillStyle = css(theme.ink, 0.45);
  context.fillRect(layout.left + layout.gap, y, right - layout.left - layout.gap, 1);
}

// ---------------------------------------------------------------- wires

/** How the parts hang together; drawn only where the columns leave room for it. */
function drawWires(context, view, { first, last }) {
  const { layout, store } = view;
  const diagram = DIAGRAMS[store.header.cell];
  for (let t = first; t <= last; t++) {
    drawFall(context, view, t);
    if (t > 0) drawRecurrence(context, view, t, diagram);
    drawValve(context, view, t, diagram);
    for (const row of layout.rows) drawBead(context, view, t, row, diagram.beads[row.letter]);
  }
}

/** The input falls into the first row, as does each layer's hidden state; the last is read out. */
function drawFall(context, view, t) {
  const { layout, theme } = view;
  const x = cellX(layout, t) + cellWidth(layout) / 2;
  const last = layout.rows[layout.rows.length - 1];
  for (const row of layout.rows) {
    if (row.letter !== layout.rows[0].letter) continue;
    arrowDown(context, x, row.y - (row.belt ? 5 : 1), css(theme.ink, 0.55));
  }
  const bottom = last.y + last.height + (last.belt ? 6 : 2);
  arrowDown(context, x, bottom + 7, css(theme.ink, 0.55));
}

/** The hidden state of the step before goes into every gate. */
function drawRecurrence(context, view, t, diagram) {
  const { layout } = view;
  const gates = diagram.rows.filter((letter) => letter !== "h" && letter !== "c");
  if (!gates.length) return;
  const x = Math.round(cellX(layout, t) - layout.gap * 0.78) + 0.5;
  for (let layer = 0; layer < view.store.header.layers; layer++) {
    const rows = layout.rows.filter((row) => row.layer === layer);
    const hidden = rows.find((row) => row.letter === "h");
    const highest = rows[0].y + rows[0].height / 2;
    context.strokeStyle = css(view.colours.h, 0.65);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, hidden.y + (hidden.belt ? -5 : hidden.height / 2));
    if (!hidden.belt) {
      context.moveTo(x - layout.gap * 0.22, hidden.y + hidden.height / 2);
      context.lineTo(x, hidden.y + hidden.height / 2);
    }
    context.lineTo(x, highest);
    for (const row of rows.filter((each) => gates.includes(each.letter))) {
      const y = row.y + row.height / 2;
      context.moveTo(x, y);
      context.lineTo(cellX(layout, t) - 1, y);
      context.moveTo(cellX(layout, t) - 4, y - 2.5);
      context.lineTo(cellX(layout, t) - 1, y);
      context.lineTo(cellX(layout, t) - 4, y + 2.5);
    }
    context.stroke();
  }
}

/** The gate that decides what is kept sits on the belt. */
function drawValve(context, view, t, diagram) {
  if (!diagram.valve || t === 0) return;
  const { layout } = view;
  const x = Math.round(cellX(layout, t) - layout.gap * 0.45) + 0.5;
  for (const belt of layout.rows.filter((row) => row.belt)) {
    const gate = layout.rows.find((row) => row.letter === diagram.valve && row.layer === belt.layer);
    const y = belt.y - 3;
    context.strokeStyle = css(view.colours[diagram.valve]);
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(cellX(layout, t) - 1, gate.y + gate.height - 2);
    context.lineTo(x, gate.y + gate.height - 2);
    context.lineTo(x, y);
    context.stroke();
    drawOperator(context, view, x, y, "×", view.colours[diagram.valve]);
  }
}

function drawBead(context, view, t, row, sign) {
  if (!sign) return;
  const { layout, theme } = view;
  const x = cellX(layout, t) + cellWidth(layout) / 2;
  const y = row.top - HEIGHT.between / 2;
  if (sign === "▾") arrowDown(context, x, y + 3, css(theme.ink, 0.6));
  else drawOperator(context, view, x, y, sign, theme.ink);
}

function drawOperator(context, view, x, y, sign, colour) {
  const { theme } = view;
  disk(context, x, y, 6, css(theme.paper));
  ring(context, x, y, 5.5, css(colour), 1.2);
  context.strokeStyle = css(colour);
  context.lineWidth = 1.3;
  const arm = 2.6;
  context.beginPath();
  const turned = sign === "×" ? arm * 0.76 : 0;
  if (turned) {
    context.moveTo(x - turned, y - turned);
    context.lineTo(x + turned, y + turned);
    context.moveTo(x - turned, y + turned);
    context.lineTo(x + turned, y - turned);
  } else {
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
  }
  context.stroke();
}

// ==================================================================== overlay

/** All that moves; drawn in every frame of the animation, so it must stay cheap. */
function paintOverlay(view) {
  const context = begin(view, view.dom.overlay);
  if (view.sweep.phase === "forward") drawForward(context, view);
  if (view.sweep.phase === "backward") drawBackward(context, view);
  drawUnit(context, view);
  drawStep(context, view);
  drawPointer(context, view);
}

/** When, within a step, each part of a column has been computed: shares 0..1 of the step. */
function partsOf(layout) {
  const rows = layout.rows.map((row, index) => ({
    y: row.top - HEIGHT.between / 2, height: row.slot + HEIGHT.between,
    at: 0.15 + (0.65 * index) / layout.rows.length,
  }));
  const y = layout.predictionY - 9;
  const top = layout.rows[0].top - HEIGHT.between / 2;
  const input = { y: 0, height: top, at: 0, print: true };
  const prediction = { y, height: layout.gradientY - 6 - y, at: 0.8, print: true };
  return [input, ...rows, prediction];
}

/** What the network has not computed yet lies under a veil. */
function drawForward(context, view) {
  const { layout, theme } = view;
  const t = view.step;
  const within = view.calm ? 1 : view.sweep.at - t;
  const right = layout.left + layout.content + layout.gap;
  context.fillStyle = css(theme.paper, VEIL);
  context.fillRect(layout.left, layout.gradientY - 6, layout.content, layout.height);
  for (const part of partsOf(layout)) {
    // Texts stand on their column's middle; a row's column begins with what comes to it.
    const x = cellX(layout, t) - (part.print ? layout.gap / 2 : layout.gap);
    const share = clamp((within - part.at) / 0.12, 0, 1);
    context.fillStyle = css(theme.paper, VEIL);
    context.fillRect(x + layout.pitch, part.y, right - x - layout.pitch, part.height);
    context.fillStyle = css(theme.paper, VEIL * (1 - share));
    if (share < 1) context.fillRect(x, part.y, layout.pitch, part.height);
  }
  drawFlow(context, view, t, within);
}

/** A light runs along the belts, and down the column from row to row. */
function drawFlow(context, view, t, within) {
  const { layout } = view;
  const x = cellX(layout, t) - layout.gap + Math.min(1, within * 1.6) * layout.pitch;
  for (const row of layout.rows.filter((each) => each.belt)) {
    const length = Math.max(26, layout.pitch * 0.9);
    const glow = context.createLinearGradient(x - length, 0, x, 0);
    const colour = view.theme.dark ? [255, 255, 255] : view.colours[row.letter];
    glow.addColorStop(0, css(colour, 0));
    glow.addColorStop(1, css(colour, 0.85));
    context.fillStyle = glow;
    context.fillRect(x - length, row.y - 4, length, 2);
    context.fillRect(x - length, row.y + row.height + 2, length, 2);
    disk(context, x, row.y - 3, 2.6, css(colour));
    disk(context, x, row.y + row.height + 3, 2.6, css(colour));
  }
  for (const row of layout.rows) lightRow(context, view, t, within, row);
}

function lightRow(context, view, t, within, row) {
  const { layout } = view;
  const index = layout.rows.indexOf(row);
  const since = within - 0.15 - (0.65 * index) / layout.rows.length;
  if (since < 0 || since > 0.4) return;
  context.strokeStyle = css(view.colours[row.letter], 1 - since / 0.4);
  context.lineWidth = 2;
  context.strokeRect(cellX(layout, t) - 1, row.y - 1, cellWidth(layout) + 2, row.height + 2);
}

/** The gradient runs from the right to the left; its width and brightness are measured. */
function drawBackward(context, view) {
  const { layout, theme, sweep, store } = view;
  const head = layout.left + layout.gap / 2 + (view.calm ? view.step : sweep.at) * layout.pitch;
  context.fillStyle = css(theme.paper, 0.5);
  context.fillRect(layout.left, 0, layout.content, layout.predictionY - 9);
  context.fillStyle = css(theme.paper, VEIL);
  context.fillRect(layout.left, layout.gradientY - 6, Math.max(0, head - layout.left), layout.height);
  for (let layer = 0; layer < store.header.layers; layer++) {
    store.header.gradients.forEach((gradient, index) => {
      const row = layout.rows.find(
        (each) => each.layer === layer && `d_${each.letter}` === gradient.letter,
      );
      const norms = normsOf(view.frame, store.header, layer, index, view.ofLast);
      drawRibbon(context, view, row, norms, view.colours[gradient.letter], head);
    });
  }
  drawSources(context, view, head);
}

/** Where the gradient comes from: the scored outputs, or the last of them. */
function drawSources(context, view, head) {
  const { layout, frame } = view;
  const row = layout.rows[layout.rows.length - 1];
  const { scored } = frame.sequence;
  const last = scored.lastIndexOf(true);
  const from = layout.predictionY + 2;
  const to = row.y + row.height / 2;
  for (let t = 0; t < layout.steps; t++) {
    const x = cellX(layout, t) + cellWidth(layout) / 2;
    if (!scored[t] || (view.ofLast && t !== last) || x < head - layout.pitch / 2) continue;
    const width = clamp(cellWidth(layout) / 6, 2, 7);
    context.fillStyle = css(view.colours.d_h);
    context.fillRect(x - width / 2, to + width, width, from - to - width);
    context.beginPath();
    context.moveTo(x - width * 1.4, to + width * 1.8);
    context.lineTo(x, to);
    context.lineTo(x + width * 1.4, to + width * 1.8);
    context.fill();
  }
}

/** A band along a row; at each column as wide and as bright as the norm measured there. */
function drawRibbon(context, view, row, norms, colour, head) {
  const { layout, range } = view;
  const middle = row.y + row.height / 2;
  const reach = row.height / 2;
  const share = (t) => bandShare(range, norms[t]);
  const centre = (t) => cellX(layout, t) + cellWidth(layout) / 2;
  context.save();
  context.beginPath();
  context.rect(head, 0, layout.left + layout.content - head, layout.height);
  context.clip();
  for (let t = layout.steps - 1; t >= 0 && centre(t) > head - layout.pitch; t--) {
    const here = [centre(t), share(t)];
    if (t === layout.steps - 1) drawBand(context, view, row, colour, here, [here[0] + 6, here[1]]);
    if (t > 0) drawBand(context, view, row, colour, [centre(t - 1), share(t - 1)], here);
    else drawBand(context, view, row, colour, [here[0] - 6, here[1]], here);
    drawChevron(context, view, cellX(layout, t) - layout.gap / 2, middle, reach * share(t));
  }
  context.restore();
}

/** Width of the band, 0..1: nothing for zero, all of it for infinite, NaN for not a number. */
function bandShare(range, norm) {
  if (norm === Infinity) return 1;
  return norm === 0 ? 0 : onAxis(range, norm);
}

/** Part of the band between two places. */
function drawBand(context, view, row, colour, [left, leftShare], [right, rightShare]) {
  const middle = row.y + row.height / 2;
  const most = row.height / 2 + 2;
  if (Number.isNaN(leftShare + rightShare)) {
    context.fillStyle = view.hatch;
    context.fillRect(left, row.y, right - left, row.height);
    return;
  }
  context.fillStyle = css(colour, 0.22 + 0.6 * ((leftShare + rightShare) / 2));
  context.beginPath();
  context.moveTo(left, middle - most * leftShare);
  context.lineTo(right, middle - most * rightShare);
  context.lineTo(right, middle + most * rightShare);
  context.lineTo(left, middle + most * leftShare);
  context.fill();
}

/** The direction of the gradient, in the gap between two columns. */
function drawChevron(context, view, x, y, reach) {
  const size = Math.min(view.layout.gap / 2, reach, 6);
  if (size < 2.5) return;
  context.strokeStyle = css(view.theme.paper, 0.95);
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x + size / 2, y - size);
  context.lineTo(x - size / 2, y);
  context.lineTo(x + size / 2, y + size);
  context.stroke();
}

/** The chosen time step: a frame around its column. */
function drawStep(context, view) {
  const { layout, theme, step } = view;
  const { x: left, width: inner } = printBox(layout, step);
  const x = left - 2;
  const width = inner + 4;
  context.strokeStyle = css(theme.ink, 0.75);
  context.lineWidth = 1.5;
  roundedRect(context, x, 0.75, width, layout.height - 1.5, 4);
  context.stroke();
}

/** The chosen unit: a line around it in every row. */
function drawUnit(context, view) {
  const { layout, theme, unit } = view;
  if (!unit) return;
  const left = cellX(layout, 0);
  const right = cellX(layout, layout.steps - 1) + cellWidth(layout);
  for (const row of layout.rows) {
    if (row.layer !== unit.layer) continue;
    const y = unitY(row, unit.unit);
    context.lineWidth = 3.5;
    context.strokeStyle = css(theme.paper, 0.85);
    context.strokeRect(left - 1, y - 1, right - left + 2, row.unitHeight + 2);
    context.lineWidth = 1.5;
    context.strokeStyle = css(theme.ink);
    context.strokeRect(left - 1, y - 1, right - left + 2, row.unitHeight + 2);
  }
}

function unitY(row, unit) {
  return row.y + Math.floor(unit / row.group) * row.unitHeight;
}

function drawPointer(context, view) {
  const { layout, theme, pointer } = view;
  if (!pointer || pointer.unit === undefined) return;
  const y = unitY(pointer.row, pointer.unit);
  context.lineWidth = 1.5;
  context.strokeStyle = css(theme.ink);
  context.strokeRect(
    cellX(layout, pointer.t) - 1, y - 1, cellWidth(layout) + 2, pointer.row.unitHeight + 2,
  );
}

// ==================================================================== words

/** A number as it was recorded, to the seven digits that float32 holds. */
function exactly(value) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  return minus(String(Number(value.toPrecision(7))));
}

function shortly(value) {
  if (!Number.isFinite(value)) return exactly(value);
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e4)) {
    return minus(value.toExponential(2));
  }
  return minus(String(Number(value.toPrecision(3))));
}

function minus(text) {
  return text.replace(/-/g, "−");
}

function percent(share) {
  return Number.isFinite(share) ? `${shortly(share * 100)} %` : "not a number";
}

function grouped(value) {
  return value.toLocaleString("en");
}

/** How many of the scored steps were right. */
function scoreOf(frame) {
  let right = 0;
  let scored = 0;
  frame.sequence.scored.forEach((asked, t) => {
    if (!asked) return;
    scored += 1;
    if (hit(frame, t)) right += 1;
  });
  return { right, scored };
}

/** The sentence that stands for the picture. */
function sentence(view) {
  const { frame, store } = view;
  const { header } = store;
  const { right, scored } = scoreOf(frame);
  const index = header.gradients.findIndex((gradient) => gradient.letter === "d_h");
  const norms = normsOf(frame, header, header.layers - 1, index, view.ofLast);
  const parts = [
    `Unrolled ${DIAGRAMS[header.cell].name} with ${plural(header.units, "unit")} over ` +
      `${plural(header.steps, "time step")}, measured on the probe at iteration ` +
      `${grouped(frame.iteration)}; loss ${shortly(number(frame.loss))}.`,
    header.classes ? `${right} of ${scored} predictions are right.` : "",
    `Norm of the gradient by the hidden state, ${lossWords(view)}: ${shortly(norms[0])} at ` +
      `the first time step, ${shortly(norms[norms.length - 1])} at the last.`,
  ];
  return parts.filter(Boolean).join(" ");
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function lossWords(view) {
  return view.ofLast ? "of the last scored step's loss" : "of the whole loss";
}

/** Facts of a time step: [word, value, letter of the colour]. */
function stepFacts(view) {
  const { frame, step, store } = view;
  const facts = [
    ["time step", String(step)],
    ["input", isolatedLabel(frame.sequence.inputs[step])],
  ];
  if (store.header.classes) {
    const best = told(view, step).find((each) => each.place === 0);
    if (best) facts.push(["says", `${className(view, best.number)} ${percent(best.share)}`]);
    const verdict = hit(frame, step);
    const target = isolatedLabel(frame.sequence.targets[step]);
    if (verdict !== null) facts.push(["target", `${target}, ${verdict ? "hit" : "miss"}`]);
  } else {
    facts.push(["output", shortly(frame.outputs[step * store.header.outputs])]);
    const target = isolatedLabel(frame.sequence.targets[step]);
    if (frame.sequence.scored[step]) facts.push(["target", target]);
  }
  store.header.gradients.forEach((gradient, index) => {
    const norms = normsOf(frame, store.header, store.header.layers - 1, index, view.ofLast);
    facts.push([gradient.label, shortly(norms[step]), gradient.letter]);
  });
  return facts;
}

function unitFacts(view) {
  const { unit, step, store, layout } = view;
  const { header } = store;
  if (!unit) return [];
  const name = header.layers > 1 ? `layer ${unit.layer}, unit` : "unit";
  const rows = layout.rows.filter((row) => row.layer === unit.layer);
  return [
    [name, String(unit.unit)],
    ...rows.map((row) => {
      const value = shortly(valueAt(view, row, step, unit.unit));
      return [row.quantity.label, value, row.letter];
    }),
  ];
}

/** The recorded number; of a quantised frame the nearest level. */
function valueAt(view, row, t, unit) {
  const { header } = view.store;
  return view.decoded[startOf(header, row.layer, row.letter) + t * header.units + unit];
}

/** What the tooltip says: [small line, the number, small lines...] */
function tooltipLines(view, { row, t, unit, part, carried }) {
  const { frame, store } = view;
  if (carried) return keptLines(view, row, t, unit);
  if (row) {
    const layer = store.header.layers > 1 ? `layer ${row.layer}, ` : "";
    const value = exactly(valueAt(view, row, t, unit));
    return [
      `${row.quantity.label}, ${layer}unit ${unit}, time step ${t}`,
      frame.exact ? value : `≈ ${shortly(valueAt(view, row, t, unit))}`,
      row.quantity.meaning,
      formula(view, DIAGRAMS[store.header.cell].formulas[row.letter], row, t, unit),
      frame.exact ? "" : "the nearest of 254 levels; at rest the recorded number follows",
      row.group > 1 ? `its line shows the mean of ${row.group} units` : "",
    ];
  }
  if (part === "input") return [`input at time step ${t}`, visible(frame.sequence.inputs[t])];
  if (part === "gradient") return gradientLines(view, t);
  return predictionLines(view, t);
}

/** A formula with the numbers of one unit put in. */
function formula(view, write, row, t, unit) {
  if (!write) return "";
  const { rows } = view.layout;
  const at = (letter, step) => {
    if (step < 0) return "0";
    const wanted = rows.find((each) => each.letter === letter && each.layer === row.layer);
    return shortly(valueAt(view, wanted, step, unit));
  };
  return `= ${write((letter) => at(letter, t), (letter) => at(letter, t - 1))}`;
}

/** Between two columns of the belt: what the valve lets through. */
function keptLines(view, row, t, unit) {
  const { cell } = view.store.header;
  const { rows } = view.layout;
  const { valve, kept } = DIAGRAMS[cell];
  const gate = rows.find((each) => each.letter === valve && each.layer === row.layer);
  const value = valueAt(view, gate, t, unit) * (t ? valueAt(view, row, t - 1, unit) : 0);
  return [
    `kept from time step ${t - 1} to ${t}, unit ${unit}`,
    shortly(value),
    formula(view, kept, row, t, unit),
    `${gate.quantity.label} × ${row.quantity.label} of the step before`,
  ];
}

function gradientLines(view, t) {
  const { frame, store } = view;
  const { header } = store;
  const norm = (letter) => {
    const index = header.gradients.findIndex((gradient) => gradient.letter === letter);
    return exactly(normsOf(frame, header, header.layers - 1, index, view.ofLast)[t]);
  };
  return [
    `gradient by hidden state, time step ${t}`,
    norm("d_h"),
    `2-norm over units, ${lossWords(view)}`,
    ...header.gradients.filter((gradient) => gradient.letter !== "d_h")
      .map((gradient) => `${gradient.label}: ${norm(gradient.letter)}`),
  ];
}

function predictionLines(view, t) {
  const { frame, store } = view;
  if (!store.header.classes) {
    const { outputs } = store.header;
    const values = Array.from(frame.outputs.subarray(t * outputs, (t + 1) * outputs), exactly);
    return [`output at time step ${t}`, values.join(", "), `target ${frame.sequence.targets[t]}`];
  }
  const verdict = hit(frame, t);
  const lines = [`prediction at time step ${t}`];
  lines.push(verdict === null ? "not scored" : verdict ? "hit" : "miss");
  if (verdict !== null) {
    const rank = frame.rank[t] ? `, number ${frame.rank[t] + 1} of ${store.header.outputs}` : "";
    const target = isolatedLabel(frame.sequence.targets[t]);
    lines.push(`target ${target}: ${exactly(frame.target[t])}${rank}`);
  }
  for (const each of told(view, t)) {
    if (!each.target) lines.push(`${className(view, each.number)}: ${exactly(each.share)}`);
  }
  return lines;
}

// ==================================================================== controls

function element(tag, className_, parent, text) {
  const made = document.createElement(tag);
  if (className_) made.className = className_;
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

const ICONS = {
  play: "M2 1 L11 6 L2 11 Z",
  pause: "M2 1 H5 V11 H2 Z M7 1 H10 V11 H7 Z",
  back: "M1 1 H3 V11 H1 Z M11 1 V11 L4 6 Z",
  forward: "M9 1 H11 V11 H9 Z M1 1 V11 L8 6 Z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function button(parent, className_, label, iconName) {
  const made = element("button", className_, parent);
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  if (iconName) made.append(icon(iconName));
  return made;
}

/** The elements of the component, made once. */
function buildDom(figure) {
  figure.replaceChildren();
  const caption = element("figcaption", "caption", figure);
  const picture = element("div", "picture", figure);
  const labels = element("div", "labels", picture);
  const scroll = element("div", "scroll", picture);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute(
    "aria-label",
    "Moving network. Left and right arrow choose the time step, up and down the unit, " +
      "p plays the sweep, Escape lets go of the unit.",
  );
  const track = element("div", "track", scroll);
  const stage = element("div", "stage", track);
  const strips = element("canvas", "strips", stage);
  strips.setAttribute("role", "img");
  const print = element("canvas", "print", stage);
  const overlay = element("canvas", "overlay", stage);
  for (const canvas of [print, overlay]) canvas.setAttribute("aria-hidden", "true");
  const readout = element("div", "readout", figure);
  const dom = {
    figure, picture, labels, scroll, track, stage, strips, print, overlay,
    measured: element("span", "measured", caption),
    score: element("span", "score", caption),
    tooltip: element("div", "tooltip", figure),
    stepLine: element("div", "", readout),
    unitLine: element("div", "", readout),
    announce: element("div", "announce", figure),
    ...buildControls(element("div", "controls", figure)),
  };
  dom.tooltip.hidden = true;
  dom.announce.setAttribute("aria-live", "polite");
  return dom;
}

function buildControls(parent) {
  const time = element("div", "group time", parent);
  const play = button(time, "play", "Play the sweep through the time steps (key p)");
  const back = button(time, "", "One time step back (left arrow)", "back");
  const forward = button(time, "", "One time step forward (right arrow)", "forward");
  const step = slider(time, "Time step");
  const stepText = element("output", "", time);
  const speed = element("select", "", time);
  speed.title = "Speed of the sweep";
  speed.setAttribute("aria-label", "Speed of the sweep");
  for (const value of SPEEDS) {
    const option = element("option", "", speed, `${value}×`);
    option.value = String(value);
  }
  const phases = buildPhases(time);
  const training = element("div", "group training", parent);
  const follow = button(training, "follow", "Show the newest iteration as training goes on");
  element("span", "", follow, "Follow");
  element("span", "long", follow, " training");
  const iteration = slider(training, "Iteration of training");
  const iterationText = element("output", "", training);
  return { play, back, forward, step, stepText, speed, phases, follow, iteration, iterationText };
}

function buildPhases(parent) {
  const group = element("div", "phases", parent);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "What is shown");
  const phase = (text, title) => {
    const made = button(group, "", title);
    made.textContent = text;
    return made;
  };
  return {
    all: phase("All", "Show everything"),
    forward: phase("Forward", "Show what is computed up to the chosen time step"),
    backward: phase("Backward", "Show the gradient on its way back to the chosen time step"),
  };
}

function slider(parent, label) {
  const made = element("input", "", parent);
  made.type = "range";
  made.min = "0";
  made.step = "1";
  made.title = label;
  made.setAttribute("aria-label", label);
  return made;
}

/** Names of the rows and their scales, at the left, fixed while the strip scrolls. */
function buildLabels(view) {
  const { layout, dom } = view;
  dom.labels.replaceChildren();
  dom.labels.style.width = `${layout.labels}px`;
  dom.labels.style.height = `${layout.height}px`;
  label(view, layout.inputY, HEIGHT.input, "input", view.theme.ink, "what the network reads");
  for (const row of layout.rows) rowLabel(view, row);
  const said = view.store.header.classes ? "prediction" : "output";
  const predicted = label(view, layout.predictionY, HEIGHT.prediction, said, view.theme.ink,
    "the network's answer at each time step");
  element("small", "", predicted, predictionLegend(view));
  if (!view.store.header.classes) {
    const { low, high } = outputRange(view);
    tick(view, layout.predictionY + 8, shortly(high));
    tick(view, layout.predictionY + HEIGHT.prediction - 8, shortly(low));
  }
  gradientLabel(view);
}

function predictionLegend(view) {
  if (!view.store.header.classes) return "● output ○ target";
  return view.layout.upright ? "most probable class; full bar is 100 %" : "target is framed";
}

function label(view, y, height, text, colour, meaning) {
  const made = element("div", "label", view.dom.labels);
  made.style.top = `${y}px`;
  made.style.height = `${height}px`;
  made.style.color = css(readable(colour, view.theme));
  made.style.borderLeftColor = css(colour, colour === view.theme.ink ? 0.25 : 1);
  made.title = meaning;
  element("span", "", made, text);
  return made;
}

function rowLabel(view, row) {
  const { quantity } = row;
  const { header } = view.store;
  if (header.layers > 1 && row.letter === DIAGRAMS[header.cell].rows[0]) {
    const heading = element("div", "layer", view.dom.labels, `layer ${row.layer}`);
    heading.style.top = `${row.top - HEIGHT.layer}px`;
  }
  const height = Math.max(row.height, 30);
  const made = label(view, row.y - (height - row.height) / 2, height, quantity.label,
    view.colours[row.letter], quantity.meaning);
  const scale = element("div", "scale", made);
  const signed = quantity.scale === "signed";
  const end = signed ? shortly(view.scales[artKey(row)]) : "1";
  element("span", "", scale, signed ? `−${end}` : "0");
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => css(colourAt(quantity, share, view.theme)));
  element("i", "", scale).style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  element("span", "", scale, signed ? `+${end}` : "1");
  if (row.group > 1) element("small", "", made, `mean of ${row.group} per line`);
}

function gradientLabel(view) {
  const { layout, range, store } = view;
  const made = label(view, layout.gradientY, HEIGHT.gradient + HEIGHT.zero, "gradient norm",
    view.colours.d_h, "2-norm over units of the gradient, on a logarithmic scale");
  made.classList.add("gradient");
  const legend = element("small", "legend", made);
  for (const { letter, label: name } of store.header.gradients) {
    const key = element("i", letter === "d_h" ? "bar" : "dash", legend);
    key.style.background = css(view.colours[letter]);
    legend.append(layout.narrow ? `dL/d${letter[2]}` : name.replace("gradient ", ""));
    element("br", "", legend);
  }
  const toggle = button(made, "", "Which loss the gradient is of: click to change");
  toggle.textContent = `${layout.narrow ? "" : "of "}${view.ofLast ? "last step" : "all steps"}`;
  toggle.onclick = (event) => {
    view.ofLast = !view.ofLast;
    refresh(view);
    if (event.detail === 0) view.dom.labels.querySelector("button").focus();
  };
  const every = Math.max(1, Math.ceil((range.high - range.low) / 3));
  for (let decade = range.high; decade >= range.low; decade -= every) {
    tick(view, gradientY(layout, range, 10 ** decade), decadeName(decade));
  }
  tick(view, gradientFoot(layout) + HEIGHT.zero / 2 + 2, "0");
}

function tick(view, y, text) {
  const made = element("div", "tick", view.dom.labels, text);
  made.style.top = `${y}px`;
}

function decadeName(decade) {
  if (decade >= -3 && decade <= 3) return String(10 ** decade).slice(0, 5);
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const raised = Array.from(String(Math.abs(decade)), (digit) => digits[Number(digit)]).join("");
  return `10${decade < 0 ? "⁻" : ""}${raised}`;
}

/** Bring texts and sliders in line with the view. */
function updateTexts(view) {
  const { dom, frame, store } = view;
  dom.measured.replaceChildren();
  element("b", "", dom.measured, `Measured on the probe at iteration ${grouped(frame.iteration)}`);
  const { cell, units, layers } = store.header;
  const size = `${layers > 1 ? `${layers} layers of ` : ""}${plural(units, "unit")}`;
  dom.measured.append(
    ` · loss ${shortly(number(frame.loss))} · ${DIAGRAMS[cell].name}, ${size}`,
  );
  const { right, scored } = scoreOf(frame);
  dom.score.textContent = store.header.classes ? `${right} of ${scored} right` : "";
  dom.score.title = "scored steps of this example";
  const said = sentence(view);
  if (view.said !== said) dom.strips.setAttribute("aria-label", (view.said = said));
  updateStepTexts(view);
  updateIterationControls(view);
}

function updateStepTexts(view) {
  const { dom, step, layout } = view;
  dom.step.max = String(layout.steps - 1);
  dom.step.value = String(step);
  dom.step.disabled = dom.back.disabled = dom.forward.disabled = layout.steps < 2;
  dom.stepText.textContent = `time step ${step}`;
  dom.stepText.title = `time steps 0 to ${layout.steps - 1}`;
  dom.step.setAttribute("aria-valuetext", `time step ${step}`);
  fillFacts(view, dom.stepLine, stepFacts(view));
  const facts = unitFacts(view);
  fillFacts(view, dom.unitLine, facts.length ? facts : [[HINT, ""]]);
}

/** Write facts into a line; where the words are the same, only numbers that changed. */
function fillFacts(view, line, facts) {
  const words = facts.map(([word, , letter]) => `${word}/${letter}`).join();
  if (line.dataset.words !== words || line.dataset.theme !== css(view.theme.ink)) {
    line.dataset.words = words;
    line.dataset.theme = css(view.theme.ink);
    line.replaceChildren(...facts.map(([word, , letter]) => fact(view, word, letter)));
  }
  facts.forEach(([, value], place) => {
    const shown = line.children[place].lastChild;
    if (shown.textContent !== value) shown.textContent = value;
  });
}

function fact(view, word, letter) {
  const made = document.createElement("span");
  const name = element("em", "", made, `${word} `);
  if (letter) name.style.color = css(readable(view.colours[letter], view.theme));
  element("b", "", made);
  return made;
}

function updateIterationControls(view) {
  const { dom, store, frame, follow } = view;
  const { frames } = store;
  dom.iteration.max = String(frames.length - 1);
  dom.iteration.value = String(frames.indexOf(frame));
  dom.iteration.disabled = frames.length < 2;
  dom.follow.setAttribute("aria-pressed", String(follow));
  dom.iterationText.textContent = `iteration ${grouped(frame.iteration)}`;
  dom.iteration.title = dom.iterationText.title = frames.length < store.offered
    ? `${frames.length} of ${store.offered} kept iterations, evenly chosen`
    : `${plural(frames.length, "iteration")} to choose from`;
  dom.iteration.setAttribute("aria-valuetext", `iteration ${frame.iteration}`);
}

function updatePlay(view) {
  const { dom, sweep } = view;
  for (const [phase, made] of Object.entries(dom.phases)) {
    made.setAttribute("aria-pressed", String(sweep.phase === phase));
  }
  if (dom.play.dataset.playing === String(sweep.playing)) return;
  dom.play.dataset.playing = String(sweep.playing);
  dom.play.replaceChildren(icon(sweep.playing ? "pause" : "play"), "Sweep");
  dom.play.setAttribute("aria-pressed", String(sweep.playing));
}

// ==================================================================== events

/** Handlers are assigned, not added: a run may come again and again for the same view. */
function listen(view) {
  const { dom } = view;
  dom.scroll.onscroll = () => {
    view.scroll = dom.scroll.scrollLeft;
    view.dirty = "all";
    wake(view);
  };
  dom.scroll.onpointermove = (event) => point(view, event);
  dom.scroll.onpointerleave = () => unpoint(view);
  dom.scroll.onclick = (event) => choose(view, event);
  dom.figure.onkeydown = (event) => onKey(view, event);
  dom.figure.onclick = (event) => {
    const byPointer = event.detail > 0;
    if (byPointer && event.target.closest("button")) focusPicture(view);
  };
  dom.play.onclick = () => togglePlay(view);
  dom.back.onclick = () => moveStep(view, -1);
  dom.forward.onclick = () => moveStep(view, 1);
  dom.step.oninput = () => setStep(view, Number(dom.step.value));
  for (const [phase, made] of Object.entries(dom.phases)) {
    made.onclick = () => setPhase(view, phase);
  }
  dom.speed.onchange = () => {
    view.sweep.speed = Number(dom.speed.value);
    focusPicture(view);
  };
  dom.follow.onclick = () => setFollow(view, !view.follow);
  dom.iteration.oninput = () => showFrame(view, view.store.frames[Number(dom.iteration.value)]);
}

/** What lies under the pointer. */
function under(view, event) {
  const { layout, dom } = view;
  const box = dom.stage.getBoundingClientRect();
  const x = event.clientX - box.left + view.scroll;
  const y = event.clientY - box.top;
  const t = Math.floor((x - layout.left) / layout.pitch);
  if (t < 0 || t >= layout.steps || y < 0 || y > layout.height) return null;
  const row = layout.rows.find((each) => y >= each.y && y < each.y + each.height);
  if (row) {
    const unit = Math.floor((y - row.y) / row.unitHeight) * row.group;
    const carried = row.belt && t > 0 && x < cellX(layout, t) &&
      Boolean(DIAGRAMS[view.store.header.cell].valve);
    return { t, row, unit: Math.min(unit, view.store.header.units - 1), carried };
  }
  if (y >= layout.gradientY - 6) return { t, part: "gradient" };
  if (y >= layout.predictionY - 4) return { t, part: "prediction" };
  return y < layout.rows[0].top ? { t, part: "input" } : { t };
}

function point(view, event) {
  view.pointer = under(view, event);
  view.pointerAt = event;
  showTooltip(view);
  wake(view);
}

function unpoint(view) {
  view.pointer = null;
  view.dom.tooltip.hidden = true;
  wake(view);
}

function showTooltip(view) {
  const { pointer, dom, pointerAt } = view;
  if (!pointer || !(pointer.row || pointer.part)) {
    dom.tooltip.hidden = true;
    return;
  }
  const [head, value, ...rest] = tooltipLines(view, pointer);
  dom.tooltip.replaceChildren();
  element("small", "", dom.tooltip, head);
  element("b", "", dom.tooltip, value);
  for (const line of rest) if (line) element("small", "", dom.tooltip, line);
  dom.tooltip.hidden = false;
  const box = dom.figure.getBoundingClientRect();
  const x = pointerAt.clientX - box.left;
  const y = pointerAt.clientY - box.top;
  const { offsetWidth, offsetHeight } = dom.tooltip;
  const left = x + 16 + offsetWidth > box.width ? x - offsetWidth - 12 : x + 16;
  dom.tooltip.style.left = `${clamp(left, 0, Math.max(0, box.width - offsetWidth))}px`;
  dom.tooltip.style.top = `${clamp(y + 14, 0, Math.max(0, box.height - offsetHeight))}px`;
}

function choose(view, event) {
  const found = under(view, event);
  if (!found) return;
  const { unit } = view;
  const again = unit && found.row && unit.layer === found.row.layer && unit.unit === found.unit &&
    view.step === found.t;
  setStep(view, found.t);
  if (!found.row) return;
  setUnit(view, again ? null : { layer: found.row.layer, unit: found.unit }, found.t);
}

function setUnit(view, unit, step = view.step) {
  view.unit = unit;
  updateStepTexts(view);
  announce(view);
  wake(view);
  const selected = unit && { ...unit, time_step: step };
  later(view, "selected", 60, () => view.report("selected", selected));
}

/** After a click the keys go to the picture again, and the space key to the page. */
function focusPicture(view) {
  view.dom.scroll.focus({ preventScroll: true, focusVisible: false });
}

function onKey(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const on = event.target.localName;
  if (on === "button" && event.key === " ") event.stopPropagation();
  if (on === "select" || (on === "input" && event.key !== "p")) return;
  const actions = {
    ArrowLeft: () => moveStep(view, -1),
    ArrowRight: () => moveStep(view, 1),
    ArrowUp: () => moveUnit(view, -1),
    ArrowDown: () => moveUnit(view, 1),
    Home: () => setStep(view, 0),
    End: () => setStep(view, view.layout.steps - 1),
    Escape: () => setUnit(view, null),
    p: () => togglePlay(view),
  };
  const action = actions[event.key];
  if (!action) return;
  action();
  event.preventDefault();
  event.stopPropagation();
}

function moveStep(view, by) {
  setStep(view, clamp(view.step + by, 0, view.layout.steps - 1));
}

/** The user chose a time step: the sweep stops there, with that step done. */
function setStep(view, step) {
  view.sweep.playing = false;
  view.sweep.at = view.sweep.phase === "backward" ? step : step + 1;
  view.step = step;
  keepInView(view, false);
  updatePlay(view);
  updateStepTexts(view);
  announce(view);
  wake(view);
}

function moveUnit(view, by) {
  const { units, layers } = view.store.header;
  const present = view.unit ? view.unit.layer * units + view.unit.unit : by > 0 ? -1 : 0;
  const next = clamp(present + by, 0, units * layers - 1);
  setUnit(view, { layer: Math.floor(next / units), unit: next % units });
}

function announce(view) {
  const facts = [...stepFacts(view), ...unitFacts(view)];
  view.dom.announce.textContent = facts.map(([word, value]) => `${word} ${value}`).join("; ");
}

function togglePlay(view) {
  const { sweep, layout, step } = view;
  sweep.playing = !sweep.playing;
  if (sweep.playing && sweep.phase === "all") {
    Object.assign(sweep, { phase: "forward", at: step >= layout.steps - 1 ? 0 : step, rest: 0 });
  }
  updatePlay(view);
  wake(view);
}

/** Show everything, or only what the forward or the backward sweep has reached. */
function setPhase(view, phase) {
  view.sweep.phase = phase;
  view.sweep.rest = 0;
  if (view.sweep.playing && phase !== "all") {
    view.sweep.at = phase === "forward" ? 0 : view.layout.steps;
    updatePlay(view);
    wake(view);
  } else {
    setStep(view, view.step);
  }
}

function setFollow(view, follow) {
  if (follow) showFrame(view, newest(view.store), true);
  else showFrame(view, view.frame, false);
}

/** Show another iteration. */
function showFrame(view, frame, follow = false) {
  view.follow = follow;
  turnTo(view, frame);
  if (rescale(view)) buildLabels(view);
  updateTexts(view);
  showTooltip(view);
  wake(view);
  const reported = follow ? null : frame.iteration;
  later(view, "iteration", 200, () => view.report("iteration", reported));
}

/** Call once after some rest; a newer call replaces an older one. */
function later(view, name, wait, action) {
  clearTimeout(view.timers[name]);
  view.timers[name] = setTimeout(action, wait);
}

// ==================================================================== motion

/** Ask for a frame of animation, unless one is coming already. */
function wake(view) {
  if (view.request || !view.onScreen) return;
  view.request = requestAnimationFrame((now) => {
    view.request = 0;
    animate(view, now);
  });
}

function animate(view, now) {
  const elapsed = Math.min(0.1, (now - (view.lastFrame || now)) / 1000);
  view.lastFrame = now;
  if (window.devicePixelRatio !== view.ratio) refresh(view);
  const before = view.step;
  if (view.sweep.playing) advance(view, elapsed);
  if (view.step !== before) {
    updateStepTexts(view);
    keepInView(view, true);
  }
  view.odd = !view.odd;
  if ((view.odd && blend(view, now)) || view.dirty) paintStrips(view);
  if (view.dirty) paintPrint(view);
  view.dirty = "";
  paintOverlay(view);
  if (view.sweep.playing || view.mixing) wake(view);
  else view.lastFrame = 0;
}

function secondsPerStep(steps) {
  return clamp(7 / steps, 0.12, 0.9);
}

/** Forward from the left to the right, backward from the right to the left, and again. */
function advance(view, elapsed) {
  const { sweep, layout } = view;
  const rate = (elapsed * sweep.speed) / secondsPerStep(layout.steps);
  if (sweep.rest > 0) sweep.rest -= elapsed * sweep.speed;
  else if (sweep.phase === "forward") sweep.at = Math.min(layout.steps, sweep.at + rate);
  else sweep.at = Math.max(0, sweep.at - rate * 1.3);
  view.step = stepOf(sweep, layout.steps);
  if (sweep.rest > 0) return;
  if (sweep.phase === "forward" && sweep.at >= layout.steps) turn(view, "backward", layout.steps);
  else if (sweep.phase === "backward" && sweep.at <= 0) turn(view, "forward", 0);
}

/** At either end the sweep rests a moment, so that one sees where it arrived. */
function turn(view, phase, at) {
  const { sweep } = view;
  if (!sweep.arrived) {
    Object.assign(sweep, { arrived: true, rest: 0.6 });
  } else {
    Object.assign(sweep, { arrived: false, phase, at });
    updatePlay(view);
  }
}

/** The step that the sweep is at: in the forward sweep being computed, in the backward reached. */
function stepOf({ phase, at }, steps) {
  return clamp(phase === "backward" ? Math.ceil(at) - 1 : Math.floor(at), 0, steps - 1);
}

function keepInView(view, smoothly) {
  const { layout, dom, step } = view;
  const x = cellX(layout, step);
  const margin = Math.min(layout.view * 0.2, layout.pitch * 4);
  let target = null;
  if (x - margin < view.scroll) target = x - (smoothly ? layout.view * 0.75 : margin);
  if (x + layout.pitch + margin > view.scroll + layout.view) {
    target = smoothly ? x - layout.view * 0.25 : x + layout.pitch + margin - layout.view;
  }
  if (target === null) return;
  target = clamp(target, 0, Math.max(0, layout.content - layout.view));
  if (Math.abs(target - view.scroll) < 1) return;
  dom.scroll.scrollTo({ left: target, behavior: view.calm || !smoothly ? "auto" : "smooth" });
}

/** Turn to another frame; colours take a moment to get there. */
function turnTo(view, frame) {
  const values = decode(frame, view.store.header);
  const calm = view.calm || values.length > MOST_BLENDED || view.shown?.length !== values.length;
  view.frame = frame;
  view.decoded = values;
  view.mixing = calm ? null : { from: view.shown.slice(), start: performance.now() };
  if (calm) view.shown = values.slice();
  view.dirty ||= "data";
}

/** @returns {boolean} whether colours changed */
function blend(view, now) {
  if (!view.mixing) return false;
  const share = clamp((now - view.mixing.start) / BLEND_MS, 0, 1);
  const { from } = view.mixing;
  const { shown, decoded } = view;
  for (let at = 0; at < shown.length; at++) {
    const start = from[at];
    const onTheWay = share < 1 && Number.isFinite(start);
    shown[at] = onTheWay ? start + (decoded[at] - start) * share : decoded[at];
  }
  if (share >= 1) view.mixing = null;
  return true;
}

// ==================================================================== life

/** Views by the element they live in: a run for the same element finds its view again. */
const views = new WeakMap();

function createView(parentElement) {
  const figure = parentElement.querySelector(".unrolled");
  element("style", "", parentElement, STYLE);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const view = {
    dom: buildDom(figure),
    store: null, frame: null, decoded: null, shown: null, mixing: null,
    layout: null, theme: null, tables: {}, colours: {}, scales: {}, art: {}, range: null,
    hatch: null,
    step: 0, unit: null, pointer: null, pointerAt: null, follow: true, ofLast: true,
    sweep: {
      playing: !calm.matches, phase: calm.matches ? "all" : "forward", at: 0, rest: 0, speed: 1,
      arrived: false,
    },
    scroll: 0, ratio: 1, dirty: "all", request: 0, lastFrame: 0, onScreen: true, timers: {},
    calm: calm.matches, report: () => {}, said: "", printed: null, watchers: [], odd: false,
    sizes: new Map(), lastSelected: "null",
  };
  view.dom.speed.value = "1";
  watch(view, calm);
  listen(view);
  return view;
}

/** Follow the width, the visibility and the wish for calm. */
function watch(view, calm) {
  const size = new ResizeObserver(() => {
    if (view.store && view.layout.width !== Math.floor(view.dom.figure.clientWidth)) refresh(view);
  });
  size.observe(view.dom.figure);
  const sight = new IntersectionObserver(([entry]) => {
    view.onScreen = entry.isIntersecting;
    if (view.onScreen) wake(view);
  });
  sight.observe(view.dom.figure);
  const onCalm = () => {
    view.calm = calm.matches;
    if (view.calm) view.sweep.playing = false;
    updatePlay(view);
    wake(view);
  };
  calm.addEventListener("change", onCalm);
  view.watchers = [
    () => size.disconnect(), () => sight.disconnect(),
    () => calm.removeEventListener("change", onCalm),
  ];
}

/** Everything that depends on size, theme or the kind of network; not needed for a mere new frame. */
function refresh(view) {
  const { store, dom } = view;
  const { header } = store;
  view.ratio = window.devicePixelRatio || 1;
  view.theme = readTheme(dom.figure);
  view.hatch = makeHatch(view.theme);
  view.layout = layOut(header, Math.floor(dom.figure.clientWidth) || 600);
  for (const quantity of [...header.quantities, ...header.gradients]) {
    view.colours[quantity.letter] = parseColour(quantity.colour, [128, 128, 128]);
  }
  for (const quantity of header.quantities) {
    view.tables[quantity.letter] = colourTable(quantity, view.theme);
  }
  view.art = {};
  view.step = clamp(view.step, 0, header.steps - 1);
  dom.figure.classList.toggle("narrow", view.layout.narrow);
  sizeDom(view);
  rescale(view);
  buildLabels(view);
  updateTexts(view);
  updatePlay(view);
  view.scroll = dom.scroll.scrollLeft;
  view.dirty = "all";
  wake(view);
}

function sizeDom({ dom, layout }) {
  dom.picture.style.height = `${layout.height + 12}px`;
  dom.scroll.style.height = `${layout.height + 12}px`;
  dom.track.style.width = `${Math.max(layout.content, layout.view)}px`;
  dom.stage.style.width = `${layout.view}px`;
  dom.stage.style.height = `${layout.height}px`;
}

/** Scales follow the data. @returns {boolean} whether one has changed */
function rescale(view) {
  const { store, layout } = view;
  const before = JSON.stringify([view.scales, view.range]);
  view.scales = {};
  for (const row of layout.rows) {
    const q = quantityIndex(store.header, row.letter);
    view.scales[artKey(row)] = signedScale(store, q, row.layer);
  }
  view.range = decades(view.frame, view.range);
  return JSON.stringify([view.scales, view.range]) !== before;
}

/** New bytes from Python. */
function receive(view, bytes) {
  const packet = unpack(bytes);
  const shape = view.store?.shape;
  const store = merge(view.store, packet);
  if (store !== view.store) settle(view, store, packet);
  view.store = store;
  takeSelection(view, packet.header.selected);
  const kept = store.frames.find((frame) => frame.iteration === view.frame?.iteration);
  turnTo(view, view.follow || !kept ? newest(store) : kept);
  if (shape !== store.shape || themeChanged(view)) {
    view.shown = view.decoded.slice();
    view.mixing = null;
    refresh(view);
  } else {
    if (rescale(view)) buildLabels(view);
    updateTexts(view);
    showTooltip(view);
    wake(view);
  }
}

/** Python may choose the unit too; what it said before does not undo a newer click. */
function takeSelection(view, selected) {
  const said = JSON.stringify(selected ?? null);
  if (said === view.lastSelected) return;
  view.lastSelected = said;
  view.unit = selected ? { layer: selected[0], unit: selected[1] } : null;
}

/** Another set of frames: look at the newest, or at the one that Python sent exactly. */
function settle(view, store, { frames }) {
  const exact = frames.find((frame) => frame.exact);
  if (view.store && view.store.run !== store.run && !view.follow) {
    view.follow = true;
    later(view, "iteration", 60, () => view.report("iteration", null));
  }
  if (!view.store && exact !== newest(store)) {
    view.follow = false;
    view.frame = exact;
  }
  if (view.store?.shape !== store.shape) {
    if (view.unit) later(view, "selected", 60, () => view.report("selected", null));
    view.unit = null;
    view.step = 0;
    if (view.sweep.phase !== "all") Object.assign(view.sweep, { phase: "forward", at: 0, rest: 0 });
  }
}

function themeChanged(view) {
  if (!view.theme) return true;
  const { ink, paper, font: family } = readTheme(view.dom.figure);
  const now = [ink, paper, family].join();
  return now !== [view.theme.ink, view.theme.paper, view.theme.font].join();
}

function tearDown(view) {
  cancelAnimationFrame(view.request);
  view.onScreen = false;
  for (const stop of view.watchers) stop();
  for (const timer of Object.values(view.timers)) clearTimeout(timer);
}

/**
 * Draw what came from Python; called again for every update of the same element.
 * @param {{data: Uint8Array, parentElement: any, setStateValue: Function}} component
 */
function unrolled({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = createView(parentElement)));
  view.report = (name, value) => setStateValue(name, value);
  if (data?.length) receive(view, data);
  return () => {
    // A cleaned-up run may have been replaced by a newer one of the same, living element.
    setTimeout(() => {
      const host = parentElement.host ?? parentElement;
      if (host.isConnected) return;
      tearDown(view);
      views.delete(parentElement);
    }, 0);
  };
}

/**
 * This file is the library; what is mounted with the data is a stub of two lines that waits for it
 * (see __init__.py for the reason, and for STYLE, the text of unrolled.css).
 */
export default function publish() {
  const name = Symbol.for("rnnviz.unrolled");
  const { resolve } = (globalThis[name] ??= { promise: Promise.resolve(unrolled) });
  resolve?.(unrolled);
}
