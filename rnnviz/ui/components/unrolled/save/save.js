/** The button that saves the picture, and the films of it; all is made in the browser. */

import { plural, sentence } from "../text/words.js";
import { button, element } from "../page/controls.js";
import { VectorContext } from "./vector.js";
import {
  FILM,
  MARGIN,
  canvasOf,
  copyOf,
  encoded,
  film,
  framedSize,
  paintFramed,
  sweepShots,
  trainingShots,
} from "./film.js";

/** @import { Parts, Scene, View, ViewParts } from "../types.d.ts" */

/** Pixels of a saved picture for each pixel of its layout. */
const SHARPNESS = 2;

/**
 * @typedef {"sweep"|"training"} Kind
 * @typedef {"webp"|"gif"} Format
 * @typedef {ReturnType<typeof buildBox> & {open: HTMLButtonElement, box: HTMLElement, job: number}} Saving
 */

/** @type {Kind[]} */
const KINDS = ["sweep", "training"];

/** @type {Format[]} */
const FORMATS = ["webp", "gif"];

/**
 * Give a view its button, and the box that it opens.
 * @param {View} view
 */
export function offerSaving(view) {
  const { figure, caption } = view.dom;
  const open = button(caption, "save", "Save the picture, or a film of it");
  open.textContent = "Save …";
  open.setAttribute("aria-expanded", "false");
  const box = element("div", "saving", figure);
  box.hidden = true;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", "Save the picture, or a film of it");
  const saving = { open, box, job: 0, ...buildBox(box) };
  open.onclick = (event) => toggleBox(view, saving, event);
  // The keys and clicks of the picture are not meant in here.
  box.onclick = (event) => event.stopPropagation();
  box.onkeydown = (event) => event.stopPropagation();
  closeFromOutside(view, saving);
  saving.png.onclick = () => attempt(saving, () => savePng(view));
  saving.svg.onclick = () => attempt(saving, () => saveSvg(view));
  for (const kind of KINDS) {
    for (const format of FORMATS) {
      saving.films[kind][format].onclick = () =>
        attempt(saving, () => saveFilm(view, saving, kind, format));
    }
  }
  saving.cancel.onclick = () => cancelFilm(saving);
}

/** @param {HTMLElement} box */
function buildBox(box) {
  /** @param {string} text */
  const row = (text) => {
    const made = element("div", "row", box);
    return { made, text: element("span", "", made, text) };
  };
  /** @param {{made: HTMLElement}} row @param {string} what @param {string[]} names */
  const formats = ({ made }, what, names) =>
    names.map((name) => {
      const one = button(made, "", `Save ${what} as ${name}`);
      one.textContent = name;
      return one;
    });
  const [png, svg] = formats(row("This picture"), "this picture", ["PNG", "SVG"]);
  /** @param {string} text */
  const films = (text) => {
    const line = row(text);
    const [webp, gif] = formats(line, `the film: ${text}`, ["WEBP", "GIF"]);
    return { text: line.text, webp, gif };
  };
  const sweep = films("Sweep through time");
  const training = films("Training");
  element("small", "", box, `Films loop: ${FILM.width} pixels wide, up to ${FILM.frames} frames.`);
  const work = element("div", "row work", box);
  work.hidden = true;
  const bar = element("progress", "", work);
  bar.setAttribute("aria-label", "Frames made");
  const count = element("span", "", work);
  const cancel = button(work, "", "Stop making the film");
  cancel.textContent = "Cancel";
  const said = element("div", "said", box);
  said.setAttribute("role", "status");
  return { png, svg, films: { sweep, training }, work, bar, count, cancel, said };
}

/**
 * Escape closes the box, and so does a press elsewhere, which then chooses nothing in the picture.
 * @param {ViewParts<"data"|"layout"|"dom"|"hooks">} view @param {Saving} saving
 */
function closeFromOutside(view, saving) {
  const { figure, scroll } = view.dom;
  const { open, box } = saving;
  figure.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && !box.hidden) toggleBox(view, saving, event);
    },
    true,
  );
  let closing = false;
  /** @param {PointerEvent} event */
  const onPress = (event) => {
    const path = event.composedPath();
    closing = !box.hidden && !path.includes(box) && !path.includes(open);
    if (closing) setOpen(saving, false);
  };
  document.addEventListener("pointerdown", onPress, true);
  view.hooks.watchers.push(() => document.removeEventListener("pointerdown", onPress, true));
  scroll.addEventListener(
    "click",
    (event) => {
      if (closing) event.stopImmediatePropagation();
    },
    true,
  );
}

/** @param {Saving} saving @param {boolean} isOpen */
function setOpen({ open, box }, isOpen) {
  box.hidden = !isOpen;
  open.setAttribute("aria-expanded", String(isOpen));
}

