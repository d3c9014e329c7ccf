/**
 * Where the wires of attention run: each from under the hidden state that is looked at down to the
 * prediction that is answered. Within their lane they go down evenly and to the side slowly, fast,
 * slowly, so that they begin and end upright and no two of a step cross.
 */

import { pairsOf, senderOf } from "../data/attention.js";
import { clamp, onAxis } from "../data/values.js";
import { cellWidth } from "./layout.js";
import { drawingMiddle } from "./zoom.js";

/** @import { Layout, Look, Parts, Range, Wire, WirePoint } from "../types.d.ts" */

/** Pixels of a weight of 1, and of the widest gradient; as far as columns leave room. */
const WIDEST = { weight: 14, gradient: 9 };

/** A wire that would be thinner, and could not be seen, is so wide; below this weight there is none. */
const HAIRLINE = { width: 0.6, weight: 1 / 256 };

/** Share of its height over which a wire is upright, at either end. */
const UPRIGHT = 0.1;

/** Straight pieces that a wire is drawn in. */
const PIECES = 24;

/** A wire can be pointed at within so many pixels of its middle. */
const NEAR = 5;

/**
 * The wires that are shown: those of the step that one looks at; in the backward sweep those of the
 * step whose gradient runs over attention, once the sweep has reached it.
 * @param {Parts<"data"|"look"|"layout"|"scales"|"clock">} scene @returns {Wire[]}
 */
export function wiresShown(scene) {
  const { data, look, clock } = scene;
  if (clock.sweep.phase !== "backward") return wiresByWeight(scene, look.step);
  const sender = senderOf(data, look);
  return look.step <= sender ? wiresByGradient(scene, sender) : [];
}

/** @param {Layout} layout @param {number} most */
function widest(layout, most) {
  return clamp(cellWidth(layout) * 0.8, 4, most);
}

/**
 * Wires to what step t looks at, as wide as the weights, a hairline at least. Where they end they
 * lie side by side, as wide together as a weight of 1.
 * @param {Parts<"data"|"look"|"layout">} scene @param {number} t @returns {Wire[]}
 */
export function wiresByWeight({ data, look, layout }, t) {
  const pairs = pairsOf(data, t).filter(({ weight }) => weight >= HAIRLINE.weight);
  const most = widest(layout, WIDEST.weight);
  const sum = pairs.reduce((all, { weight }) => all + weight, 0);
  let before = -sum / 2;
  return pairs.map((pair) => {
    const aside = (before + pair.weight / 2) * most;
    before += pair.weight;
    return wireOf(layout, look, pair, t, Math.max(HAIRLINE.width, pair.weight * most), aside);
  });
}

/**
 * The same wires, as wide as the gradient that step t sends along them: by powers of ten, on the
 * axis of all gradients. A gradient too small for it is a thin line, one of exactly 0 has no wire.
 * @param {Parts<"data"|"look"|"layout"|"scales">} scene @param {number} t
 * @returns {Wire[]}
 */
export function wiresByGradient({ data, look, layout, scales }, t) {
  const most = widest(layout, WIDEST.gradient);
  return pairsOf(data, t)
    .filter(({ sent }) => sent > 0)
    .map((pair) => {
      const width = pair.sent === Infinity ? most : onAxis(scales.range, pair.sent) * most;
      return wireOf(layout, look, pair, t, Math.max(HAIRLINE.width, width), 0);
    });
}

/**
 * @param {Layout} layout @param {Look} look @param {Wire["pair"]} pair @param {number} t
 * @param {number} width @param {number} aside @returns {Wire}
 */
function wireOf(layout, look, pair, t, width, aside) {
  return {
    pair,
    width,
    from: drawingMiddle(layout, look, pair.step),
    to: drawingMiddle(layout, look, t) + aside,
    top: layout.attentionY,
    height: layout.attentionHeight,
  };
}

/**
 * The middle of a wire at a share 0..1 of its height, and which way is across it.
 * @param {Wire} wire @param {number} share @returns {WirePoint}
 */
export function pointOn({ from, to, top, height }, share) {
  const along = clamp((share - UPRIGHT) / (1 - 2 * UPRIGHT), 0, 1);
  const aside = (to - from) * along * along * (3 - 2 * along);
  const slope = ((to - from) * 6 * along * (1 - along)) / (height * (1 - 2 * UPRIGHT));
  const length = Math.hypot(1, slope);
  return { x: from + aside, y: top + share * height, across: [1 / length, -slope / length] };
}

/**
 * The outline of a wire between two shares of its height, once around.
 * @param {Wire} wire @param {number} first @param {number} last @returns {[number, number][]}
 */
export function outlineOf(wire, first, last) {
  const points = Array.from({ length: PIECES + 1 }, (_, piece) =>
    pointOn(wire, first + ((last - first) * piece) / PIECES),
  );
  /** @param {number} side @returns {(point: WirePoint) => [number, number]} */
  const edge =
    (side) =>
    ({ x, y, across }) => [x + side * across[0], y + side * across[1]];
  const half = wire.width / 2;
  return [...points.map(edge(half)), ...points.reverse().map(edge(-half))];
}

/**
 * The wire under a place of the picture: the nearest of those that are near; null for none.
 * @param {Wire[]} wires @param {number} x @param {number} y @returns {Wire|null}
 */
export function wireAt(wires, x, y) {
  /** @type {Wire|null} */
  let nearest = null;
  let least = Infinity;
  for (const wire of wires) {
    const share = clamp((y - wire.top) / wire.height, 0, 1);
    const point = pointOn(wire, share);
    const distance = Math.abs((x - point.x) * point.across[0]);
    if (distance > Math.max(NEAR, wire.width / 2) || distance >= least) continue;
    [nearest, least] = [wire, distance];
  }
  return nearest;
}
