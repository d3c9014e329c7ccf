/**
 * The picture as a widget of a notebook: Jupyter, VS Code, Colab and marimo call `render` as
 * https://anywidget.dev/en/afm describes. rnnviz/notebook/show.py has the other end of the model.
 *
 * The notebook's page belongs to others. So the picture stands in a shadow root, its keys count only
 * while the focus is in it, and its colours are those that stand around it.
 */

import { mount } from "./unrolled.js";
import { bytesOf } from "./data/packet.js";
import { element } from "./page/controls.js";
import { coloursAround, onTheme } from "./page/guest.js";
import { makeTheme } from "./scene/theme.js";

/** @import { Mounted } from "./types.d.ts" */

/**
 * What we use of the model of a widget.
 * @typedef {object} Model
 * @property {(name: string) => unknown} get
 * @property {(event: string, heard: () => void) => void} on
 * @property {(event: string, heard: () => void) => void} off
 * @property {(message: {shown: boolean}|{iteration: number}) => void} send
 */

const STYLE = `
  .notebook { all: initial; display: block; background: var(--st-background-color); }
  .note { margin: 0; padding: 0.4em 0; font: 13px/1.4 var(--st-font, sans-serif);
    color: var(--st-text-color); overflow-wrap: anywhere; }
  .note:empty { display: none; }
`;

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
  const said = element("p", "note", place);
  const frame = element("div", "", place);
  let colours = coloursAround(host);
  /** @type {Mounted|null} */
  let picture = null;
  // Python then sends this iteration without rounding.
  /** @param {number|null} iteration */
  const onIteration = (iteration) => {
    if (iteration !== null) model.send({ iteration });
  };
  /** @param {string} name */
  const take = (name) => {
    const bytes = bytesOf(model.get(name));
    if (!bytes.length) return;
    if (picture) picture.update(bytes);
    else picture = mount(frame, { bytes, guest: true, theme: colours, onIteration });
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
  // Jupyter puts the element into the page later: only there are its colours known.
  const placed = new ResizeObserver(wear);
  placed.observe(host);
  model.send({ shown: true });
  return () => {
    ignore();
    placed.disconnect();
    for (const [event, heard] of Object.entries(events)) model.off(event, heard);
    picture?.remove();
    host.remove();
    model.send({ shown: false });
  };
}