/** @param {Parts<"data"|"layout">} scene @param {Saving} saving @param {Event} event */
function toggleBox({ data, layout }, saving, event) {
  const { open, box, png, films, work, said } = saving;
  event.stopPropagation();
  if (!data.store) return;
  const { store } = data;
  setOpen(saving, Boolean(box.hidden));
  said.textContent = "";
  const iterations = store.frames.length;
  films.sweep.text.textContent = `Sweep through ${plural(layout.steps, "time step")}, and back`;
  films.training.text.textContent = `Training: ${plural(iterations, "kept iteration")}`;
  if (work.hidden) {
    for (const format of FORMATS) films.training[format].disabled = iterations < 2;
  }
  (box.hidden ? open : png).focus();
}

/**
 * Do it, and say what became of it.
 * @param {Saving} saving @param {() => string|Promise<string>} action
 */
async function attempt({ said }, action) {
  try {
    said.textContent = await action();
  } catch (error) {
    said.textContent = `It could not be saved: ${error instanceof Error ? error.message : error}.`;
  }
}

/** @param {View} view */
async function savePng(view) {
  const scene = copyOf(view, view.layout.width);
  const { canvas, context } = canvasOf(scene, SHARPNESS * view.screen.magnified);
  paintFramed(context, scene);
  const blob = await encoded(canvas, "image/png");
  return offer(blob, nameOf(scene, "png"), `${canvas.width} × ${canvas.height} pixels`);
}

/** @param {Scene} view */
function saveSvg(view) {
  const scene = copyOf(view, view.layout.width);
  const text = vectorOf(scene);
  const blob = new Blob([text], { type: "image/svg+xml" });
  return offer(blob, nameOf(scene, "svg"), "sharp at any size");
}

/**
 * The picture as an SVG document.
 * @param {Scene} scene
 */
function vectorOf(scene) {
  const { width, height } = framedSize(scene);
  const context = new VectorContext(width, height);
  paintFramed(context, scene);
  return context.finish(`rnnviz, iteration ${scene.data.frame.iteration}`, sentence(scene));
}

/** @param {View} view @param {Saving} saving @param {Kind} kind @param {Format} format */
async function saveFilm(view, saving, kind, format) {
  const scene = copyOf(view, FILM.width - 2 * MARGIN);
  // Films show how things come about, whatever the viewer of the page wants to see move.
  scene.clock.calm = false;
  const shots = kind === "sweep" ? sweepShots(scene) : trainingShots(scene);
  const job = (saving.job += 1);
  startWork(saving, shots.length);
  try {
    const made = await film(scene, shots, format, {
      report: (done) => showWork(saving, done, shots.length),
      isCancelled: () => saving.job !== job || !view.dom.figure.isConnected,
    });
    if (!made) return "Cancelled; nothing was saved.";
    const size = `${made.width} × ${made.height} pixels, ${plural(shots.length, "frame")}`;
    return offer(made.blob, nameOf(scene, format, kind), size);
  } finally {
    endWork(saving);
  }
}

/** @param {Saving} saving */
function cancelFilm(saving) {
  saving.job += 1;
}

/** @param {Saving} saving @param {number} count */
function startWork(saving, count) {
  saving.work.hidden = false;
  saving.said.textContent = "";
  saving.bar.max = count;
  setBusy(saving, true);
  showWork(saving, 0, count);
  saving.cancel.focus();
}

/** @param {Saving} saving @param {number} done @param {number} all */
function showWork({ bar, count }, done, all) {
  bar.value = done;
  count.textContent = `frame ${done} of ${all}`;
}

/** @param {Saving} saving */
function endWork(saving) {
  const hadFocus = saving.work.contains(
    /** @type {Document} */ (saving.work.getRootNode()).activeElement,
  );
  saving.work.hidden = true;
  setBusy(saving, false);
  if (hadFocus) saving.png.focus();
}

/**
 * One film at a time.
 * @param {Saving} saving @param {boolean} busy
 */
function setBusy({ films }, busy) {
  for (const made of KINDS.flatMap((kind) => FORMATS.map((format) => films[kind][format]))) {
    if (busy) made.dataset.was = String(made.disabled);
    made.disabled = busy || made.dataset.was === "true";
  }
}

/** @param {Parts<"data">} scene @param {string} ending @param {Kind} [kind] */
function nameOf({ data }, ending, kind) {
  const { store, frame } = data;
  const what = kind === "training" ? "training" : `iteration-${frame.iteration}`;
  const sweep = kind === "sweep" ? "-sweep" : "";
  return `rnnviz-${store.header.cell}-${what}${sweep}.${ending}`;
}

/**
 * Have the browser save it.
 * @param {Blob} blob @param {string} name @param {string} about
 * @returns {string} what was saved
 */
function offer(blob, name, about) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  const size =
    blob.size >= 1e6 ? `${(blob.size / 1e6).toFixed(1)} MB` : `${Math.ceil(blob.size / 1e3)} kB`;
  return `Saved ${name}: ${about}, ${size}.`;
}
