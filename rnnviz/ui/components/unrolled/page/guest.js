/** The colours of a page that belongs to others, such as a notebook: what the picture stands on. */

import { contrast, makeTheme, mix } from "../scene/theme.js";
import { around } from "./display.js";

/** @typedef {{ink: string, paper: string, font: string}} Colours */

/** Paper for light and for dark text, where nothing tells what the text stands on. */
const PAPERS = ["#ffffff", "#1e1e1e"];

/** Ink for those papers. */
const INKS = ["#31333f", "#f2f2f0"];

/** What can be read on its ground; WCAG 1.4.3. */
const READABLE = 4.5;

/**
 * The text of the notebook, and what it stands on.
 * @param {Element} host
 * @returns {Colours}
 */
export function coloursAround(host) {
  const { color, fontFamily } = getComputedStyle(host);
  const grounds = around(host).map((each) => getComputedStyle(each).backgroundColor);
  return legibleOn(color, grounds.find(isOpaque), fontFamily);
}

/**
 * Ink that can be read on the paper; where there is no paper, one for the ink.
 * @param {string} ink @param {string|undefined} paper @param {string} font
 * @returns {Colours}
 */
export function legibleOn(ink, paper, font) {
  /** @param {string} ground */
  const on = (ground) => makeTheme({ ink: solid(ink, ground), paper: ground, font });
  if (!paper) {
    const [light, dark] = PAPERS.map(on).map((each) => contrast(each.ink, each.paper));
    return legibleOn(ink, PAPERS[light >= dark ? 0 : 1], font);
  }
  const theme = on(paper);
  const isLegible = contrast(theme.ink, theme.paper) >= READABLE;
  return { ink: isLegible ? solid(ink, paper) : INKS[theme.dark ? 1 : 0], paper, font };
}

/**
 * A colour through which the ground shines, as it looks on it: JupyterLab's texts have such ones.
 * @param {string} colour @param {string} ground
 */
function solid(colour, ground) {
  const found = /^rgba\(([\d.]+), ([\d.]+), ([\d.]+), ([\d.]+)\)$/.exec(colour);
  if (!found) return colour;
  const [red, green, blue, share] = found.slice(1).map(Number);
  const { paper } = makeTheme({ ink: ground, paper: ground, font: "" });
  const mixed = mix(paper, [red, green, blue], share);
  return `#${mixed.map((each) => each.toString(16).padStart(2, "0")).join("")}`;
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
export function onTheme(changed) {
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
