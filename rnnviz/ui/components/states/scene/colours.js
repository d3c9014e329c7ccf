/** Colours of the points: of classes, and of numbers. */

import { contrast, mix } from "../../unrolled/scene/theme.js";

/** @import { AboutColouring, Colour, Data, Theme } from "../types.d.ts" */

/**
 * Those of Okabe and Ito (2008), which colour-blind readers can tell apart, without the yellow that
 * is too pale on white.
 */
const CLASSES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8a1f"];

/** From the lowest number over the middle to the highest. */
const NUMBERS = ["#0072b2", "#a8a8b8", "#d55e00"];

/** So many colours stand for all numbers. */
const LEVELS = 15;

/** Points must stand out from the paper (WCAG 3 : 1 for graphics). */
const LEAST_CONTRAST = 3;

/** So many classes have a colour; from the eighth on one that is nearer to the ink. */
const MOST = 2 * CLASSES.length;
const DEEPER = 0.5;

/** @param {string} hex */
const colour = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/**
 * The colours of a colouring, and which of them each class has; the last is for what is unknown and
 * for classes beyond the most frequent ones.
 * @typedef {{colours: Colour[], levels: number, placeOf: number[], shown: number[]}} Colours
 */

/**
 * @param {AboutColouring|undefined} about @param {ArrayLike<number>} values @param {Theme} theme
 * @returns {Colours}
 */
export function coloursOf(about, values, theme) {
  const grey = mix(theme.paper, theme.ink, 0.5);
  if (!about) return { colours: [grey], levels: 0, placeOf: [], shown: [] };
  if (!about.names.length) {
    const colours = Array.from({ length: LEVELS }, (_, level) =>
      strong(between(NUMBERS.map(colour), level / (LEVELS - 1)), theme),
    );
    return { colours: [...colours, grey], levels: LEVELS, placeOf: [], shown: [] };
  }
  const shown = mostFrequent(values, about.names.length);
  const placeOf = about.names.map(() => shown.length);
  shown.forEach((number, place) => (placeOf[number] = place));
  const colours = shown.map((_, place) => classColour(place, theme));
  return { colours: [...colours, grey], levels: 0, placeOf, shown };
}

/** @param {number} place @param {Theme} theme */
function classColour(place, theme) {
  const plain = strong(colour(CLASSES[place % CLASSES.length]), theme);
  return place < CLASSES.length ? plain : mix(plain, theme.ink, DEEPER);
}

/**
 * The classes that have a colour, in the order of their numbers: all where they are few.
 * @param {ArrayLike<number>} values @param {number} count
 */
function mostFrequent(values, count) {
  const all = Array.from({ length: count }, (_, number) => number);
  if (count <= MOST) return all;
  const counts = new Float64Array(count);
  for (let point = 0; point < values.length; point++) counts[values[point]] += 1;
  const sorted = all.sort((one, other) => counts[other] - counts[one] || one - other);
  return sorted.slice(0, MOST).sort((one, other) => one - other);
}

/**
 * Which colour a value has.
 * @param {Colours} colours @param {AboutColouring|undefined} about @param {number} value
 */
export function placeOf({ colours, levels, placeOf: places }, about, value) {
  const last = colours.length - 1;
  if (!about || Number.isNaN(value)) return last;
  if (!levels) return places[value] ?? last;
  const { low, high } = about;
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return Math.round(Math.min(1, Math.max(0, share)) * (levels - 1));
}

/**
 * The colours of the automaton's states: those of the colouring by them, where there is one.
 * @param {Data} data @param {Theme} theme
 * @returns {(cluster: number) => Colour}
 */
export function clusterColours({ store, frame }, theme) {
  const about = store.header.colourings.find(({ key }) => key === "group");
  const values = about && (about.moves ? frame.values.group : store.points.values.group);
  if (about && values) {
    const colours = coloursOf(about, values, theme);
    return (cluster) => colours.colours[placeOf(colours, about, cluster)];
  }
  const grey = mix(theme.paper, theme.ink, 0.5);
  return (cluster) => (cluster < MOST ? classColour(cluster, theme) : grey);
}

/** @param {Colour[]} stops @param {number} share */
function between(stops, share) {
  const at = Math.min(stops.length - 2, Math.floor(share * (stops.length - 1)));
  return mix(stops[at], stops[at + 1], share * (stops.length - 1) - at);
}

/** @param {Colour} wanted @param {Theme} theme */
function strong(wanted, theme) {
  for (let share = 0; share < 0.8; share += 0.1) {
    const moved = mix(wanted, theme.ink, share);
    if (contrast(moved, theme.paper) >= LEAST_CONTRAST) return moved;
  }
  return theme.ink;
}
