/** What others hear of a view, once it has rested. */

/** @import { View } from "../types.d.ts" */

/**
 * Call once after some rest; a newer call replaces an older one.
 * @param {Pick<View, "loop">} view @param {string} name @param {number} wait
 * @param {() => void} action
 */
export function later({ loop }, name, wait, action) {
  clearTimeout(loop.timers[name]);
  loop.timers[name] = setTimeout(action, wait);
}
