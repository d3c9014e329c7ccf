/** The picture as a component of Streamlit: a thin layer upon `mount`. */

import { mountBeside } from "./beside.js";

/** @import { LookedAt, Selected, Whereabouts } from "./types.d.ts" */

/**
 * @typedef {(name: string, value: unknown) => void} Report
 * @typedef {{data: Uint8Array, parentElement: HTMLElement|ShadowRoot, setStateValue: Report}} Component
 * @typedef {{report: Report, pictures: ReturnType<typeof mountBeside>}} Known
 */

/**
 * Pictures by the element they live in: a run for the same element finds its picture again.
 * @type {WeakMap<Node, Known>}
 */
const pictures = new WeakMap();

/**
 * Where one was in the last pictures that left the page: who comes back finds it again.
 * @type {Whereabouts[]}
 */
let earlier = [];

/**
 * Draw what came from Python; called again for every update of the same element.
 * @param {Component} component
 */
function unrolled({ data, parentElement, setStateValue }) {
  const known = pictures.get(parentElement) ?? mountIn(parentElement, setStateValue);
  pictures.set(parentElement, known);
  known.report = setStateValue;
  if (data?.length) known.pictures.update(data);
  return () => {
    earlier = known.pictures.where();
    // A cleaned-up run may have been replaced by a newer one of the same, living element.
    setTimeout(() => {
      const host = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
      if (host.isConnected) return;
      known.pictures.remove();
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
  const place = /** @type {HTMLElement} */ (parentElement.querySelector(".network"));
  const options = {
    earlier,
    /** @param {Selected|null} selected */
    onSelect: (selected) => known.report("selected", selected),
    /** @param {number|null} iteration */
    onIteration: (iteration) => known.report("iteration", iteration),
    /** @param {LookedAt|null} place */
    onPlace: (place) => known.report("place", place),
  };
  const known = { report, pictures: mountBeside(place, options) };
  return known;
}

/**
 * This script is the library; what is mounted with the data is a stub of two lines that waits for
 * it (see __init__.py for the reason).
 */
export function publish() {
  const name = Symbol.for("rnnviz.unrolled");
  /** @type {Record<symbol, {promise: Promise<typeof unrolled>, resolve?: (found: typeof unrolled) => void}>} */
  const page = /** @type {{}} */ (globalThis);
  const { resolve } = (page[name] ??= { promise: Promise.resolve(unrolled) });
  resolve?.(unrolled);
}
