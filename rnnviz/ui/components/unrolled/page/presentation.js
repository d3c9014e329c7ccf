/**
 * Presentation: the picture as large as the window, all else of the page away, for the back of a
 * room. The page goes on under it, training and its keys included.
 */

import { button } from "./controls.js";
import { refresh } from "./display.js";
import { wake } from "./motion.js";

/** Where a letter is typed it is not a key. */
const TYPING =
  "input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]";

/** The picture that is presented; there is one window. */
let presented = null;

/** Give a view its button, and the key wherever the focus is. */
export function offerPresenting(view) {
  const { figure, caption } = view.dom;
  const made = button(caption, "present", "Present: the picture large, all else away (key f)");
  made.textContent = "Present";
  made.onclick = () => present(view, !view.screen.presenting);
  view.dom.present = made;
  const onKey = (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const [target] = event.composedPath();
    const boxIsOpen = figure.querySelector(".saving:not([hidden])");
    const leaves = view.screen.presenting && key === "Escape" && !boxIsOpen;
    const typed = target instanceof Element && target.closest(TYPING);
    const toggles = key === "f" && !typed && !view.peers.length && isMeant(view);
    if (!leaves && !toggles) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    present(view, !view.screen.presenting);
  };
  window.addEventListener("keydown", onKey, true);
  view.hooks.watchers.push(() => window.removeEventListener("keydown", onKey, true));
}

/** Of several pictures on a page the key means the one with the focus, else the first. */
function isMeant({ screen: { presenting }, dom: { figure } }) {
  if (presented) return presenting;
  const root = figure.getRootNode();
  const all = [...root.querySelectorAll(".unrolled")];
  const focused = all.find((each) => each.contains(root.activeElement));
  return figure === (focused ?? all[0]);
}

/** Begin or end it. The browser's top layer lies above all of the page, whatever its styles say. */
export function present(view, wanted) {
  const { figure } = view.dom;
  if (!figure.showPopover || view.screen.presenting === wanted || view.peers.length) return;
  if (wanted) {
    if (presented) leavePresenting(presented);
    // What stands below it on the page stays where it is.
    figure.parentElement.style.minHeight = `${figure.getBoundingClientRect().height}px`;
    figure.style.zoom = "";
    figure.popover = "manual";
    figure.showPopover();
    presented = view;
  } else {
    leavePresenting(view);
  }
  view.screen.presenting = wanted;
  figure.classList.toggle("presenting", wanted);
  const { present: made, scroll } = view.dom;
  made.textContent = wanted ? "Leave" : "Present";
  made.title = wanted
    ? "Back to the page (Escape, or key f)"
    : "Present: the picture large, all else away (key f)";
  made.setAttribute("aria-label", made.title);
  refresh(view);
  // Once more: texts of another size have lines of another length.
  refresh(view);
  scroll.focus({ preventScroll: true, focusVisible: false });
  wake(view);
}

/** Give the page back what it had. */
export function leavePresenting(view) {
  if (presented !== view) return;
  const { figure } = view.dom;
  presented = null;
  figure.style.zoom = "";
  if (figure.isConnected) figure.hidePopover();
  figure.removeAttribute("popover");
  figure.parentElement?.style.removeProperty("min-height");
}
