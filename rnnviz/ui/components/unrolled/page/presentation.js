/**
 * Presentation: the picture as large as the window, all else of the page away, for the back of a
 * room. The page goes on under it, training and its keys included.
 */

import { refresh } from "./display.js";
import { wake } from "./motion.js";

/** @import { View, ViewParts } from "../types.d.ts" */

/** Where a letter is typed it is not a key. */
const TYPING =
  "input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]";

/**
 * The picture that is presented; there is one window.
 * @type {View|null}
 */
let presented = null;

/**
 * Give a view its button, and the key: wherever the focus is, or only in the picture of a guest.
 * @param {View} view
 */
export function offerPresenting(view) {
  const { figure, present: made } = view.dom;
  made.textContent = "Present";
  made.onclick = () => present(view, !view.screen.presenting);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const [target] = event.composedPath();
    const boxIsOpen = figure.querySelector(".saving:not([hidden])");
    const leaves = view.screen.presenting && key === "Escape" && !boxIsOpen;
    const typed = target instanceof Element && target.closest(TYPING);
    const here = !view.screen.guest || event.composedPath().includes(figure);
    const toggles = key === "f" && !typed && here && isMeant(view);
    if (!leaves && !toggles) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    present(view, !view.screen.presenting);
  };
  window.addEventListener("keydown", onKey, true);
  view.hooks.watchers.push(() => window.removeEventListener("keydown", onKey, true));
}

/**
 * Of several pictures on a page the key means the one with the focus, else the first.
 * @param {ViewParts<"dom"|"screen">} view
 */
function isMeant({ screen, dom }) {
  const { presenting } = screen;
  const { figure } = dom;
  if (presented) return presenting;
  const root = /** @type {Document|ShadowRoot} */ (figure.getRootNode());
  const all = [...root.querySelectorAll(".unrolled")];
  const focused = all.find((each) => each.contains(root.activeElement));
  return figure === (focused ?? all[0]);
}

/**
 * Begin or end it. The browser's top layer lies above all of the page, whatever its styles say.
 * @param {View} view @param {boolean} wanted
 */
export function present(view, wanted) {
  const views = together(view);
  const all = wholeOf(view);
  if (!all.showPopover || view.screen.presenting === wanted) return;
  if (wanted) {
    if (presented) leavePresenting(presented);
    // What stands below it on the page stays where it is.
    const { height } = all.getBoundingClientRect();
    all.parentElement?.style.setProperty("min-height", `${height}px`);
    for (const { dom } of views) dom.figure.style.zoom = "";
    all.popover = "manual";
    all.showPopover();
    all.classList.add("presenting");
    presented = view;
  } else {
    if (presented) leavePresenting(presented);
  }
  for (const each of views) show(each, wanted);
  const { scroll } = view.dom;
  scroll.focus({ preventScroll: true, focusVisible: false });
}

/**
 * A picture and the one beside it: on a page both are views.
 * @param {View} view @returns {View[]}
 */
function together(view) {
  return [view, .../** @type {View[]} */ (view.peers)];
}

/**
 * What is presented: the picture, or the two that are beside each other with their players.
 * @param {View} view @returns {HTMLElement}
 */
function wholeOf({ peers, dom: { figure } }) {
  const both = peers.length ? figure.closest(".beside") : null;
  return both instanceof HTMLElement ? both : figure;
}

/** @param {View} view @param {boolean} wanted */
function show(view, wanted) {
  const { present: made } = view.dom;
  view.screen.presenting = wanted;
  made.textContent = wanted ? "Leave" : "Present";
  made.title = wanted
    ? "Back to the page (Escape, or key f)"
    : "Present: the picture large, all else away (key f)";
  made.setAttribute("aria-label", made.title);
  refresh(view);
  // Once more: texts of another size have lines of another length.
  refresh(view);
  wake(view);
}

/**
 * Give the page back what it had.
 * @param {View} view
 */
export function leavePresenting(view) {
  if (!presented || presented !== view) return;
  const all = wholeOf(view);
  presented = null;
  for (const { dom } of together(view)) dom.figure.style.zoom = "";
  if (all.isConnected) all.hidePopover();
  all.removeAttribute("popover");
  all.classList.remove("presenting");
  all.parentElement?.style.removeProperty("min-height");
}
