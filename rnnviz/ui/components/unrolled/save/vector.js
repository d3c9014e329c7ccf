/** A context that writes SVG: it knows those calls of a canvas that `paint` makes (see paint.js). */

import { measured } from "../draw/marks.js";
import { contextOf } from "../page/controls.js";

/** Decimals of a coordinate: a hundredth of a pixel. */
const PRECISION = 100;

/**
 * What SVG calls an alignment; else `start`.
 * @type {Partial<Record<CanvasTextAlign, string>>}
 */
const ANCHORS = { center: "middle", right: "end" };

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/**
 * Paint into it, then call `finish`. Images become squares, one colour after the other, so that they
 * stay sharp at any size; texts stay texts, as wide as on the canvas in whatever font is there.
 */
export class VectorContext {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** @type {string[]} */
    this.parts = [];
    /** @type {string[]} */
    this.path = [];
    this.clips = 0;
    this.opened = 0;
    this.matrix = [1, 0, 0, 1, 0, 0];
    this.fillStyle = "#000000";
    this.strokeStyle = "#000000";
    this.lineWidth = 1;
    /** @type {CanvasLineJoin} */
    this.lineJoin = "miter";
    this.globalAlpha = 1;
    this.font = "10px sans-serif";
    /** @type {CanvasTextAlign} */
    this.textAlign = "start";
    /** @type {CanvasTextBaseline} */
    this.textBaseline = "alphabetic";
    this.imageSmoothingEnabled = true;
    /** @type {ReturnType<VectorContext["state"]>[]} */
    this.stack = [];
    this.ruler = contextOf(document.createElement("canvas"));
  }

  /**
   * The whole document; `title` and `description` are what is read aloud.
   * @param {string} title @param {string} description
   */
  finish(title, description) {
    return (
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" ` +
      `viewBox="0 0 ${this.width} ${this.height}" role="img">\n` +
      `<title>${escaped(title)}</title>\n<desc>${escaped(description)}</desc>\n` +
      `${this.parts.join("\n")}\n</svg>\n`
    );
  }

  // ---------------------------------------------------------------- state

  /** What `restore` brings back. */
  state() {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, globalAlpha } = this;
    const { font, textAlign, textBaseline, imageSmoothingEnabled, matrix, opened } = this;
    const lines = { fillStyle, strokeStyle, lineWidth, lineJoin, globalAlpha };
    return { ...lines, font, textAlign, textBaseline, imageSmoothingEnabled, matrix, opened };
  }

  save() {
    this.stack.push(this.state());
    this.opened = 0;
  }

  restore() {
    const state = this.stack.pop();
    if (!state) return;
    for (; this.opened > 0; this.opened--) this.parts.push("</g>");
    Object.assign(this, state);
  }

  /** @param {number} x @param {number} y */
  translate(x, y) {
    const [a, b, c, d] = this.matrix;
    this.matrix = [a, b, c, d, ...this.at(x, y)];
  }

  /** @param {number} angle */
  rotate(angle) {
    const [a, b, c, d, e, f] = this.matrix;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.matrix = [
      a * cos + c * sin,
      b * cos + d * sin,
      c * cos - a * sin,
      d * cos - b * sin,
      e,
      f,
    ];
  }

  clip() {
    const id = `clip${this.clips++}`;
    this.parts.push(`<clipPath id="${id}"><path d="${this.path.join("")}"/></clipPath>`);
    this.parts.push(`<g clip-path="url(#${id})">`);
    this.opened += 1;
  }

  /**
   * A place in the coordinates of the document.
   * @param {number} x @param {number} y
   */
  at(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    return [a * x + c * y + e, b * x + d * y + f];
  }

  /** @param {number} x @param {number} y */
  point(x, y) {
    return this.at(x, y).map(written).join(" ");
  }

  // ---------------------------------------------------------------- paths

  beginPath() {
    this.path = [];
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.path.push(`M${this.point(x, y)}`);
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.path.push(`L${this.point(x, y)}`);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  rect(x, y, width, height) {
    this.path.push(this.box(x, y, width, height));
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  box(x, y, width, height) {
    const corners = [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ];
    return `M${corners.map(([cornerX, cornerY]) => this.point(cornerX, cornerY)).join("L")}Z`;
  }

  /**
   * @param {number} x @param {number} y @param {number} width @param {number} height
   * @param {number} radius
   */
  roundRect(x, y, width, height, radius) {
    /** @param {number} toX @param {number} toY */
    const arc = (toX, toY) => `A${radius} ${radius} 0 0 1 ${this.point(toX, toY)}`;
    const [right, bottom] = [x + width, y + height];
    this.path.push(
      `M${this.point(x + radius, y)}L${this.point(right - radius, y)}${arc(right, y + radius)}`,
      `L${this.point(right, bottom - radius)}${arc(right - radius, bottom)}`,
      `L${this.point(x + radius, bottom)}${arc(x, bottom - radius)}`,
      `L${this.point(x, y + radius)}${arc(x + radius, y)}Z`,
    );
  }

  /**
   * A whole circle, the only arc that is drawn.
   * @param {number} x @param {number} y @param {number} radius
   */
  arc(x, y, radius) {
    /** @param {number} to */
    const half = (to) => `A${radius} ${radius} 0 1 1 ${this.point(to, y)}`;
    this.path.push(`M${this.point(x + radius, y)}${half(x - radius)}${half(x + radius)}Z`);
  }

  fill() {
    this.draw(this.path.join(""), this.paintOf("fill", this.fillStyle));
  }

  stroke() {
    this.draw(this.path.join(""), this.pen());
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    this.draw(this.box(x, y, width, height), this.paintOf("fill", this.fillStyle));
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  strokeRect(x, y, width, height) {
    this.draw(this.box(x, y, width, height), this.pen());
  }

  /** @param {string} path @param {string} look */
  draw(path, look) {
    if (path) this.parts.push(`<path d="${path}" ${look}/>`);
  }

  pen() {
    const join = this.lineJoin === "miter" ? "" : ` stroke-linejoin="${this.lineJoin}"`;
    return (
      `fill="none" ${this.paintOf("stroke", this.strokeStyle)} ` +
      `stroke-width="${written(this.lineWidth)}"${join}`
    );
  }

  /**
   * A colour and its opacity, as every reader of SVG knows them.
   * @param {string} name @param {string} colour
   */
  paintOf(name, colour) {
    const { rgb, alpha } = partsOfColour(colour);
    const opacity = alpha * this.globalAlpha;
    return `${name}="${rgb}"${opacity < 1 ? ` ${name}-opacity="${written(opacity)}"` : ""}`;
  }

  // ---------------------------------------------------------------- text

  /** @param {string} text */
  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  /** @param {string} text @param {number} x @param {number} y @param {number} [most] */
  fillText(text, x, y, most = Infinity) {
    if (!text.trim()) return;
    const [, weight, size, family] = /^(?:(\S+) )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    const anchor = ANCHORS[this.textAlign] ?? "start";
    const [a, b] = this.matrix;
    const turned = b
      ? ` transform="rotate(${written((Math.atan2(b, a) * 180) / Math.PI)} ` +
        `${this.point(x, y)})"`
      : "";
    const [left, middle] = this.at(x, y);
    const base = middle + (this.textBaseline === "middle" ? this.drop() : 0);
    this.parts.push(
      `<text x="${written(left)}" y="${written(base)}"${turned} text-anchor="${anchor}" ` +
        `font-family="${escaped(family)}" font-size="${size}" font-weight="${weight ?? 400}" ` +
        `textLength="${written(Math.min(measured(this, text), most))}" lengthAdjust="spacingAndGlyphs" ` +
        `${this.paintOf("fill", this.fillStyle)} xml:space="preserve">${escaped(text)}</text>`,
    );
  }

  /** How far the line that letters stand on lies below their middle: few readers know a middle. */
  drop() {
    /** @param {CanvasTextBaseline} baseline */
    const ascent = (baseline) => {
      this.ruler.font = this.font;
      this.ruler.textBaseline = baseline;
      return this.ruler.measureText("x").actualBoundingBoxAscent;
    };
    return ascent("alphabetic") - ascent("middle");
  }

  // ---------------------------------------------------------------- images

  /**
   * Nine arguments, as a canvas has them; every pixel becomes a box, runs of one colour one box.
   * @param {HTMLCanvasElement} image @param {number} left @param {number} top @param {number} width
   * @param {number} height @param {number} x @param {number} y @param {number} toWidth
   * @param {number} toHeight
   */
  drawImage(image, left, top, width, height, x, y, toWidth, toHeight) {
    const first = [Math.floor(left), Math.floor(top)];
    const columns = Math.ceil(left + width) - first[0];
    const rows = Math.ceil(top + height) - first[1];
    const { data } = contextOf(image).getImageData(first[0], first[1], columns, rows);
    const colours = new Uint32Array(data.buffer);
    /** @param {number} pixel_ */
    const placeX = (pixel_) =>
      x + (clampTo(pixel_ + first[0], left, width) - left) * (toWidth / width);
    /** @param {number} pixel_ */
    const placeY = (pixel_) =>
      y + (clampTo(pixel_ + first[1], top, height) - top) * (toHeight / height);
    const boxes = new Map();
    for (const { colour, row, from, to } of runs(colours, columns, rows)) {
      const box = this.box(
        placeX(from),
        placeY(row),
        placeX(to) - placeX(from),
        placeY(row + 1) - placeY(row),
      );
      boxes.set(colour, (boxes.get(colour) ?? "") + box);
    }
    for (const [colour, path] of boxes) {
      const rgb = `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255} / 1)`;
      this.draw(path, `${this.paintOf("fill", rgb)} shape-rendering="crispEdges"`);
    }
  }
}

/**
 * Neighbours in a row that have one colour.
 * @param {Uint32Array} colours @param {number} columns @param {number} rows
 */
function* runs(colours, columns, rows) {
  for (let row = 0; row < rows; row++) {
    for (let from = 0, to = 0; from < columns; from = to) {
      const colour = colours[row * columns + from];
      while (to < columns && colours[row * columns + to] === colour) to += 1;
      yield { colour, row, from, to };
    }
  }
}

/** @param {number} value @param {number} start @param {number} length */
function clampTo(value, start, length) {
  return Math.min(start + length, Math.max(start, value));
}

/** @param {string} colour */
function partsOfColour(colour) {
  const numbers = /^rgb\((\d+) (\d+) (\d+) \/ ([\d.e-]+)\)$/.exec(colour);
  if (!numbers) return { rgb: colour, alpha: 1 };
  return { rgb: `rgb(${numbers.slice(1, 4).join(",")})`, alpha: Number(numbers[4]) };
}

/** @param {number} value */
function written(value) {
  return String(Math.round(value * PRECISION) / PRECISION);
}

/**
 * Text as it may stand in XML, which knows no other control characters than tab and line ends.
 * @param {string} text
 */
function escaped(text) {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "�")
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
}
