/**
 * Keeps the browser's address true: it is always the link of what is seen.
 *
 * The link comes with the readings of each tick, and this looks at it there. The entry of the browser's history is replaced,
 * not added to, so that Back leaves the page as it always does. Streamlit itself reads the address when a page is opened, and
 * does not notice the change.
 */

/** What the address says to Streamlit and not to the experiment: it stays. */
const STREAMLITS = /^embed(_options)?$/;
/** Browsers refuse more than 100 changes in 10 s, some in 30 s; where they do, it waits. */
const LOOK_MS = 100;
const REFUSED_MS = 5000;

/**
 * What the readings said last, and on which page they began to: for a moment, those of the page before are still there.
 * @type {{link: string, path: string} | null}
 */
let known = null;
let due = 0;

export default function () {
  // Only one looks, whichever page has mounted it.
  const name = Symbol.for("rnnviz.address");
  /** @type {Record<symbol, number>} */
  const page = /** @type {{}} */ (globalThis);
  page[name] ??= window.setInterval(look, LOOK_MS);
}

function look() {
  // What a page says by itself, while nothing trains, is newer than the readings.
  const said =
    document.querySelector(".linked[data-link]") ?? document.querySelector(".readings[data-link]");
  const { link } = /** @type {HTMLElement | null} */ (said)?.dataset ?? {};
  if (link === undefined) known = null;
  else if (known?.link !== link) known = { link, path: location.pathname };
  if (known && known.path === location.pathname && performance.now() >= due) write(known.link);
}

/** @param {string} link */
function write(link) {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => STREAMLITS.test(name));
  const own = new URLSearchParams(kept).toString();
  const search = [own, link].filter(Boolean).join("&");
  if (location.search.replace(/^\?/, "") === search) return;
  const address = `${location.pathname}${search && "?"}${search}${location.hash}`;
  try {
    history.replaceState(history.state, "", address);
  } catch {
    due = performance.now() + REFUSED_MS;
  }
}
