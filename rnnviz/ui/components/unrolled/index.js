/** What the bundle offers as `rnnviz`: to pages, and below to the tests that run in a browser. */

export { mount, makeScene } from "./unrolled.js";
export { mountBeside } from "./beside.js";
export { publish } from "./streamlit.js";
export { render } from "./notebook.js";
export { look } from "./scene/scene.js";
export { paint, sizeOf } from "./draw/paint.js";

export { exactly, factored, percent, shortly } from "./text/numbers.js";
export { tooltipLines } from "./text/tooltip.js";
export { stepFacts, unitFacts } from "./text/words.js";
export { labelsOf } from "./draw/labels.js";
export { gradientWords } from "./text/gradient.js";
export { refresh } from "./page/display.js";
export { repaint } from "./page/motion.js";
export { changedBox } from "./gif/writer.js";
