/** The picture as a component of Streamlit: a thin layer upon `mount`. */

import { mountBeside } from "./beside.js";

/** Pictures by the element they live in: a run for the same element finds its picture again. */
const pictures = new WeakMap();

/** Where one was in the last pictures that left the page: who comes back finds it again. */
let earlier = [];

/**
 * Draw what came from Python; called again for every update of the same element.
 * @param {{data: Uint8Array, parentElement: any, setStateValue: Function}} component
 */
function unrolled({ data, parentElement, setStateValue }) {
  if (!pictures.has(parentElement)) pictures.set(parentElement, mountIn(parentElement));
  const known = pictures.get(parentElement);
  known.report = setStateValue;
  if (data?.length) known.pictures.update(data);
  return () => {
    earlier = known.pictures.where();
    // A cleaned-up run may have been replaced by a newer one of the same, living element.
    setTimeout(() => {
      const host = parentElement.host ?? parentElement;
      if (host.isConnected) return;
      known.pictures.remove();
      pictures.delete(parentElement);
    }, 0);
  };
}

/** `report` is that of the newest run: an older one may no longer be heard. */
function mountIn(parentElement) {
  const known = { report: null, pictures: null };
  known.pictures = mountBeside(parentElement.querySelector(".network"), {
    earlier,
    onSelect: (selected) => known.report("selected", selected),
    onIteration: (iteration) => known.report("iteration", iteration),
  });
  return known;
}

/**
 * This script is the library; what is mounted with the data is a stub of two lines that waits for
 * it (see __init__.py for the reason).
 */
export function publish() {
  const name = Symbol.for("rnnviz.unrolled");
  const { resolve } = (globalThis[name] ??= { promise: Promise.resolve(unrolled) });
  resolve?.(unrolled);
}
