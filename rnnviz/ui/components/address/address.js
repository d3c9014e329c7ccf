/**
 * Keeps the browser's address true: it is always the link of what is seen.
 *
 * The entry of the browser's history is replaced, not added to, so that Back leaves the page as it always does. Streamlit
 * itself reads the address when a page is opened, and does not notice the change.
 */

/** What the address says to Streamlit and not to the experiment: it stays. */
const STREAMLITS = /^embed(_options)?$/;
/**
 * Browsers refuse more than 100 changes in 10 s, some in 30 s. A tick takes longer than this, so the
 * address is that of the picture; where that is refused after all, it waits.
 */
const LEAST_MS = 120;
const REFUSED_MS = 5000;

/** @type {{query: string, path: string} | null} */
let wanted = null;
let due = 0;
let timer = 0;

/** @param {{data: {query: string}}} component */
export default function ({ data }) {
  wanted = { query: data.query, path: location.pathname };
  window.clearTimeout(timer);
  timer = window.setTimeout(write, Math.max(0, due - performance.now()));
}

function write() {
  // Another page was opened meanwhile: this was the address of the one before.
  if (!wanted || wanted.path !== location.pathname) return;
  due = performance.now() + LEAST_MS;
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => STREAMLITS.test(name));
  const own = new URLSearchParams(kept).toString();
  const search = [own, wanted.query].filter(Boolean).join("&");
  if (location.search.replace(/^\?/, "") === search) return;
  const address = `${location.pathname}${search && "?"}${search}${location.hash}`;
  try {
    history.replaceState(history.state, "", address);
  } catch {
    due = performance.now() + REFUSED_MS;
    timer = window.setTimeout(write, REFUSED_MS);
  }
}
