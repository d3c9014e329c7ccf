/** The automaton beside the points, in step with the probe. */

import { css, mix } from "../../unrolled/scene/theme.js";
import { font } from "../../unrolled/draw/marks.js";
import { drawMachine } from "../diagram/draw.js";
import { clusterColours } from "../scene/colours.js";

/** @import { Box, Context, Layout, Parts } from "../types.d.ts" */

const TITLE = 22;

/**
 * Where the diagram itself is: below its title.
 * @param {Layout} layout @returns {Box}
 */
export function diagramBox({ diagram }) {
  const [left, top, width, height] = diagram ?? [0, 0, 0, 0];
  return [left, top + TITLE, width, height - TITLE];
}

/** @param {Context} context @param {Parts<"data"|"look"|"layout"|"theme"|"clock">} scene */
export function drawAutomaton(context, { data, look, layout, theme, clock }) {
  const { machine } = data.store.header;
  if (!machine?.drawn || !layout.diagram || !data.places) return;
  const [left, top, width, height] = layout.diagram;
  context.strokeStyle = css(theme.ink, 0.18);
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  context.font = font(theme, 12, 600);
  context.fillStyle = css(mix(theme.paper, theme.ink, 0.85));
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText("Automaton", left + 10, top + 13);
  const { at } = clock.sweep;
  const step = Math.ceil(at);
  drawMachine(context, diagramBox(layout), machine, data.places, {
    theme,
    colourOf: clusterColours(data, theme),
    step,
    come: at === step ? 1 : at - Math.floor(at),
    pointed: look.pointed,
  });
}
