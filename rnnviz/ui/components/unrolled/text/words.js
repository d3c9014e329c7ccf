/** Sentences and numbers as text. */

import { byFormula, writerOf, writerOfKept, writtenSum } from "../data/cells.js";
import { number } from "../data/packet.js";
import { hit, normsOf, onlyTrained, scoreOf, storyOf, told, valueAt } from "../data/values.js";
import { exactly, grouped, minus, percent, shortly } from "./numbers.js";
import { className, isolatedLabel, visible } from "./symbols.js";

/** Below this width gradients have short names in the line of facts. */
const SHORT = 800;

/** As `shortly`, for formulas. */
function briefly(value) {
  return Number.isFinite(value) ? evenly(value, 3) : ({ NaN: "NaN", Infinity: "∞" }[value] ?? "−∞");
}

/** So many digits, zeros at the end too: numbers that follow each other are equally long. */
function evenly(value, digits) {
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e4) return minus(value.toPrecision(digits));
  return digits > 3 ? exactly(value) : shortly(value);
}

/** The line above the picture, in two parts: what was measured, and on what. */
export function captionOf({ data: { store, frame }, look: { zoom, unit } }) {
  const { diagram, hidden: units, layers } = store.header;
  const size = `${layers > 1 ? `${layers} layers of ` : ""}${plural(units, "unit")}`;
  return [
    `Probe at iteration ${grouped(frame.iteration)}`,
    `loss ${shortly(number(frame.loss))} · ${diagram.name}, ` +
      (zoom.level && unit ? `${unitName(store.header, unit)} of 0 to ${units - 1}` : size),
  ];
}

/** A unit as it is called; in a very large network the units that share a value. */
export function unitName({ layers, hidden, group }, { layer, unit }) {
  const last = Math.min(hidden, (unit + 1) * group) - 1;
  const which = group > 1 ? `mean of units ${unit * group} to ${last}` : `unit ${unit}`;
  return layers > 1 ? `layer ${layer + 1}, ${which}` : which;
}

/** The sentence that stands for the picture, at the level of the zoom that is shown. */
export function sentence(scene) {
  const {
    look: { unit, zoom },
  } = scene;
  if (!unit || !zoom.level) return wholeSentence(scene);
  return zoom.level === 1 ? unitSentence(scene) : cellSentence(scene);
}

function unitSentence(scene) {
  const {
    data: { store, frame },
    look: { unit },
  } = scene;
  const { steps } = store.header;
  const spans = rowsOf(scene).map((row) => {
    const values = Array.from({ length: steps }, (_, t) => valueAt(scene, row, t, unit.unit));
    const [low, high] = [Math.min(...values), Math.max(...values)].map((each) => shortly(each));
    return `${row.quantity.label} from ${low} to ${high}`;
  });
  return (
    `${unitName(store.header, unit)} over ${plural(steps, "time step")}, measured on the ` +
    `probe at iteration ${grouped(frame.iteration)}: ${spans.join(", ")}.`
  );
}

function cellSentence(scene) {
  const {
    data: { store, frame },
    look: { unit, step },
  } = scene;
  const lines = rowsOf(scene).map((row) => {
    const { symbols, numbers, note } = formulaOf(scene, row, step, unit.unit);
    return `${row.quantity.label}: ${symbols}; ${numbers}${note && `; ${note}`}`;
  });
  return (
    `${unitName(store.header, unit)} at time step ${step}, measured on the probe at ` +
    `iteration ${grouped(frame.iteration)}. ${lines.join(". ")}.`
  );
}

function rowsOf({ layout: { base }, look: { unit } }) {
  return base.rows.filter((row) => row.layer === unit.layer);
}

