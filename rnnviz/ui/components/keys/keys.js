/**
 * The keys of the transport bar, and of stepping through time, wherever the focus is; and on a phone, where the
 * settings cover the page, the way back to it once something was chosen.
 *
 * Streamlit's own shortcuts keep silent while a control has the focus, and a control that was clicked keeps it: space
 * would then press that control once more. So the key is taken here first, except where a person types, and except for space
 * and arrows on something reached by Tab, which is how the keyboard presses it, and for arrows on a slider.
 */

/** @type {Record<string, string>} */
const BUTTONS = {
  Space: "play",
  KeyS: "step",
  Digit0: "reset",
  ArrowLeft: "step_back",
  ArrowRight: "step_on",
};
const TYPING =
  "textarea, [contenteditable], canvas[data-testid], input:not([type=range], [type=radio], [type=checkbox])";

export default function () {
  // One listener for the life of the page; the component is mounted anew with each visit to the Studio.
  const page = /** @type {{rnnvizKeys?: boolean}} */ (/** @type {unknown} */ (window));
  page.rnnvizKeys ??= listen();
}

/** Whether the focus was last moved by the keyboard. (:focus-visible does not tell: any key makes it match.) */
let byKeyboard = false;

function listen() {
  window.addEventListener("pointerdown", () => (byKeyboard = false), { capture: true });
  window.addEventListener("keydown", press, { capture: true });
  window.addEventListener("click", showThePage, { capture: true });
  return true;
}

/** @param {KeyboardEvent} event */
function press(event) {
  const name = BUTTONS[event.code];
  const arrow = event.code.startsWith("Arrow");
  if (event.code === "Tab" || (arrow && !shown(name))) byKeyboard = true;
  if (!name || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
    return;
  const target = event.composedPath()[0];
  if (!(target instanceof Element) || target.closest(TYPING)) return;
  const slider = target.matches("input[type=range]");
  if (arrow && slider) return;
  if ((arrow || event.code === "Space") && byKeyboard && target !== document.body && !slider)
    return;
  const button = shown(name);
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!button.disabled) button.click();
}

/** Below this width the drawer of the settings covers most of the page. */
const PHONE = "(max-width: 640px)";
/** The choices whose effect is to be seen on the page; a slider may still be moved on. */
const CHOICES = "[data-testid=stButtonGroup] button, [data-testid=stButton] button";
/** Milliseconds in which the choice is seen to be made, before the drawer closes. */
const SEEN_MS = 350;

/** @param {MouseEvent} event */
function showThePage(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element) || !matchMedia(PHONE).matches) return;
  const drawer = target.closest("[data-testid=stSidebar]");
  if (!drawer || !target.closest(CHOICES)) return;
  setTimeout(
    () => buttonsIn(drawer, "[data-testid=stSidebarCollapseButton] button")[0]?.click(),
    SEEN_MS,
  );
}

/** Streamlit draws a button twice, for wide and for narrow pages: return the one that is shown. @param {string} name */
function shown(name) {
  const buttons = buttonsIn(document, `.st-key-${name} button`);
  return buttons.find((button) => button.getClientRects().length);
}

/** @param {ParentNode} parent @param {string} selector @returns {HTMLButtonElement[]} */
function buttonsIn(parent, selector) {
  return [...parent.querySelectorAll(/** @type {"button"} */ (selector))];
}
