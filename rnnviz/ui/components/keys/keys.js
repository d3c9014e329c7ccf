/**
 * The keys of the transport bar, wherever the focus is.
 *
 * Streamlit's own shortcuts keep silent while a control has the focus, and a control that was clicked keeps it: space
 * would then press that control once more. So the key is taken here first, except where a person types, and except for space
 * on something reached by Tab, which is how the keyboard presses it.
 */

const BUTTONS = { Space: "play", KeyS: "step", Digit0: "reset" };
const TYPING = "textarea, [contenteditable], canvas[data-testid], input:not([type=range], [type=radio], [type=checkbox])";

export default function () {
  // One listener for the life of the page; the component is mounted anew with each visit to the Studio.
  window.rnnvizKeys ??= listen();
}

/** Whether the focus was last moved by the keyboard. (:focus-visible does not tell: any key makes it match.) */
let byKeyboard = false;

function listen() {
  window.addEventListener("pointerdown", () => (byKeyboard = false), { capture: true });
  window.addEventListener("keydown", press, { capture: true });
  return true;
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.code === "Tab" || event.code.startsWith("Arrow")) byKeyboard = true;
  const name = BUTTONS[event.code];
  if (!name || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const target = event.composedPath()[0];
  if (!(target instanceof Element) || target.closest(TYPING)) return;
  if (event.code === "Space" && byKeyboard && target !== document.body && !target.matches("input[type=range]")) return;
  const button = shown(name);
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!button.disabled) button.click();
}

/** Streamlit draws a button twice, for wide and for narrow pages: return the one that is shown. */
function shown(name) {
  const buttons = [...document.querySelectorAll(`.st-key-${name} button`)];
  return buttons.find((button) => button.getClientRects().length);
}
