/**
 * The board of the Hopfield page: a grid that one draws on, the patterns that are stored, and a recall that is played.
 *
 * The server computes a recall as a whole; here it is played, so no frame waits for a message. What is drawn is reported
 * once a stroke. Streamlit calls the default export again with each message and each change of theme, always with the same
 * parentElement. What comes is JSON in UTF-8, arrays in plotly.js's base64 form. `__init__.py` joins
 * this script with those that it imports.
 */

import { shortly } from "../unrolled/text/numbers.js";
import { paintAll, paintSmall } from "./paint.js";
import { cellsAt, durationOf, fieldOf, hexOf, placeOf, readMessage, stepsOf } from "./recall.js";

/**
 * @import { Message, Recall } from "./recall.js"
 * @typedef {{root: HTMLElement, grid: HTMLCanvasElement, energy: HTMLCanvasElement, overlaps: HTMLCanvasElement,
 *            list: HTMLElement, play: HTMLButtonElement, back: HTMLButtonElement, on: HTMLButtonElement,
 *            slider: HTMLInputElement, reading: HTMLElement, why: HTMLElement, under: HTMLElement}} Parts
 * @typedef {(name: string, value: unknown) => void} Report
 * @typedef {{parts: Parts, message: Message | null, cells: Uint8Array, recall: Recall | null, at: number, playing: boolean,
 *            frame: number, before: number, cursor: number, brush: number, last: number, told: number,
 *            report: Report, trigger: Report, marks: {bar: HTMLElement, text: HTMLElement}[]}} Board
 */

/** @type {WeakMap<Node, Board>} */
const boards = new WeakMap();
const decoder = new TextDecoder();

/** @param {{data: Uint8Array, parentElement: HTMLElement | ShadowRoot, setStateValue: Report, setTriggerValue: Report}} component */
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const board = boards.get(parentElement) ?? mount(parentElement);
  boards.set(parentElement, board);
  board.report = setStateValue;
  board.trigger = setTriggerValue;
  take(board, readMessage(JSON.parse(decoder.decode(data))));
  return () =>
    setTimeout(() => {
      const host = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
      if (host.isConnected) return;
      cancelAnimationFrame(board.frame);
      boards.delete(parentElement);
    }, 0);
}

/** @param {HTMLElement | ShadowRoot} parent @returns {Board} */
function mount(parent) {
  const place = parent.querySelector(".hopfield") ?? parent;
  const root = make(place, "div", "board");
  const left = make(root, "div", "left");
  const grid = make(left, "canvas", "grid");
  const under = make(left, "div", "under");
  const right = make(root, "div", "right");
  const energy = make(right, "canvas", "chart");
  const overlaps = make(right, "canvas", "chart");
  const player = make(right, "div", "player");
  const back = button(player, "‹", "One step back");
  const play = button(player, "Play", "Play or pause the recall");
  const on = button(player, "›", "One step on");
  const slider = make(player, "input", "");
  const reading = make(player, "span", "reading");
  const why = make(right, "p", "why");
  const list = make(root, "div", "list");
  slider.type = "range";
  slider.min = "0";
  slider.setAttribute("aria-label", "Step of the recall");
  list.setAttribute("role", "list");
  why.setAttribute("aria-live", "polite");
  for (const chart of [energy, overlaps]) chart.setAttribute("role", "img");
  grid.tabIndex = 0;
  grid.setAttribute("role", "application");
  // The keys of the page keep away from such a canvas.
  grid.dataset.testid = "hopfield-grid";
  /** @type {Board} */
  const board = {
    parts: { root, grid, energy, overlaps, list, play, back, on, slider, reading, why, under },
    message: null,
    cells: new Uint8Array(),
    recall: null,
    at: 0,
    playing: false,
    frame: 0,
    before: 0,
    cursor: 0,
    brush: -1,
    last: -1,
    told: -1,
    report: () => {},
    trigger: () => {},
    marks: [],
  };
  listen(board);
  new ResizeObserver(() => paint(board)).observe(root);
  return board;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Node} parent @param {Tag} tag @param {string} className
 */
