/** The picture as a component of Streamlit: a thin layer upon `mount`. */

import { mount } from "./states.js";

/** @import { Lacking, LookedAt } from "./types.d.ts" */

/**
 * @typedef {(name: string, value: unknown) => void} Report
 * @typedef {{data: Uint8Array, parentElement: HTMLElement|ShadowRoot, setStateValue: Report}} Component
 * @typedef {{report: Report, picture: ReturnType<typeof mount>}} Known
 */

/**
 * Pictures by the element they live in: a run for the same element finds its picture again.
 * @type {WeakMap<Node, Known>}
 */
const pictures = new WeakMap();

/**
 * Draw what came from Python; called again for every update of the same element.
 * @param {Component} component
 */
function states({ data, parentElement, setStateValue }) {
  const known = pictures.get(parentElement) ?? mountIn(parentElement, setStateValue);
  pictures.set(parentElement, known);
  known.report = setStateValue;
  if (data?.length) known.picture.update(data);
  return () => {
    // A cleaned-up run may have been replaced by a newer one of the same, living element.
    setTimeout(() => {
      const host = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
      if (host.isConnected) return;
      known.picture.remove();
      pictures.delete(parentElement);
    }, 0);
  };
}

/**
 * `report` is that of the newest run: an older one may no longer be heard.
 * @param {HTMLElement|ShadowRoot} parentElement @param {Report} report
 * @returns {Known}
 */
function mountIn(parentElement, report) {
  const place = /** @type {HTMLElement} */ (parentElement.querySelector(".state-space"));
  const options = {
    /** @param {number|null} iteration */
    onIteration: (iteration) => known.report("iteration", iteration),
    /** @param {LookedAt} place */
    onPlace: (place) => known.report("place", place),
    /** @param {Lacking} lacking */
    onLacking: (lacking) => known.report("lacking", lacking),
  };
  const known = { report, picture: mount(place, options) };
  return known;
}

/** This script is the library; what is mounted with the data is a stub that waits for it. */
export function publish() {
  const name = Symbol.for("rnnviz.states");
  /** @type {Record<symbol, {promise: Promise<typeof states>, resolve?: (found: typeof states) => void}>} */
  const page = /** @type {{}} */ (globalThis);
  const { resolve } = (page[name] ??= { promise: Promise.resolve(states) });
  resolve?.(states);
}
