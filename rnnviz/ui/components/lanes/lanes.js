/**
 * The lanes of a race: a card for each, with its name, its numbers, and its gates in small, which move as it trains;
 * and in words how the race stands.
 *
 * Streamlit calls the default export again with each message and each change of theme, always with the same
 * parentElement. What comes is JSON in UTF-8, arrays in plotly.js's base64 form. `__init__.py` joins this script with
 * those that it imports.
 */

import { shortly } from "../unrolled/text/numbers.js";
import { bytesOf, foundAt, pixelsOf } from "./strips.js";

/**
 * @import { Strips } from "./strips.js"
 * @typedef {{name: string, colour: string, dash: string, size: string, formula: string, state: string, refused: string,
 *            strips: Strips | null, opens: boolean}} Lane
 * @typedef {(name: string, value: unknown) => void} Report
 * @typedef {{root: HTMLElement, line: Element, name: HTMLElement, size: HTMLElement, formula: HTMLElement, state: HTMLElement,
 *            refused: HTMLElement, picture: HTMLCanvasElement, told: HTMLElement, open: HTMLButtonElement,
 *            lane: Lane | null}} Card
 * @typedef {{root: HTMLElement, says: HTMLElement, more: HTMLElement, cards: Card[], trigger: Report, frame: number, watcher: ResizeObserver}} Lanes
 */

/** @type {WeakMap<Node, Lanes>} */
const mounted = new WeakMap();
const decoder = new TextDecoder();

/** Pixels: of a card's quantities together, of one at least and at most, between two, and of the letters beside them. */
const HIGH = 138;
const [LOW, MOST] = [20, 44];
const GAP = 3;
const LETTERS = 14;

/** @param {{data: Uint8Array, parentElement: HTMLElement | ShadowRoot, setTriggerValue: Report}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const lanes = mounted.get(parentElement) ?? mount(parentElement);
  mounted.set(parentElement, lanes);
  lanes.trigger = setTriggerValue;
  const { says, more, lanes: cards } = JSON.parse(decoder.decode(data));
  say(lanes.says, says);
  say(lanes.more, more);
  take(lanes, cards);
  return () =>
    setTimeout(() => {
      const host = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
      if (host.isConnected) return;
      cancelAnimationFrame(lanes.frame);
      lanes.watcher.disconnect();
      mounted.delete(parentElement);
    }, 0);
}

/** @param {HTMLElement | ShadowRoot} parent @returns {Lanes} */
function mount(parent) {
  const place = parent.querySelector(".race") ?? parent;
  const says = make(place, "p", "says");
  const root = make(place, "div", "lanes");
  const more = make(place, "p", "more");
  const watcher = new ResizeObserver(() => paint(lanes));
  /** @type {Lanes} */
  const lanes = { root, says, more, cards: [], trigger: () => {}, frame: 0, watcher };
  watcher.observe(root);
  return lanes;
}

/** @template {keyof HTMLElementTagNameMap} Tag @param {Node} parent @param {Tag} tag @param {string} className */
function make(parent, tag, className) {
  const node = document.createElement(tag);
  node.className = className;
  parent.appendChild(node);
  return node;
}

/** Add a piece of the line that the lane has in the charts. @param {Node} parent */
function addLine(parent) {
  const make = (/** @type {string} */ name) =>
    document.createElementNS("http://www.w3.org/2000/svg", name);
  const picture = make("svg");
  const line = make("line");
  picture.setAttribute("class", "line");
  for (const [name, value] of Object.entries({ x2: 36, y1: 2, y2: 2, "stroke-width": 3 }))
    line.setAttribute(name, String(value));
  picture.append(line);
  parent.appendChild(picture);
  return line;
}

/** @param {Lanes} lanes @param {number} number @returns {Card} */
function addCard(lanes, number) {
  const root = make(lanes.root, "section", "lane");
  const head = make(root, "div", "head");
  const line = addLine(head);
  const name = make(head, "strong", "");
  const size = make(root, "div", "size");
  const formula = make(root, "div", "formula");
  const state = make(root, "div", "state");
  const refused = make(root, "div", "refused");
  const picture = make(root, "canvas", "picture");
  const told = make(root, "div", "told");
  const open = make(root, "button", "open");
  picture.setAttribute("role", "img");
  open.type = "button";
  open.textContent = "Open in the Studio";
  /** @type {Card} */
  const card = { root, line, name, size, formula, state, refused, picture, told, open, lane: null };
  const opens = () => card.lane?.opens && lanes.trigger("open", number);
  open.onclick = opens;
  picture.onclick = opens;
  picture.onpointermove = (event) => tell(card, event);
  picture.onpointerleave = () => say(told, "");
  return card;
}