function wholeSentence(scene) {
  const {
    data: { frame, store },
  } = scene;
  const { header } = store;
  const { index, label } = storyOf(header);
  const norms = normsOf(frame, header, header.layers - 1, index, scene.look.ofLast);
  const parts = [
    `Unrolled ${header.diagram.name} with ${plural(header.hidden, "unit")} over ` +
      `${plural(header.steps, "time step")}, measured on the probe at iteration ` +
      `${grouped(frame.iteration)}; loss ${shortly(number(frame.loss))}.`,
    header.classes ? `Predictions: ${scoreWords(frame)}.` : "",
    `Norm of the ${label}, ${lossWords(scene)}: ${shortly(norms[0])} at ` +
      `the first time step, ${shortly(norms[norms.length - 1])} at the last.`,
  ];
  return parts.filter(Boolean).join(" ");
}

/** How many predictions were right, counted as the accuracy does. */
export function scoreWords(frame) {
  const { right, counted } = scoreOf(frame);
  const all = !frame.sequence.scored.some((_, t) => onlyTrained(frame.sequence, t));
  return `${right} of ${counted} ${all ? "" : "counted "}right`;
}

export function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function lossWords(scene) {
  return scene.look.ofLast ? "of the last scored step's share of the loss" : "of the whole loss";
}

/** A label of a reasonable length; the tooltip has all of it. */
function shortened(label) {
  const characters = Array.from(label);
  return characters.length > 28 ? `${characters.slice(0, 27).join("")}…` : label;
}

/** Facts of a time step: [word, value, letter of the colour]. */
export function stepFacts(scene) {
  const {
    data: { frame, store },
    look: { step },
  } = scene;
  const facts = [
    ["time step", String(step)],
    ["input", shortened(isolatedLabel(frame.sequence.inputs[step]))],
  ];
  if (store.header.classes) {
    const best = told(scene, step).find((each) => each.place === 0);
    if (best)
      facts.push([
        "predicts",
        `${shortened(className(scene, best.number))} ${percent(best.share)}`,
      ]);
    const verdict = hit(frame, step);
    const target = shortened(isolatedLabel(frame.sequence.targets[step]));
    if (verdict !== null) facts.push(["target", `${target}, ${verdict ? "hit" : "miss"}`]);
    else if (onlyTrained(frame.sequence, step)) facts.push(["target", `${target}, not counted`]);
  } else {
    facts.push(["output", shortly(frame.outputs[step * store.header.outputs])]);
    const target = isolatedLabel(frame.sequence.targets[step]);
    if (frame.sequence.scored[step]) facts.push(["target", target]);
  }
  store.header.gradients.forEach((gradient, index) => {
    const norms = normsOf(frame, store.header, store.header.layers - 1, index, scene.look.ofLast);
    const name = scene.layout.base.view < SHORT ? `dL/d${gradient.letter[2]}` : gradient.label;
    facts.push([name, shortly(norms[step]), gradient.letter]);
  });
  return facts;
}

export function unitFacts(scene) {
  const {
    look: { unit, step },
    data: { store },
  } = scene;
  if (!unit) return [];
  const [, name, which] = unitName(store.header, unit).match(/^(.*?) (\d+(?: to \d+)?)$/);
  return [
    [name, which],
    ...rowsOf(scene).map((row) => {
      const value = shortly(valueAt(scene, row, step, unit.unit));
      return [row.quantity.label, value, row.letter];
    }),
  ];
}

/** What the tooltip says: [small line, the number, small lines...] */
export function tooltipLines(scene, { row, t, unit, part, carried }) {
  const {
    data: { frame, store },
  } = scene;
  if (carried) return keptLines(scene, row, t, unit);
  if (row) {
    const value = exactly(valueAt(scene, row, t, unit));
    return [
      `${row.quantity.label}, ${unitName(store.header, { layer: row.layer, unit })}, time step ${t}`,
      frame.exact ? value : `≈ ${shortly(valueAt(scene, row, t, unit))}`,
      row.quantity.meaning,
      replaced(scene, row, unit)
        ? ""
        : formula(scene, writerOf(store.header.diagram, row.letter), row, t, unit),
      changedOf(scene, row, unit) || (scene.layout.toCell ? recovered(scene, row) : ""),
      frame.exact ? "" : nearest(store.header),
      row.group > 1 ? `its line shows the mean of ${row.group * store.header.group} units` : "",
    ];
  }
  if (part === "input") return [`input at time step ${t}`, visible(frame.sequence.inputs[t])];
  if (part === "gradient") return gradientLines(scene, t);
  return predictionLines(scene, t);
}