function make(parent, tag, className) {
  const node = document.createElement(tag);
  node.className = className;
  parent.appendChild(node);
  return node;
}

/** @param {Node} parent @param {string} sign @param {string} label */
function button(parent, sign, label) {
  const node = make(parent, "button", "");
  node.type = "button";
  node.textContent = sign;
  node.setAttribute("aria-label", label);
  node.title = label;
  return node;
}

/** @param {Board} board */
function listen(board) {
  const { grid, play, back, on, slider } = board.parts;
  grid.onpointerdown = (event) => {
    if (event.button !== 0) return;
    grid.setPointerCapture(event.pointerId);
    const unit = unitAt(board, event);
    if (unit < 0) return;
    fork(board);
    board.brush = board.cells[unit] ^ 1;
    draw(board, unit);
  };
  grid.onpointermove = (event) => {
    const unit = unitAt(board, event);
    if (board.brush < 0) return tell(board, unit);
    if (unit >= 0) draw(board, unit);
  };
  grid.onpointerup = grid.onpointercancel = () => lift(board);
  grid.onpointerleave = () => board.brush < 0 && tell(board, -1);
  grid.onkeydown = (event) => key(board, event);
  grid.onfocus = grid.onblur = () => paint(board);
  play.onclick = () => toggle(board);
  back.onclick = () => seek(board, Math.ceil(board.at) - 1);
  on.onclick = () => seek(board, Math.floor(board.at) + 1);
  slider.oninput = () => seek(board, Number(slider.value));
}

/** @param {Board} board @param {PointerEvent} event */
function unitAt({ parts: { grid }, message }, event) {
  const box = grid.getBoundingClientRect();
  const side = message?.side ?? 0;
  const column = Math.floor(((event.clientX - box.left) / box.width) * side);
  const row = Math.floor(((event.clientY - box.top) / box.height) * side);
  const inside = column >= 0 && row >= 0 && column < side && row < side;
  return inside ? row * side + column : -1;
}

/** Draw on what is seen: a recall that is shown ends there. @param {Board} board */
function fork(board) {
  if (!board.recall) return;
  board.cells = cellsAt(board.recall, Math.floor(board.at));
  board.recall = null;
  board.playing = false;
}

/** Paint the cells from the last one to this one. @param {Board} board @param {number} unit */
function draw(board, unit) {
  const side = board.message?.side ?? 1;
  const from = board.last < 0 ? unit : board.last;
  const [dx, dy] = [
    (unit % side) - (from % side),
    Math.floor(unit / side) - Math.floor(from / side),
  ];
  const steps = Math.max(Math.abs(dx), Math.abs(dy), 1);
  for (let k = 0; k <= steps; k++) {
    const column = (from % side) + Math.round((dx * k) / steps);
    const row = Math.floor(from / side) + Math.round((dy * k) / steps);
    board.cells[row * side + column] = board.brush;
  }
  board.last = board.cursor = unit;
  paint(board);
}

/** End a stroke, and report what is drawn now. @param {Board} board */
function lift(board) {
  if (board.brush < 0) return;
  board.brush = board.last = -1;
  const side = board.message?.side;
  // No two strokes are the same report, of which Streamlit would tell once.
  board.report("drawn", { side, cells: hexOf(board.cells), stroke: Date.now() });
}

/** @param {Board} board @param {KeyboardEvent} event */
function key(board, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const side = board.message?.side ?? 1;
  const [row, column] = [Math.floor(board.cursor / side), board.cursor % side];
  const to = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, side - 1],
  }[event.key];
  const turns = event.key === " " || event.key === "Enter";
  if (!to && !turns) return;
  event.preventDefault();
  // Space is a key of the page, too: there it trains.
  event.stopPropagation();
  if (to?.every((place) => place >= 0 && place < side)) board.cursor = to[0] * side + to[1];
  if (turns) {
    fork(board);
    board.brush = board.cells[board.cursor] ^ 1;
    draw(board, board.cursor);
    lift(board);
  }
  paint(board);
  tell(board, board.cursor);
}

