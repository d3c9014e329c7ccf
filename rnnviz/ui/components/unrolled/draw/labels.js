/**
 * What stands at the left of the rows: their names, scales and ticks, once as a list, once painted.
 * On a page the list becomes elements (controls.js), which have titles and can be read aloud.
 */

import { clamp, hasGradients, storyOf, unitScale } from "../data/values.js";
import { colourAt, css, readable } from "../scene/theme.js";
import { HEIGHT, artKey, gradientFoot, gradientY } from "../scene/layout.js";
import { dottedLine, fitted, font, measured, wrapped } from "./marks.js";
import { decadeName, shortly } from "../text/numbers.js";
import { explainAttention } from "../text/attention.js";
import {
  EXPLAINED,
  explainBand,
  explainClosed,
  explainGradient,
  explainLayer,
  explainRow,
} from "../text/explain.js";
import { outputRange } from "./predictions.js";

/** A lower prediction has no room for more than its name on a narrow picture; a hover tells the rest. */
const NOTED = 56;

/** A row so high has room for its name and two lines more, whatever stands above and below it. */
const THREE_LINES = 42;

/**
 * @import { Colour, Context, Gradient, Label, LabelKey, LabelLine, LabelPart, LabelScale, Parts,
 *   Row } from "../types.d.ts"
 */

/**
 * The list of them.
 * @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers">} scene
 * @returns {{labels: Label[], ticks: {y: number, text: string}[],
 *   headings: {y: number, text: string, about: string}[]}}
 */
export function labelsOf(scene) {
  const { layout, theme } = scene;
  const { store } = scene.data;
  const { classes } = store.header;
  /** @param {LabelPart} part */
  const plain = (part) => ({ colour: theme.ink, plain: true, ...part });
  const predicted = {
    y: layout.predictionY,
    height: layout.predictionHeight,
    text: classes ? "prediction" : "output",
    about: EXPLAINED[!classes ? "numbers" : layout.upright ? "upright" : "classes"],
    notes: layout.narrow && layout.predictionHeight < NOTED ? [] : [predictionLegend(scene)],
  };
  const labels = [
    plain({
      y: layout.inputY,
      height: layout.inputHeight,
      text: "input",
      about: EXPLAINED.input,
    }),
    ...layout.rows.map((row) => rowLabel(scene, row)),
    ...(store.header.attention ? [attentionLabel(scene)] : []),
    ...(layout.predictionHeight ? [plain(predicted)] : []),
    ...(layout.gradientHeight ? [gradientLabel(scene)] : []),
  ];
  /** @param {LabelPart & {colour: Colour}} label @returns {Label} */
  const whole = (label) => ({
    plain: false,
    notes: [],
    scale: null,
    keys: [],
    choices: [],
    ...label,
  });
  return { labels: labels.map(whole), ticks: ticksOf(scene), headings: headingsOf(scene) };
}

/** @param {Parts<"data"|"layout">} scene */
function headingsOf({ layout, data }) {
  const { store } = data;
  const { diagram, layers } = store.header;
  const first = layout.rows.filter((row) => !row.closed && row.letter === diagram.rows[0]);
  const schematic =
    layout.wired && layout.rows.length > layers
      ? [{ y: 0, text: `${layout.narrow ? "" : "thin "}lines: schematic`, about: EXPLAINED.lines }]
      : [];
  if (layers < 2 || layout.toUnit) return schematic;
  const shared = first[0].group * store.header.group;
  const means = shared > 1 ? ` · mean of ${shared} units` : "";
  /** @param {Row} row */
  const layerHeading = (row) => ({
    y: row.top - HEIGHT.layer,
    text: `${store.header.layer_names[row.layer]}${means}`,
    about: explainLayer(store.header, row.layer, shared),
  });
  return [...schematic, ...first.map(layerHeading)];
}

/**
 * Of how many steps the loss is whose gradient is shown: on a narrow picture in one word.
 * @param {Parts<"layout">["layout"]} layout @param {boolean} ofLast
 */
function lossShown({ narrow }, ofLast) {
  const which = ofLast ? "last" : "all";
  return narrow ? which : `of ${which} ${ofLast ? "step" : "steps"}`;
}

