/** What others hear of a view: what is chosen, and where one looks. */

import { lookedAt } from "../scene/scene.js";

/** @import { View, ViewParts } from "../types.d.ts" */

/** Where one looks is told when it has not changed for this long. */
const REST_MS = 200;

/**
 * Call once after some rest; a newer call replaces an older one.
 * @param {ViewParts<"loop">} view @param {string} name @param {number} wait
 * @param {() => void} action
 */
export function later({ loop }, name, wait, action) {
  clearTimeout(loop.timers[name]);
  loop.timers[name] = setTimeout(action, wait);
}

/**
 * Tell where one looks, if that has changed: after each frame, but a sweep changes nothing of it.
 * @param {View} view
 */
export function tellPlace(view) {
  const now = lookedAt(view);
  const said = JSON.stringify(now);
  if (said === view.last.place) return;
  view.last.place = said;
  later(view, "place", REST_MS, () => view.hooks.place(now));
}
