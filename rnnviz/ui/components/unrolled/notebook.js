/**
 * The picture as a widget of a notebook: Jupyter, VS Code, Colab and marimo call `render` as
 * https://anywidget.dev/en/afm describes. rnnviz/notebook/show.py has the other end of the model.
 *
 * The notebook's page belongs to others. So the picture stands in a shadow root, its keys count only
 * while the focus is in it, and its colours are those that stand around it.
 */

import { mount } from "./unrolled.js";
import { element } from "./page/controls.js";
import { around } from "./page/display.js";
import { contrast, makeTheme } from "./scene/theme.js";

/** @import { Mounted } from "./types.d.ts" */

/**
 * What we use of the model of a widget.
 * @typedef {object} Model
 * @property {(name: string) => unknown} get
 * @property {(event: string, heard: () => void) => void} on
 * @property {(event: string, heard: () => void) => void} off
 * @property {(message: {shown: boolean}) => void} send
 */

/** @typedef {{ink: string, paper: string, font: string}} Colours */

const STYLE = `
  .notebook { all: initial; display: block; background: var(--st-background-color); }
  .said { margin: 0; padding: 0.4em 0; font: 13px/1.4 var(--st-font, sans-serif);
    color: var(--st-text-color); overflow-wrap: anywhere; }
  .said:empty { display: none; }
`;

/** Paper for light and for dark text, where nothing tells what the text stands on. */
const PAPERS = ["#ffffff", "#1e1e1e"];

/** Ink for those papers. */
const INKS = ["#31333f", "#f2f2f0"];

/** What can be read on its ground; WCAG 1.4.3. */
const READABLE = 4.5;

/**
 * Show the picture in an element of the notebook, and follow what Python sends.
 * @param {{model: Model, el: HTMLElement}} given
 * @returns {() => void} what takes it away
 */
export function render({ model, el }) {
  const host = element("div", "", el);
  // Else JupyterLab would take the keys of the picture for its own.
  host.dataset.lmSuppressShortcuts = "true";
  const root = host.attachShadow({ mode: "open" });
  const place = document.createElement("div");
  place.className = "notebook";
  root.append(place);
  element("style", "", place, STYLE);
  const said = element("p", "said", place);
  const frame = element("div", "", place);
  let colours = coloursAround(host);
  /** @type {Mounted|null} */
  let picture = null;
  /** @param {string} name */
  const take = (name) => {
    const bytes = bytesOf(model.get(name));
    if (!bytes.length) return;
    if (picture) picture.update(bytes);
    else picture = mount(frame, { bytes, guest: true, theme: colours });
  };
  const events = {
    "change:kept": () => take("kept"),
    "change:newest": () => take("newest"),
    "change:note": () => {
      said.textContent = String(model.get("note") ?? "");
    },
  };
  const wear = () => {
    colours = coloursAround(host);
    place.style.setProperty("--st-background-color", colours.paper);
    place.style.setProperty("--st-text-color", colours.ink);
    place.style.setProperty("--st-font", colours.font);
    place.style.colorScheme = makeTheme(colours).dark ? "dark" : "light";
    picture?.wear(colours);
  };
  wear();
  for (const [event, heard] of Object.entries(events)) {
    heard();
    model.on(event, heard);
  }
  const ignore = onTheme(wear);
  model.send({ shown: true });
  return () => {
    ignore();
    for (const [event, heard] of Object.entries(events)) model.off(event, heard);
    picture?.remove();
    host.remove();
    model.send({ shown: false });
  };
}

/**
 * The bytes of a trait, as the notebooks hand them over.
 * @param {unknown} value
 * @returns {Uint8Array}
 */
export function bytesOf(value) {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return new Uint8Array();
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/**
 * The text of the notebook, and what it stands on.
 * @param {Element} host
 * @returns {Colours}
 */
function coloursAround(host) {
  const { color, fontFamily } = getComputedStyle(host);
  const grounds = around(host).map((each) => getComputedStyle(each).backgroundColor);
  return readable(color, grounds.find(isOpaque), fontFamily);
}

/**
 * Ink that can be read on the paper; where there is no paper, one for the ink.
 * @param {string} ink @param {string|undefined} paper @param {string} font
 * @returns {Colours}
 */
export function readable(ink, paper, font) {
  if (!paper) {
    const papers = PAPERS.map((each) => makeTheme({ ink, paper: each, font }));
    const [onLight, onDark] = papers.map((each) => contrast(each.ink, each.paper));
    return { ink, paper: PAPERS[onLight >= onDark ? 0 : 1], font };
  }
  const theme = makeTheme({ ink, paper, font });
  if (contrast(theme.ink, theme.paper) >= READABLE) return { ink, paper, font };
  return { ink: INKS[theme.dark ? 1 : 0], paper, font };
}

/**
 * Whether nothing shines through a colour, as a computed style writes it.
 * @param {string} colour
 */
export function isOpaque(colour) {
  return colour !== "" && !/^rgba|^transparent|\//.test(colour);
}

/**
 * Notebooks change their theme by attributes of the page, by style sheets that come later, or with
 * the system; where colours fade into others, only the last ones count.
 * @param {() => void} changed
 * @returns {() => void} what ends it
 */
function onTheme(changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const page = new MutationObserver(changed);
  for (const each of [document.documentElement, document.body]) {
    page.observe(each, { attributes: true });
  }
  const late = ["load", "transitionend"];
  /** @param {Event} event */
  const onLate = ({ target }) => {
    const ofPage = target === document.body || target === document.documentElement;
    if (ofPage || target instanceof HTMLLinkElement) changed();
  };
  for (const each of late) document.addEventListener(each, onLate, true);
  dark.addEventListener("change", changed);
  return () => {
    page.disconnect();
    for (const each of late) document.removeEventListener(each, onLate, true);
    dark.removeEventListener("change", changed);
  };
}