/** @param {Parts<"data"|"layout">} scene */
function predictionLegend({ data, layout }) {
  const { store } = data;
  const aimed = hasGradients(store.header);
  if (!store.header.classes) return aimed ? "● output ○ target" : "● output";
  return layout.upright
    ? "most probable class; full bar is 100 %"
    : aimed
      ? "target is framed"
      : "most probable classes";
}

/**
 * A closed layer has one row, and a name that opens it.
 * @param {Parts<"theme"|"data">} scene @param {Row} row
 */
function closedLabel({ theme, data }, row) {
  const { quantity, layer } = row;
  const { directions, layer_names } = data.store.header;
  const name = layer_names[layer];
  return {
    y: row.y - 1,
    height: row.height + 2,
    text: `${directions > 1 ? name.replace("layer ", "") : name} ▸`,
    opens: layer,
    colour: theme.colours[row.letter],
    about: explainClosed(data.store.header, layer, quantity),
    hidden: Boolean(row.folded),
  };
}

/**
 * @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers">} scene @param {Row} row
 */
function rowLabel(scene, row) {
  if (row.closed) return closedLabel(scene, row);
  const { quantity } = row;
  // Where one layer is open, and low, there is room for the name alone.
  const low = row.slot < 30 && !scene.layout.toUnit;
  const height = Math.max(row.height, low ? 16 : 30);
  const signed = quantity.scale === "signed";
  const ofUnit = scene.look.zoom.level > 0 && row.layer === scene.look.unit?.layer;
  const peak = ofUnit ? unitScale(scene, row) : scene.scales.rows[artKey(row)];
  const shared = row.group * scene.data.store.header.group;
  const end = signed ? shortly(peak) : "1";
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => css(colourAt(quantity, share, scene.theme)));
  if (scene.clock.sweep.phase === "backward") {
    const gradient = scene.data.store.header.gradients.find(
      ({ letter }) => letter === `d_${row.letter}`,
    );
    const y = row.y - (height - row.height) / 2;
    const band = gradient && bandLabel(scene, row, gradient);
    if (band && low) Object.assign(band, { scale: null, notes: [`band: dL/d${row.letter}`] });
    else if (band && row.slot < THREE_LINES)
      Object.assign(band, { scale: null, notes: [inOneLine(scene, row)] });
    if (band) return { ...band, y, height, hidden: Boolean(row.folded) };
  }
  return {
    y: row.y - (height - row.height) / 2,
    height,
    text: quantity.label,
    colour: scene.theme.colours[row.letter],
    about: explainRow(scene.data.store.header, row, peak, ofUnit ? "unit" : "strips"),
    scale:
      ofUnit || low
        ? null
        : { low: signed ? `−${end}` : "0", high: signed ? `+${end}` : "1", stops },
    notes: ofUnit
      ? unitNotes(scene, row, signed, end)
      : shared > 1 && scene.data.store.header.layers < 2
        ? [`mean of ${shared} units`]
        : [],
    hidden: Boolean(row.folded),
  };
}

/**
 * How a row of one unit is to be read; what is within a squashing function was not recorded.
 * @param {Parts<"data"|"look"|"layout">} scene @param {Row} row @param {boolean} signed
 * @param {string} end
 */
function unitNotes({ layout, look, data }, row, signed, end) {
  const { zoom } = look;
  const { store } = data;
  const range = signed ? `−${end} to +${end}` : "0 shut, 1 open";
  const said = layout.narrow ? range : `${signed ? "line from" : "valve:"} ${range}`;
  const squash = store.header.diagram.squashed[row.letter]?.function;
  const roomy = !layout.narrow && row.height >= 50;
  const inCell = zoom.level === 2 && squash && store.header.group === 1 && roomy;
  return inCell ? [said, `${squash}( ): recovered from the output`] : [said];
}

/**
 * What a band is and for which norms, where there is no room for two lines.
 * @param {Parts<"layout"|"scales">} scene @param {Row} row
 */
function inOneLine({ layout, scales }, row) {
  const [low, high] = [scales.range.low, scales.range.high].map(decadeName);
  return `${layout.narrow ? "" : "band: "}dL/d${row.letter}, ${low} to ${high}`;
}

