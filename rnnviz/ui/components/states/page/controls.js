/** The elements of the picture, made once: canvas, lines of text, buttons and sliders. */

import { button, buildTransport, element } from "../../unrolled/page/controls.js";

/** @param {HTMLElement} figure */
export function buildDom(figure) {
  figure.replaceChildren();
  figure.classList.add("waiting");
  element("p", "wait", figure, "No states have been measured yet.");
  const caption = element("figcaption", "caption", figure);
  const measured = element("span", "measured", caption);
  const colouring = element("label", "colouring", caption, "Colour ");
  const colours = element("select", "", colouring);
  colours.setAttribute("aria-label", "Coloured by");
  const deep = button(caption, "deep", "Two or three components (key 3)");
  const stage = element("div", "space", figure);
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute(
    "aria-label",
    "State space. Left and right arrow choose the time step, p plays the sweep, t plays training, " +
      "page up and down choose the iteration, up and down a sequence, 3 shows two or three " +
      "components; with shift the arrows turn them; Escape lets the sequence go.",
  );
  const canvas = element("canvas", "", stage);
  canvas.setAttribute("role", "img");
  const readout = element("div", "readout", figure);
  const controls = element("div", "controls", figure);
  const dom = {
    figure,
    caption,
    measured,
    colours,
    deep,
    stage,
    canvas,
    readout,
    stepLine: element("div", "", readout),
    controls,
    tooltip: element("div", "tooltip", figure),
    announce: element("div", "announce", figure),
    ...buildPlayers(controls),
  };
  dom.tooltip.hidden = true;
  dom.announce.setAttribute("aria-live", "polite");
  return dom;
}

/** @param {HTMLElement} parent */
function buildPlayers(parent) {
  const sweep = buildTransport(element("div", "group time", parent), {
    play: "Play the sweep through the time steps (key p)",
    back: "One time step back (left arrow)",
    forward: "One time step forward (right arrow)",
    slider: "Time step",
    speed: "Speed of the sweep",
    loop: "Sweep again and again",
  });
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
  return { sweep, replay, follow };
}