/** The last thing done of a kind to a unit: what was done later wins. */
function doneTo({ data: { frame, store } }, row, unit, kind, gate) {
  if (store.header.group > 1) return undefined;
  const meets = (chosen, here) => chosen === null || chosen === undefined || chosen === here;
  return frame.interventions
    .filter(
      (done) =>
        done.kind === kind &&
        done.gate === gate &&
        meets(done.layer, row.layer) &&
        (!done.units || done.units.includes(unit)),
    )
    .at(-1);
}

/** Where a row's value is not that of its formula: what it is instead. Empty where it is. */
function replaced(scene, row, unit) {
  const held = doneTo(scene, row, unit, "hold", row.letter);
  if (held) return `held at ${shortly(held.value)}`;
  return row.letter === "h" && doneTo(scene, row, unit, "silence") ? "silenced" : "";
}

/** What was done to a row of a unit, in words; empty if nothing was. */
function changedOf(scene, row, unit) {
  const shift = row.letter === "f" && doneTo(scene, row, unit, "shift");
  return (
    replaced(scene, row, unit) || (shift ? `its bias shifted by ${shortly(shift.amount)}` : "")
  );
}

/** The sum in a squashed value is not recorded. */
function recovered(scene, row) {
  const squash = scene.data.store.header.diagram.squashed[row.letter]?.function;
  return squash ? `the number in ${squash}( ) is recovered from the output` : "";
}

function nearest({ group }) {
  return `the nearest of 254 levels${group > 1 ? "" : "; at rest the recorded number follows"}`;
}

/** A formula with the numbers of one unit put in. */
function formula(scene, write, row, t, unit) {
  if (!write || scene.data.store.header.group > 1) return "";
  const value = valuesAround(scene, row, unit);
  const said = (step) => (letter) => shortly(value(letter, step));
  return `= ${write(said(t), said(t - 1))}`;
}

/** The numbers of a unit and its layer: (letter, time step) -> number; before the first step 0. */
function valuesAround(scene, row, unit) {
  return (letter, step) => (step < 0 ? 0 : valueAt(scene, { ...row, letter }, step, unit));
}

/**
 * What a row's value is made of at a step: in symbols, and with the recorded numbers.
 * @returns {{symbols: string, numbers: string, note: string}} `note` says what was done to the
 *   unit, and where the recorded value is another than that of the formula
 */
export function formulaOf(scene, row, t, unit) {
  const { diagram } = scene.data.store.header;
  const value = valuesAround(scene, row, unit);
  const told = evenly(value(row.letter, t), scene.data.frame.exact ? 7 : 3);
  const is = scene.data.frame.exact ? "=" : "≈";
  if (scene.data.store.header.group > 1) {
    const symbols = `mean of ${scene.data.store.header.group} units`;
    return { symbols, numbers: `${is} ${told}`, note: "" };
  }
  const named = (step) => (letter) => (step < 0 ? "0" : letter + lowered(step));
  const name = named(t)(row.letter);
  const instead = replaced(scene, row, unit);
  if (instead) {
    const note = diagram.formulas[row.letter] ? otherwise(scene, row, t, value) : "";
    return { symbols: `${name} is ${instead}`, numbers: `${is} ${told}`, note };
  }
  const write = writerOf(diagram, row.letter);
  if (write) {
    const said = (step) => (letter) => briefly(value(letter, step));
    return {
      symbols: `${name} = ${write(named(t), named(t - 1))}`,
      numbers: `${write(said(t), said(t - 1))} ${is} ${told}`,
      note: otherwise(scene, row, t, value),
    };
  }
  const { function: squash, of } = diagram.squashed[row.letter];
  const inside = UNSQUASH[squash](value(row.letter, t));
  const about = Number.isFinite(inside) ? `${squash}(${evenly(inside, 3)}) ${is} ` : `${is} `;
  return {
    symbols: `${name} = ${squash}(${writtenSum(of, named(t), named(t - 1))})`,
    numbers: about + told,
    note: changedOf(scene, row, unit),
  };
}