/** @param {Lanes} lanes @param {any[]} raw */
function take(lanes, raw) {
  while (lanes.cards.length > raw.length) lanes.cards.pop()?.root.remove();
  while (lanes.cards.length < raw.length) lanes.cards.push(addCard(lanes, lanes.cards.length));
  raw.forEach((message, number) => {
    const strips = message.strips && {
      ...message.strips,
      values: bytesOf(message.strips.values),
    };
    write(lanes.cards[number], { ...message, strips });
  });
  paint(lanes);
}

/** @param {Card} card @param {Lane} lane */
function write(card, lane) {
  const { root, line, name, size, formula, state, refused, picture, open } = card;
  card.lane = lane;
  line.setAttribute("stroke", lane.colour);
  line.setAttribute("stroke-dasharray", lane.dash === "solid" ? "none" : lane.dash);
  say(name, lane.name);
  say(size, lane.size);
  say(formula, lane.formula);
  say(state, lane.state);
  say(refused, lane.refused);
  root.classList.toggle("out", lane.refused !== "");
  picture.hidden = !lane.strips;
  picture.classList.toggle("opens", lane.opens);
  const shown = lane.strips?.rows.map(({ label }) => label.toLowerCase()).join(", ");
  picture.setAttribute("aria-label", `${lane.name}: ${shown ?? ""} by time step and unit`);
  open.hidden = lane.refused !== "";
  open.disabled = !lane.opens;
  open.setAttribute("aria-label", `Open ${lane.name} in the Studio`);
}

/** @param {HTMLElement} node @param {string} text */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Paint all at the next frame, once. @param {Lanes} lanes */
function paint(lanes) {
  lanes.frame ||= requestAnimationFrame(() => {
    lanes.frame = 0;
    for (const { picture, lane } of lanes.cards)
      if (lane?.strips) paintStrips(picture, lane.strips);
  });
}

/** Height of one quantity, in pixels. @param {Strips} strips */
function heightOf({ rows }) {
  return Math.min(MOST, Math.max(LOW, HIGH / rows.length - GAP));
}

const small = document.createElement("canvas");

/** @param {HTMLCanvasElement} canvas @param {Strips} strips */
function paintStrips(canvas, strips) {
  const ratio = devicePixelRatio || 1;
  const [each, width] = [heightOf(strips), canvas.clientWidth];
  const height = strips.rows.length * (each + GAP) - GAP;
  if (!width) return;
  const sizes = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== sizes[0] || canvas.height !== sizes[1]) {
    [canvas.width, canvas.height] = sizes;
    canvas.style.height = `${height}px`;
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(canvas);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.imageSmoothingEnabled = false;
  pen.font = `12px ${style.fontFamily}`;
  pen.textBaseline = "middle";
  if (small.width !== strips.steps || small.height !== strips.units)
    [small.width, small.height] = [strips.steps, strips.units];
  const brush = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  strips.rows.forEach(({ letter }, number) => {
    const top = number * (each + GAP);
    brush.putImageData(new ImageData(pixelsOf(strips, number), strips.steps), 0, 0);
    pen.globalAlpha = 0.06;
    pen.fillStyle = style.color;
    pen.fillRect(LETTERS, top, width - LETTERS, each);
    pen.globalAlpha = 1;
    pen.drawImage(small, LETTERS, top, width - LETTERS, each);
    pen.fillText(letter, 0, top + each / 2);
  });
}

/** Say what is under the pointer. @param {Card} card @param {PointerEvent} event */
function tell({ lane, picture, told }, event) {
  const strips = lane?.strips;
  if (!strips) return;
  const each = heightOf(strips);
  const [x, y] = [event.offsetX - LETTERS, event.offsetY];
  const number = Math.floor(y / (each + GAP));
  const step = Math.floor((x / (picture.clientWidth - LETTERS)) * strips.steps);
  const unit = Math.floor(((y % (each + GAP)) / each) * strips.units);
  const inside = number < strips.rows.length && step >= 0 && step < strips.steps;
  if (!inside || unit >= strips.units) return say(told, "");
  const { label, value } = foundAt(strips, number, step, unit);
  say(told, `${label}, unit ${unit}, step ${step}: about ${shortly(value, 2)}`);
}
