/** A context that writes SVG: it knows those calls of a canvas that `paint` makes (see paint.js). */

import { measured } from "../draw/marks.js";

/** Decimals of a coordinate: a hundredth of a pixel. */
const PRECISION = 100;

const STATE = {
  fillStyle: "#000000",
  strokeStyle: "#000000",
  lineWidth: 1,
  lineJoin: "miter",
  globalAlpha: 1,
  font: "10px sans-serif",
  textAlign: "start",
  textBaseline: "alphabetic",
  imageSmoothingEnabled: true,
};

/**
 * Paint into it, then call `finish`. Images become squares, one colour after the other, so that they
 * stay sharp at any size; texts stay texts, as wide as on the canvas in whatever font is there.
 */
export class VectorContext {
  constructor(width, height) {
    Object.assign(this, STATE, { width, height, parts: [], path: [], clips: 0 });
    this.matrix = [1, 0, 0, 1, 0, 0];
    this.opened = 0;
    this.stack = [];
    this.ruler = document.createElement("canvas").getContext("2d");
  }

  /** The whole document; `title` and `description` are what is read aloud. */
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

  save() {
    const state = Object.fromEntries(Object.keys(STATE).map((name) => [name, this[name]]));
    this.stack.push({ ...state, matrix: this.matrix, opened: this.opened });
    this.opened = 0;
  }

  restore() {
    const state = this.stack.pop();
    if (!state) return;
    for (; this.opened > 0; this.opened--) this.parts.push("</g>");
    Object.assign(this, state);
  }

  translate(x, y) {
    const [a, b, c, d] = this.matrix;
    this.matrix = [a, b, c, d, ...this.at(x, y)];
  }

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

  /** A place in the coordinates of the document. */
  at(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    return [a * x + c * y + e, b * x + d * y + f];
  }

  point(x, y) {
    return this.at(x, y).map(written).join(" ");
  }

  // ---------------------------------------------------------------- paths

  beginPath() {
    this.path = [];
  }

  moveTo(x, y) {
    this.path.push(`M${this.point(x, y)}`);
  }

  lineTo(x, y) {
    this.path.push(`L${this.point(x, y)}`);
  }

  rect(x, y, width, height) {
    this.path.push(this.box(x, y, width, height));
  }

  box(x, y, width, height) {
    const corners = [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ];
    return `M${corners.map((corner) => this.point(...corner)).join("L")}Z`;
  }

  roundRect(x, y, width, height, radius) {
    const arc = (toX, toY) => `A${radius} ${radius} 0 0 1 ${this.point(toX, toY)}`;
    const [right, bottom] = [x + width, y + height];
    this.path.push(
      `M${this.point(x + radius, y)}L${this.point(right - radius, y)}${arc(right, y + radius)}`,
      `L${this.point(right, bottom - radius)}${arc(right - radius, bottom)}`,
      `L${this.point(x + radius, bottom)}${arc(x, bottom - radius)}`,
      `L${this.point(x, y + radius)}${arc(x + radius, y)}Z`,
    );
  }

  /** A whole circle, the only arc that is drawn. */
  arc(x, y, radius) {
    const half = (to) => `A${radius} ${radius} 0 1 1 ${this.point(to, y)}`;
    this.path.push(`M${this.point(x + radius, y)}${half(x - radius)}${half(x + radius)}Z`);
  }

  fill() {
    this.draw(this.path.join(""), this.paintOf("fill", this.fillStyle));
  }

  stroke() {
    this.draw(this.path.join(""), this.pen());
  }

  fillRect(x, y, width, height) {
    this.draw(this.box(x, y, width, height), this.paintOf("fill", this.fillStyle));
  }

  strokeRect(x, y, width, height) {
    this.draw(this.box(x, y, width, height), this.pen());
  }

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

  /** A colour and its opacity, as every reader of SVG knows them. */
  paintOf(name, colour) {
    const { rgb, alpha } = partsOfColour(colour);
    const opacity = alpha * this.globalAlpha;
    return `${name}="${rgb}"${opacity < 1 ? ` ${name}-opacity="${written(opacity)}"` : ""}`;
  }

  // ---------------------------------------------------------------- text

  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  fillText(text, x, y, most = Infinity) {
    if (!text.trim()) return;
    const [, weight, size, family] = /^(?:(\S+) )?([\d.]+)px (.*)$/.exec(this.font);
    const anchor = { center: "middle", right: "end" }[this.textAlign] ?? "start";
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
    const ascent = (baseline) => {
      this.ruler.font = this.font;
      this.ruler.textBaseline = baseline;
      return this.ruler.measureText("x").actualBoundingBoxAscent;
    };
    return ascent("alphabetic") - ascent("middle");
  }

  // ---------------------------------------------------------------- images

  /** Nine arguments, as a canvas has them; every pixel becomes a box, runs of one colour one box. */
  drawImage(image, left, top, width, height, x, y, toWidth, toHeight) {
    const first = [Math.floor(left), Math.floor(top)];
    const count = [Math.ceil(left + width) - first[0], Math.ceil(top + height) - first[1]];
    const { data } = image.getContext("2d").getImageData(...first, ...count);
    const colours = new Uint32Array(data.buffer);
    const placeX = (pixel_) =>
      x + (clampTo(pixel_ + first[0], left, width) - left) * (toWidth / width);
    const placeY = (pixel_) =>
      y + (clampTo(pixel_ + first[1], top, height) - top) * (toHeight / height);
    const boxes = new Map();
    for (const { colour, row, from, to } of runs(colours, ...count)) {
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

/** Neighbours in a row that have one colour. */
function* runs(colours, columns, rows) {
  for (let row = 0; row < rows; row++) {
    for (let from = 0, to = 0; from < columns; from = to) {
      const colour = colours[row * columns + from];
      while (to < columns && colours[row * columns + to] === colour) to += 1;
      yield { colour, row, from, to };
    }
  }
}

function clampTo(value, start, length) {
  return Math.min(start + length, Math.max(start, value));
}

function partsOfColour(colour) {
  const numbers = /^rgb\((\d+) (\d+) (\d+) \/ ([\d.e-]+)\)$/.exec(colour);
  if (!numbers) return { rgb: colour, alpha: 1 };
  return { rgb: `rgb(${numbers.slice(1, 4).join(",")})`, alpha: Number(numbers[4]) };
}

function written(value) {
  return String(Math.round(value * PRECISION) / PRECISION);
}

/** Text as it may stand in XML, which knows no other control characters than tab and line ends. */
function escaped(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "�")
    .replace(/[&<>"']/g, (sign) => names[sign]);
}