/**
 * In the backward sweep a band lies over a row: its gradient, and how wide it is for which norm.
 * @param {Parts<"layout"|"theme"|"scales">} scene @param {Row} row @param {Gradient} key
 */
function bandLabel({ scales, theme, layout }, row, { letter }) {
  const { range } = scales;
  const { colours } = theme;
  const { quantity } = row;
  const own = `dL/d${letter[2]}`;
  return {
    text: quantity.label,
    colour: colours[quantity.letter],
    about: explainBand(range, row),
    notes: [layout.narrow ? `band: ${own}` : `band: its gradient ${own}`],
    scale: {
      low: decadeName(range.low),
      high: decadeName(range.high),
      stops: [css(colours[letter])],
      wedge: true,
    },
  };
}

/**
 * What the wires are: as wide as the weights, or as the gradient that they carry.
 * @param {Parts<"data"|"layout"|"theme"|"scales"|"clock">} scene
 */
function attentionLabel({ data, layout, theme, scales, clock }) {
  const { phase } = clock.sweep;
  const [low, high] = [scales.range.low, scales.range.high].map(decadeName);
  const backward = phase === "backward";
  const colour = theme.colours[backward ? "d_h" : "h"];
  return {
    y: layout.attentionY,
    height: layout.attentionHeight,
    text: "attention",
    colour,
    about: explainAttention(data.store.header, phase, `from ${low} to ${high}`),
    notes: layout.attentionHeight < 44 ? [] : [backward ? "wires: gradient" : "wires: weights"],
    scale: {
      low: backward ? low : "0",
      high: backward ? high : "1",
      stops: [css(colour)],
      wedge: true,
    },
  };
}

/** @param {Parts<"data"|"look"|"layout"|"theme"|"scales">} scene */
function gradientLabel({ layout, data, theme, look, scales }) {
  const { store } = data;
  const { colours } = theme;
  const { ofLast, fitted: isFitted } = look;
  const { range } = scales;
  const story = storyOf(store.header);
  /** @param {Gradient} key */
  const named = ({ letter }) => {
    const state = store.header.quantities.find((each) => each.letter === letter[2]);
    return layout.narrow ? `dL/d${letter[2]}` : `dL/d${letter[2]} (${state?.label.split(" ")[0]})`;
  };
  const keys = store.header.gradients.map((gradient) => ({
    letter: gradient.letter,
    text: named(gradient),
    bar: gradient.letter === story.letter,
  }));
  return {
    y: layout.gradientY,
    height: layout.gradientHeight + HEIGHT.zero,
    // Where there is little room a word too many would stand over what is below it.
    text: layout.narrow ? "gradient" : "gradient norm",
    colour: colours[story.letter],
    keys,
    about: explainGradient(store.header, story, ofLast, range),
    choices: [
      {
        does: "loss",
        text: lossShown(layout, ofLast),
        title: "Which loss the gradient is of: click to change",
      },
      {
        does: "axis",
        text: "fit",
        pressed: isFitted,
        title: "Fit the gradient's scale to this picture; else it is the same for every run",
      },
    ],
  };
}

/** @param {Parts<"data"|"look"|"layout"|"scales">} scene */
function ticksOf({ data, look, layout, scales }) {
  const { range } = scales;
  const { store } = data;
  const ticks = [];
  if (!store.header.classes && layout.predictionHeight) {
    const { low, high } = outputRange(data);
    ticks.push({ y: layout.predictionY + 8, text: shortly(high) });
    ticks.push({ y: layout.predictionY + layout.predictionHeight - 8, text: shortly(low) });
  }
  if (!layout.gradientHeight) return ticks;
  // Both ends of the fixed axis have their number.
  const every = Math.max(1, Math.ceil((range.high - range.low) / (look.fitted ? 3 : 2)));
  for (let decade = range.high; decade >= range.low; decade -= every) {
    ticks.push({ y: gradientY(layout, range, 10 ** decade), text: decadeName(decade) });
  }
  ticks.push({ y: gradientFoot(layout) + HEIGHT.zero / 2 + 2, text: "0" });
  return ticks;
}

// ------------------------------------------------------------------ painted

