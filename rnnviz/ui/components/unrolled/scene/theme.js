/** Colours: those of the page, and tables of colours made from them. */

/** @import { Coloured, Header, Palette, Theme } from "../types.d.ts" */

/** How much of the paper covers what is not to be looked at now. */
export const VEIL = 0.7;

/** Signed colours grow faster near zero, or one large value would make all the others pale. */
const SIGNED_POWER = 0.6;

/**
 * @param {{ink: string, paper: string, font: string}} wanted CSS colours and font family
 * @returns {Theme}
 */
export function makeTheme({ ink, paper, font }) {
  const ground = parseColour(paper, [255, 255, 255]);
  return {
    ink: parseColour(ink, [49, 51, 63]),
    paper: ground,
    dark: luminance(ground) < 0.4,
    font: font || "sans-serif",
  };
}

/** The theme of the page at an element. @param {Element} element @returns {Theme} */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const paper = style.getPropertyValue("--st-background-color");
  return makeTheme({ ink: style.color, paper, font: style.fontFamily });
}

/** @type {CanvasRenderingContext2D|null|undefined} */
let colourReader;

/**
 * Any CSS colour as [r, g, b].
 * @param {string|undefined} text @param {number[]} fallback @returns {number[]}
 */
function parseColour(text, fallback) {
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text?.trim() ?? "");
  if (hex) return hex.slice(1).map((pair) => parseInt(pair, 16));
  colourReader ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!text || !colourReader || !CSS.supports("color", text.trim())) return fallback;
  colourReader.fillStyle = text.trim();
  colourReader.fillRect(0, 0, 1, 1);
  return Array.from(colourReader.getImageData(0, 0, 1, 1).data.slice(0, 3));
}

/** @param {number[]} from @param {number[]} to @param {number} share */
export function mix(from, to, share) {
  return from.map((channel, index) => Math.round(channel + (to[index] - channel) * share));
}

/** @param {number[]} colour */
export function css(colour, alpha = 1) {
  return `rgb(${colour[0]} ${colour[1]} ${colour[2]} / ${alpha})`;
}

/** @param {number[]} colour */
function luminance(colour) {
  const linear = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** @param {number[]} one @param {number[]} other */
export function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** The colour, moved towards the ink until text in it can be read (WCAG 4.5 : 1). @param {number[]} colour @param {Theme} theme */
export function readable(colour, theme) {
  for (let share = 0; share < 1; share += 0.1) {
    const moved = mix(colour, theme.ink, share);
    if (contrast(moved, theme.paper) >= 4.5) return moved;
  }
  return theme.ink;
}

/**
 * Of ink and paper what can be read on a ground; where neither can, black or white, one of which can.
 * @param {Theme} theme @param {number[]} ground
 */
export function legible({ ink, paper }, ground) {
  /** @param {number[]} one @param {number[]} other */
  const best = (one, other) => (contrast(one, ground) >= contrast(other, ground) ? one : other);
  const ours = best(ink, paper);
  return contrast(ours, ground) >= 4.5 ? ours : best([0, 0, 0], [255, 255, 255]);
}

/**
 * 256 colours from the lowest to the highest value, and one more for "not a number".
 * @param {Coloured} quantity @param {Theme} theme
 */
function colourTable(quantity, theme) {
  const table = new Uint32Array(257);
  const colour = coloursOf(quantity, theme);
  for (let code = 0; code < 256; code++) table[code] = pixel(colour(code / 255));
  table[256] = pixel(mix(theme.paper, theme.ink, 0.45));
  return table;
}

/**
 * A theme with the colours of a network's quantities, and their tables.
 * @param {Header} header @param {Theme} theme @returns {Palette}
 */
export function paletteFor({ quantities, gradients }, theme) {
  const plain = [...quantities, ...gradients].map(({ letter, colour }) => [
    letter,
    parseColour(colour, [128, 128, 128]),
  ]);
  const tables = quantities.map((each) => [each.letter, colourTable(each, theme)]);
  return { ...theme, colours: Object.fromEntries(plain), tables: Object.fromEntries(tables) };
}

/**
 * Colour at a share 0..1 of the scale; for a signed quantity 0.5 is zero.
 * @param {Coloured} quantity @param {number} share @param {Theme} theme
 */
export function colourAt(quantity, share, theme) {
  return coloursOf(quantity, theme)(share);
}

/** @param {Coloured} quantity @param {Theme} theme @returns {(share: number) => number[]} */
function coloursOf(quantity, theme) {
  const zero = mix(theme.paper, theme.ink, 0.045);
  const plain = parseColour(quantity.colour, [128, 128, 128]);
  const high = strong(plain, theme);
  if (quantity.scale === "gate") return (share) => mix(zero, high, share);
  const low = strong(parseColour(quantity.negative, plain), theme);
  return (share) =>
    mix(zero, share < 0.5 ? low : high, (Math.abs(share - 0.5) * 2) ** SIGNED_POWER);
}

/** The end of a scale must stand out from the paper in either theme. @param {number[]} colour @param {Theme} theme */
function strong(colour, theme) {
  for (let share = 0; share < 0.6; share += 0.1) {
    const moved = mix(colour, theme.ink, share);
    if (contrast(moved, theme.paper) >= 2.6) return moved;
  }
  return colour;
}

/** @param {number[]} colour */
export function pixel([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
