/** What is told of the place under the pointer. */

import { senderOf } from "../data/attention.js";
import { writerOf, writerOfKept } from "../data/cells.js";
import { hit, normsOf, onlyTrained, storyOf, told, topOf, valueAt } from "../data/values.js";
import { attentionLines, looksAtLine, wireLines } from "./attention.js";
import { changedOf, formula, recovered, replaced } from "./formulas.js";
import { exactly, shortly } from "./numbers.js";
import { className, isolatedLabel, visible } from "./symbols.js";
import { lossWords, unitName } from "./words.js";

/** @import { Data, Header, Look, Parts, Pointer, Row } from "../types.d.ts" */

/**
 * What the tooltip says: [small line, the number, small lines...]
 * @param {Parts<"data"|"look"|"layout"|"clock">} scene @param {Pointer} pointer
 */
export function tooltipLines(scene, { row, t, unit, part, carried, wire }) {
  const { frame, store } = scene.data;
  if (row && unit !== undefined) {
    if (carried) return keptLines(scene, row, t, unit);
    const value = exactly(valueAt(scene.data, row, t, unit));
    return [
      `${row.quantity.label}, ${unitName(store.header, { layer: row.layer, unit })}, time step ${t}`,
      frame.exact ? value : `≈ ${shortly(valueAt(scene.data, row, t, unit))}`,
      row.quantity.meaning,
      replaced(scene.data, row, unit)
        ? ""
        : formula(scene.data, writerOf(store.header.diagram, row.letter), row, t, unit),
      changedOf(scene.data, row, unit) || (scene.layout.toCell ? recovered(scene.data, row) : ""),
      frame.exact ? "" : nearest(store.header),
      row.group > 1 ? `its line shows the mean of ${row.group * store.header.group} units` : "",
    ];
  }
  if (part === "input") return [`input at time step ${t}`, visible(frame.sequence.inputs[t])];
  if (part === "attention" && wire !== undefined) {
    const backward = scene.clock.sweep.phase === "backward";
    const sender = backward ? senderOf(scene.data, scene.look) : scene.look.step;
    return wireLines(scene.data, sender, wire, backward);
  }
  if (part === "attention") return attentionLines(scene.data, t);
  if (part === "gradient") return gradientLines(scene.data, scene.look, t);
  return predictionLines(scene.data, t);
}

/** @param {Header} header */
function nearest({ group }) {
  return `the nearest of 254 levels${group > 1 ? "" : "; at rest the recorded number follows"}`;
}

/**
 * Between two columns of the belt: what the valve lets through.
 * @param {Parts<"data"|"layout">} scene @param {Row} row @param {number} t @param {number} unit
 */
function keptLines({ data, layout }, row, t, unit) {
  const { diagram } = data.store.header;
  const gate = layout.rows.find(
    (each) => each.letter === diagram.valve && each.layer === row.layer,
  );
  if (!gate) return [];
  const value = valueAt(data, gate, t, unit) * (t ? valueAt(data, row, t - 1, unit) : 0);
  return [
    `kept from time step ${t - 1} to ${t}, unit ${unit}`,
    shortly(value),
    formula(data, writerOfKept(gate.letter, row.letter), row, t, unit),
    `${gate.quantity.label} × ${row.quantity.label} of the step before`,
  ];
}

/** @param {Data} data @param {Look} look @param {number} t */
function gradientLines(data, look, t) {
  const { frame, store } = data;
  const { header } = store;
  /** @param {number} index */
  const norm = (index) => exactly(normsOf(frame, header, topOf(header), index, look.ofLast)[t]);
  const story = storyOf(header);
  return [
    `${story.label}, time step ${t}`,
    norm(story.index),
    `2-norm over units, ${lossWords(look)}`,
    ...header.gradients.flatMap((gradient, index) =>
      index === story.index ? [] : [`${gradient.label}: ${norm(index)}`],
    ),
  ];
}

/** @param {Data} data @param {number} t */
function predictionLines(data, t) {
  const { frame, store } = data;
  if (!store.header.classes) {
    const { outputs } = store.header;
    const values = Array.from(frame.outputs.subarray(t * outputs, (t + 1) * outputs), exactly);
    return [
      `output at time step ${t}`,
      values.join(", "),
      frame.sequence.targets[t] ? `target ${frame.sequence.targets[t]}` : "",
      looksAtLine(data, t),
    ];
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
  for (const each of told(data, t)) {
    if (!each.target) lines.push(`${className(data, each.number)}: ${exactly(each.share)}`);
  }
  return [...lines, looksAtLine(data, t)];
}