/**
 * Paint the labels, for pictures that leave the page.
 * @param {Context} context
 * @param {Parts<"data"|"look"|"layout"|"theme"|"scales"|"clock"|"peers">} scene
 */
export function drawLabels(context, scene) {
  const { labels, ticks, headings } = labelsOf(scene);
  const { layout, theme } = scene;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.font = font(scene.theme, 11);
  context.fillStyle = css(theme.ink, 0.7);
  for (const { y, text } of headings) context.fillText(text, 0, y + HEIGHT.layer / 2);
  for (const label of labels) if (!label.hidden) drawLabel(context, scene, label);
  context.font = font(scene.theme, 10);
  context.fillStyle = css(theme.ink, 0.7);
  context.textAlign = "right";
  for (const { y, text } of ticks) context.fillText(text, layout.labels - 4, y);
}

/** @param {Context} context @param {Parts<"look"|"layout"|"theme">} scene @param {Label} label */
function drawLabel(context, scene, label) {
  const { layout, theme } = scene;
  const lines = linesOf(context, scene, label);
  const middle = label.y + label.height / 2;
  context.fillStyle = css(label.colour, label.plain ? 0.25 : 1);
  context.fillRect(0, label.y, 3, label.height);
  context.textAlign = "left";
  lines.forEach(({ name, scale, key, text }, place) => {
    const y = middle + (place - (lines.length - 1) / 2) * 13;
    if (scale) return drawScale(context, scene, scale, y);
    if (key) drawKey(context, scene, key, y);
    context.font = name ? font(scene.theme, 12, 600) : font(scene.theme, 10);
    context.fillStyle = name ? css(readable(label.colour, theme)) : css(theme.ink, 0.7);
    context.fillText(fitted(context, text, layout.labels - 16), key ? 26 : 12, y);
  });
}

/**
 * What a label says, line by line, no line wider than there is room.
 * @param {Context} context @param {Parts<"look"|"layout"|"theme">} scene @param {Label} label
 * @returns {LabelLine[]}
 */
function linesOf(context, { look, layout, theme }, { text, scale, keys, notes, choices }) {
  const room = layout.labels - 16;
  context.font = font(theme, 12, 600);
  const name = wrapped(context, text, room).map((line) => ({ name: true, text: line }));
  context.font = font(theme, 10);
  return [
    ...name,
    ...(scale ? [{ scale, text: "" }] : []),
    ...keys.map((key) => ({ key, text: key.text })),
    ...choices
      .filter(({ does }) => does === "loss" || look.fitted)
      .map(({ does, text: line }) => ({ text: does === "axis" ? "scale fitted" : line })),
    ...notes.flatMap((note) => wrapped(context, note, room - 12).map((line) => ({ text: line }))),
  ];
}

/**
 * @param {Context} context @param {Parts<"look"|"theme">} scene @param {LabelKey} key
 * @param {number} y
 */
function drawKey(context, { look, theme }, { letter, bar }, y) {
  const height = bar ? 8 : 3;
  const colour = theme.colours[letter];
  context.fillStyle = css(colour, look.ofLast ? 0.3 : 1);
  if (bar || !look.ofLast) context.fillRect(12, y - height / 2, 9, height);
  if (look.ofLast) dottedLine(context, 12, y - height / 2 - 1, 9, css(colour));
}

/**
 * @param {Context} context @param {Parts<"layout"|"theme">} scene @param {LabelScale} scale
 * @param {number} y
 */
function drawScale(context, { layout, theme }, { low, high, stops, wedge }, y) {
  context.font = font(theme, 10);
  context.fillStyle = css(theme.ink, 0.7);
  context.fillText(low, 12, y);
  const left = 12 + measured(context, low) + 4;
  const width = clamp(layout.labels - left - 8 - measured(context, high), 8, 44);
  context.fillText(high, left + width + 4, y);
  stops.forEach((stop, place) => {
    context.fillStyle = stop;
    if (wedge) return drawWedge(context, left, y, width);
    context.fillRect(left + (place * width) / stops.length, y - 3, width / stops.length, 6);
  });
}

/** @param {Context} context @param {number} x @param {number} y @param {number} width */
function drawWedge(context, x, y, width) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + width, y - 5);
  context.lineTo(x + width, y + 5);
  context.fill();
}