/** Say what a unit is, and what its local field is now. @param {Board} board @param {number} unit */
function tell(board, unit) {
  const { message, cells, recall, at, parts } = board;
  const { under } = parts;
  board.told = unit < cells.length ? unit : -1;
  if (!message || board.told < 0) {
    under.textContent = "Draw here: mouse, finger, or arrows and space.";
    return;
  }
  const now = recall ? cellsAt(recall, Math.floor(at)) : cells;
  const value = now[unit] ? "+1" : "−1";
  const field = message.stored.length
    ? `, local field ${shortly(fieldOf(unit, now, message.stored))}`
    : "";
  under.textContent = `${placeOf(unit, message.side)}: ${value}${field}`;
}

/** Take a message: what the server changed, and not what it only repeats. @param {Board} board @param {Message} message */
function take(board, message) {
  const old = board.message;
  board.message = message;
  if (!old || old.version !== message.version) {
    board.cells = message.cells;
    board.brush = board.last = -1;
    board.cursor = Math.min(board.cursor, board.cells.length - 1);
    const isNew = message.recall && message.recall.id !== old?.recall?.id;
    board.recall = message.recall;
    if (isNew) begin(board);
  }
  const ids = (/** @type {Message | null} */ of) => of?.stored.map(({ id }) => id).join() ?? "";
  if (!old || ids(old) !== ids(message) || old.side !== message.side) list(board);
  tell(board, board.told);
  paint(board);
}

/** Play a recall from its start, unless whoever looks wants less motion. @param {Board} board */
function begin(board) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  board.at = 0;
  board.playing = !still && board.recall !== null && stepsOf(board.recall) > 0;
  board.before = 0;
}

/** @param {Board} board */
function toggle(board) {
  const { recall } = board;
  if (!recall) return;
  if (!board.playing && board.at >= stepsOf(recall) && !recall.cycles) board.at = 0;
  board.playing = !board.playing;
  board.before = 0;
  paint(board);
}

/** @param {Board} board @param {number} step */
function seek(board, step) {
  if (!board.recall) return;
  board.playing = false;
  board.at = Math.min(stepsOf(board.recall), Math.max(0, step));
  paint(board);
}

/** @param {Board} board @param {number} now */
function advance(board, now) {
  board.frame = 0;
  const { recall } = board;
  if (!recall || !board.playing) return;
  const steps = stepsOf(recall);
  if (board.before) board.at += ((now - board.before) * steps) / durationOf(recall);
  board.before = now;
  if (board.at >= steps && recall.cycles) board.at = steps - 2 + ((board.at - steps) % 2);
  else if (board.at >= steps) {
    board.at = steps;
    board.playing = false;
  }
}

/** Paint at the next frame, once. @param {Board} board */
function paint(board) {
  board.frame ||= requestAnimationFrame((now) => {
    advance(board, now);
    paintAll(board);
    if (board.playing) paint(board);
  });
}

/** Make the stored patterns anew: a click loads one, the cross forgets it. @param {Board} board */
function list(board) {
  const { message, parts } = board;
  parts.list.replaceChildren();
  board.marks = (message?.stored ?? []).map(({ id, name, cells }) => {
    const item = make(parts.list, "div", "item");
    item.setAttribute("role", "listitem");
    const load = button(item, "", `Load ${name} into the grid`);
    const picture = make(load, "canvas", "small");
    paintSmall(picture, cells, message?.side ?? 1);
    make(load, "span", "name").textContent = name;
    const bar = make(make(load, "span", "track"), "span", "bar");
    const text = make(load, "span", "overlap");
    load.onclick = () => board.trigger("load", id);
    const forget = button(item, "×", `Forget ${name}`);
    forget.className = "forget";
    forget.onclick = () => board.trigger("forget", id);
    return { bar, text };
  });
}
