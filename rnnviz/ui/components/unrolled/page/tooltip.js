/** What is told beside the pointer, or beside a name that is pointed at. */

import { clamp } from "../data/values.js";
import { tooltipLines } from "../text/tooltip.js";
import { element } from "./controls.js";

/** @import { ViewParts } from "../types.d.ts" */

/**
 * Tell what the row is whose name one points at; null for none.
 * @param {ViewParts<"data"|"look"|"layout"|"clock"|"dom"|"screen"|"pointing">} view
 * @param {HTMLElement|null} made
 */
export function explain(view, made) {
  view.pointing.explained = made;
  showTooltip(view);
}

/** @param {ViewParts<"data"|"look"|"layout"|"clock"|"dom"|"screen"|"pointing">} view */
export function showTooltip(view) {
  const { dom } = view;
  const { pointer } = view.look;
  const { pointerAt } = view.pointing;
  const { explained: made } = view.pointing;
  if (made?.isConnected) return showExplanation(view, made);
  if (!pointer || !pointerAt || !(pointer.row || pointer.part)) {
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
  const x = (pointerAt.clientX - box.left) / view.screen.magnified;
  const y = (pointerAt.clientY - box.top) / view.screen.magnified;
  const { offsetWidth, offsetHeight } = dom.tooltip;
  const [width, height] = [box.width, box.height].map((side) => side / view.screen.magnified);
  const left = x + 16 + offsetWidth > width ? x - offsetWidth - 12 : x + 16;
  dom.tooltip.style.left = `${clamp(left, 0, Math.max(0, width - offsetWidth))}px`;
  dom.tooltip.style.top = `${clamp(y + 14, 0, Math.max(0, height - offsetHeight))}px`;
}

/** @param {ViewParts<"dom"|"screen">} view @param {HTMLElement} made */
function showExplanation({ dom, screen }, made) {
  const { magnified } = screen;
  const { tooltip, figure } = dom;
  tooltip.replaceChildren();
  element("strong", "", tooltip, made.dataset.name ?? "");
  element("p", "", tooltip, made.dataset.about ?? "");
  const scale = made.querySelector(".scale");
  if (scale) tooltip.append(scale.cloneNode(true));
  tooltip.hidden = false;
  const [box, at] = [figure, made].map((each) => each.getBoundingClientRect());
  /** @param {number} length */
  const own = (length) => length / magnified;
  const below = own(at.bottom - box.top) + 4;
  const room = Math.max(0, own(box.height) - tooltip.offsetHeight);
  const beside = own(at.right - box.left) + 8;
  const fits = beside + tooltip.offsetWidth <= own(box.width);
  tooltip.style.left = `${fits ? beside : 0}px`;
  tooltip.style.top = `${clamp(fits ? own(at.top - box.top) : below, 0, room)}px`;
}