/** The sum that was squashed, recovered from the recorded value. */
const UNSQUASH = {
  σ: (value) => Math.log(value / (1 - value)),
  tanh: Math.atanh,
  ReLU: (value) => (value > 0 ? value : NaN),
};

/** What the formula of a unit that does not follow it would give; empty where that is the same. */
function otherwise(scene, row, t, value) {
  const at = (step) => (letter) => value(letter, step);
  const expected = byFormula(scene.data.store.header.diagram, row.letter, at(t), at(t - 1));
  const recorded = value(row.letter, t);
  if (!scene.data.frame.exact || !Number.isFinite(expected + recorded)) return "";
  const near = Math.abs(expected - recorded) <= 1e-4 * Math.max(1, Math.abs(recorded));
  return near ? "" : `the formula alone gives ${shortly(expected)}`;
}

function lowered(count) {
  return Array.from(String(count), (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}

/** Between two columns of the belt: what the valve lets through. */
function keptLines(scene, row, t, unit) {
  const { diagram } = scene.data.store.header;
  const { rows } = scene.layout;
  const { valve } = diagram;
  const gate = rows.find((each) => each.letter === valve && each.layer === row.layer);
  const value = valueAt(scene, gate, t, unit) * (t ? valueAt(scene, row, t - 1, unit) : 0);
  return [
    `kept from time step ${t - 1} to ${t}, unit ${unit}`,
    shortly(value),
    formula(scene, writerOfKept(diagram), row, t, unit),
    `${gate.quantity.label} × ${row.quantity.label} of the step before`,
  ];
}

function gradientLines(scene, t) {
  const {
    data: { frame, store },
  } = scene;
  const { header } = store;
  const norm = (index) =>
    exactly(normsOf(frame, header, header.layers - 1, index, scene.look.ofLast)[t]);
  const story = storyOf(header);
  return [
    `${story.label}, time step ${t}`,
    norm(story.index),
    `2-norm over units, ${lossWords(scene)}`,
    ...header.gradients.flatMap((gradient, index) =>
      index === story.index ? [] : [`${gradient.label}: ${norm(index)}`],
    ),
  ];
}

function predictionLines(scene, t) {
  const {
    data: { frame, store },
  } = scene;
  if (!store.header.classes) {
    const { outputs } = store.header;
    const values = Array.from(frame.outputs.subarray(t * outputs, (t + 1) * outputs), exactly);
    return [`output at time step ${t}`, values.join(", "), `target ${frame.sequence.targets[t]}`];
  }
  const verdict = hit(frame, t);
  const lines = [`prediction at time step ${t}`];
  const trained = onlyTrained(frame.sequence, t);
  if (verdict === null) lines.push(trained ? "trained, not counted in the accuracy" : "not scored");
  else lines.push(verdict ? "hit" : "miss");
  if (verdict !== null || trained) {
    const rank = frame.rank[t] ? `, number ${frame.rank[t] + 1} of ${store.header.outputs}` : "";
    const target = isolatedLabel(frame.sequence.targets[t]);
    lines.push(`target ${target}: ${exactly(frame.target[t])}${rank}`);
  }
  for (const each of told(scene, t)) {
    if (!each.target) lines.push(`${className(scene, each.number)}: ${exactly(each.share)}`);
  }
  return lines;
}
