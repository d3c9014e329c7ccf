/** The elements of the picture, made once: canvases, lines of text, buttons and sliders. */

/** @import { Transport } from "../types.d.ts" */

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];

/**
 * Make an element, at the end of another where one is given.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} [className_] @param {Element|null} [parent]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className_, parent, text) {
  const made = document.createElement(tag);
  if (className_) made.className = className_;
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

const ICONS = {
  play: "M2 1 L11 6 L2 11 Z",
  pause: "M2 1 H5 V11 H2 Z M7 1 H10 V11 H7 Z",
  back: "M1 1 H3 V11 H1 Z M11 1 V11 L4 6 Z",
  forward: "M9 1 H11 V11 H9 Z M1 1 V11 L8 6 Z",
  loop: "M6 1.5 V0 L9 2.4 L6 4.8 V3.2 A3 3 0 1 0 9 6.2 H10.8 A4.8 4.8 0 1 1 6 1.5 Z",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * @param {HTMLElement} parent @param {string} className_ @param {string} label
 * @param {keyof typeof ICONS} [iconName]
 */
export function button(parent, className_, label, iconName) {
  const made = element("button", className_, parent);
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  if (iconName) made.append(icon(iconName));
  return made;
}

/** What one draws into a canvas with. @param {HTMLCanvasElement} canvas @param {boolean} [opaque] */
export function contextOf(canvas, opaque = false) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: !opaque }));
}

/**
 * The elements of the component, made once.
 * @param {HTMLElement} figure
 */
export function buildDom(figure) {
  figure.replaceChildren();
  figure.classList.add("waiting");
  element("p", "wait", figure, "No trace yet: nothing has been measured.");
  const caption = element("figcaption", "caption", figure);
  const picture = element("div", "picture", figure);
  const labels = element("div", "labels", picture);
  const scroll = element("div", "scroll", picture);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute(
    "aria-label",
    "Moving network. Left and right arrow choose the time step, up and down the unit, " +
      "p plays the sweep, t plays training, page up and down choose the iteration, " +
      "plus and minus zoom in and out, Escape goes back.",
  );
  const track = element("div", "track", scroll);
  const stage = element("div", "stage", track);
  const strips = element("canvas", "strips", stage);
  strips.setAttribute("role", "img");
  const print = element("canvas", "print", stage);
  const overlay = element("canvas", "overlay", stage);
  for (const canvas of [print, overlay]) canvas.setAttribute("aria-hidden", "true");
  const whole = element("div", "whole", figure);
  element("small", "", whole, "whole sequence");
  const overview = element("canvas", "overview", whole);
  overview.setAttribute("role", "img");
  const readout = element("div", "readout", figure);
  const controls = element("div", "controls");
  const dom = {
    figure,
    caption,
    readout,
    controls,
    picture,
    labels,
    scroll,
    track,
    stage,
    strips,
    print,
    overlay,
    whole,
    overview,
    measured: element("span", "measured", caption),
    score: element("span", "score", caption),
    levels: buildLevels(element("div", "phases levels", caption)),
    present: button(caption, "present", "Present: the picture large, all else away (key f)"),
    tooltip: element("div", "tooltip", figure),
    stepLine: element("div", "", readout),
    unitLine: element("div", "", readout),
    announce: element("div", "announce", figure),
    ...buildControls(controls),
  };
  figure.append(controls);
  dom.tooltip.hidden = true;
  dom.announce.setAttribute("aria-live", "polite");
  return dom;
}

/** @param {HTMLElement} parent */
function buildControls(parent) {
  const time = element("div", "group time", parent);
  const sweep = buildTransport(time, {
    play: "Play the sweep through the time steps (key p)",
    back: "One time step back (left arrow)",
    forward: "One time step forward (right arrow)",
    slider: "Time step",
    speed: "Speed of the sweep",
    loop: "Sweep again and again",
  });
  const phases = buildPhases(time);
  const training = element("div", "group training", parent);
  const replay = buildTransport(training, {
    play: "Play training: all kept iterations at this time step (key t)",
    back: "One kept iteration back (page up)",
    forward: "One kept iteration forward (page down)",
    slider: "Iteration of training",
    speed: "Speed of playing training",
    loop: "Play training again and again",
  });
  const follow = button(training, "follow", "Show the newest iteration as training goes on");
  element("span", "", follow, "Follow");
  element("span", "long", follow, " training");
  return { sweep, phases, replay, follow };
}

/**
 * What plays through something: play, one back, one forward, a slider, its text, speed, loop.
 * @param {HTMLElement} parent
 * @param {{play: string, back: string, forward: string, slider: string, speed: string,
 *   loop: string}} words
 * @returns {Transport}
 */
export function buildTransport(parent, words) {
  const play = button(parent, "play", words.play);
  const back = button(parent, "", words.back, "back");
  const forward = button(parent, "", words.forward, "forward");
  const place = slider(parent, words.slider);
  const text = element("output", "", parent);
  const speed = element("select", "", parent);
  speed.title = words.speed;
  speed.setAttribute("aria-label", words.speed);
  for (const value of SPEEDS) {
    const option = element("option", "", speed, `${value}×${value === 0.1 ? " slow motion" : ""}`);
    option.value = String(value);
  }
  speed.value = "1";
  const loop = button(parent, "loop", words.loop, "loop");
  return { play, back, forward, place, text, speed, loop };
}

/**
 * The three levels of the zoom.
 * @param {HTMLElement} group
 */
function buildLevels(group) {
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Zoom");
  /** @param {string} text @param {string} title */
  const level = (text, title) => {
    const made = button(group, "", title);
    made.textContent = text;
    return made;
  };
  return [
    level("All units", "All units as strips (Escape or −)"),
    level("One unit", "One unit over time, its gates as valves (double click, + or z)"),
    level("One cell", "One cell at one time step, with its formula (double click, + or z)"),
  ];
}

/** @param {HTMLElement} parent */
function buildPhases(parent) {
  const group = element("div", "phases", parent);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "What is shown");
  /** @param {string} text @param {string} title */
  const phase = (text, title) => {
    const made = button(group, "", title);
    made.textContent = text;
    return made;
  };
  return {
    all: phase("All", "Show everything"),
    forward: phase("Forward", "Show what is computed up to the chosen time step"),
    backward: phase("Backward", "Show the gradient on its way back to the chosen time step"),
  };
}

/** @param {HTMLElement} parent @param {string} label */
function slider(parent, label) {
  const made = element("input", "", parent);
  made.type = "range";
  made.min = "0";
  made.step = "1";
  made.title = label;
  made.setAttribute("aria-label", label);
  return made;
}
