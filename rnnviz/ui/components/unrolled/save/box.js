/** The button that saves a picture, and films of it, and the box that it opens. */

import { plural } from "../text/words.js";
import { button, element } from "../page/controls.js";
import { FILM, filmOf } from "./frames.js";

/** @import { Format, Timed } from "./frames.js" */
/** @import { Context } from "../types.d.ts" */

/**
 * Where the button and the box stand; `stage` is what a press beside the box must not choose in.
 * @typedef {{figure: HTMLElement, caption: HTMLElement, stage: HTMLElement,
 *   watchers: (() => void)[]}} Place
 */

/**
 * A file that was made.
 * @typedef {{blob: Blob, name: string, about: string}} Made
 */

/**
 * What a film shows, once it is asked for.
 * @typedef {{size: {width: number, height: number}, shots: Timed[],
 *   paint: (context: Context, shot: Timed) => void, name: (ending: string) => string}} Reel
 */

/**
 * What can be saved. `text` and `isPossible` are asked for whenever the box opens.
 * @typedef {{name: string, text: () => string, isPossible: () => boolean,
 *   begin: () => Reel}} FilmKind
 * @typedef {{isReady: () => boolean, png: () => Promise<Made>, svg: () => Promise<Made>,
 *   films: FilmKind[]}} Plan
 */

/** @typedef {ReturnType<typeof buildBox> & {open: HTMLButtonElement, box: HTMLElement, job: number}} Saving */

/** @type {Format[]} */
const FORMATS = ["webp", "gif"];

/**
 * Give a picture its button, and the box that it opens.
 * @param {Place} place @param {Plan} plan
 */
export function offerBox(place, plan) {
  const open = button(place.caption, "save", "Save the picture, or a film of it");
  open.textContent = "Save …";
  open.setAttribute("aria-expanded", "false");
  const box = element("div", "saving", place.figure);
  box.hidden = true;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", "Save the picture, or a film of it");
  const saving = { open, box, job: 0, ...buildBox(box, plan) };
  open.onclick = (event) => toggleBox(plan, saving, event);
  // The keys and clicks of the picture are not meant in here.
  box.onclick = (event) => event.stopPropagation();
  box.onkeydown = (event) => event.stopPropagation();
  closeFromOutside(place, plan, saving);
  saving.png.onclick = () => attempt(saving, async () => offer(await plan.png()));
  saving.svg.onclick = () => attempt(saving, async () => offer(await plan.svg()));
  plan.films.forEach((film, number) => {
    for (const format of FORMATS)
      saving.films[number][format].onclick = () =>
        attempt(saving, () => saveFilm(place, saving, film, format));
  });
  saving.cancel.onclick = () => cancelFilm(saving);
}

/** @param {HTMLElement} box @param {Plan} plan */
function buildBox(box, plan) {
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
  const films = plan.films.map(({ name }) => {
    const line = row(name);
    const [webp, gif] = formats(line, `the film: ${name}`, ["WEBP", "GIF"]);
    return { text: line.text, webp, gif };
  });
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
  return { png, svg, films, work, bar, count, cancel, said };
}

/**
 * Escape closes the box, and so does a press elsewhere, which then chooses nothing in the picture.
 * @param {Place} place @param {Plan} plan @param {Saving} saving
 */
function closeFromOutside({ figure, stage, watchers }, plan, saving) {
  const { open, box } = saving;
  figure.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && !box.hidden) toggleBox(plan, saving, event);
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
  watchers.push(() => document.removeEventListener("pointerdown", onPress, true));
  for (const kind of ["click", "pointerup"])
    stage.addEventListener(
      kind,
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

/** @param {Plan} plan @param {Saving} saving @param {Event} event */
function toggleBox(plan, saving, event) {
  const { open, box, png, films, work, said } = saving;
  event.stopPropagation();
  if (!plan.isReady()) return;
  setOpen(saving, Boolean(box.hidden));
  said.textContent = "";
  plan.films.forEach(({ text, isPossible }, number) => {
    films[number].text.textContent = text();
    if (!work.hidden) return;
    for (const format of FORMATS) films[number][format].disabled = !isPossible();
  });
  (box.hidden ? open : png).focus();
}

/**
 * Do it, and say what became of it.
 * @param {Saving} saving @param {() => Promise<string>} action
 */
async function attempt({ said }, action) {
  try {
    said.textContent = await action();
  } catch (error) {
    said.textContent = `It could not be saved: ${error instanceof Error ? error.message : error}.`;
  }
}

/** @param {Place} place @param {Saving} saving @param {FilmKind} film @param {Format} format */
async function saveFilm({ figure }, saving, film, format) {
  const { size, shots, paint, name } = film.begin();
  const job = (saving.job += 1);
  startWork(saving, shots.length);
  try {
    const made = await filmOf(size, shots, paint, format, {
      report: (done) => showWork(saving, done, shots.length),
      isCancelled: () => saving.job !== job || !figure.isConnected,
    });
    if (!made) return "Cancelled; nothing was saved.";
    const about = `${made.width} × ${made.height} pixels, ${plural(shots.length, "frame")}`;
    return offer({ blob: made.blob, name: name(format), about });
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
  for (const made of films.flatMap((film) => FORMATS.map((format) => film[format]))) {
    if (busy) made.dataset.was = String(made.disabled);
    made.disabled = busy || made.dataset.was === "true";
  }
}

/**
 * Have the browser save it.
 * @param {Made} made
 * @returns {string} what was saved
 */
function offer({ blob, name, about }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  const size =
    blob.size >= 1e6 ? `${(blob.size / 1e6).toFixed(1)} MB` : `${Math.ceil(blob.size / 1e3)} kB`;
  return `Saved ${name}: ${about}, ${size}.`;
}
