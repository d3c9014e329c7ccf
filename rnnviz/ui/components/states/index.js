/** What the bundle offers as `rnnviz`: to pages, and below to the tests that run in a browser. */

export { mount, makeScene } from "./states.js";
export { publish } from "./streamlit.js";
export { look } from "./scene/scene.js";
export { paint, placesOf, sizeOf } from "./draw/paint.js";
