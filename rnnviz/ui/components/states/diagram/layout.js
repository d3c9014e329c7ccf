/** Where the states of an automaton are drawn: on a ring, or in layers from the start on. */

/** @import { Machine, Places } from "./types.d.ts" */

/** So few states always fit on a ring. */
const FEW = 6;
/** A larger machine stands on a ring if it is one: if so much of its way leads to the neighbour. */
const MOST_ON_RING = 16;
const RINGED = 0.75;

/** How far from its straight line an arrow is bent, where another one comes back or is in the way. */
const BEND = 0.16;
const WIDE_BEND = 0.3;

const SWEEPS = 8;

/**
 * Where states are and how arrows are bent, in shares of a box; the same machine, the same places.
 * @param {Machine} machine @param {boolean} [tall] Whether the box is higher than wide.
 * @returns {Places}
 */
export function layoutMachine(machine, tall = false) {
  const middle = middleOf(machine);
  const ring = ringOf(machine, middle);
  const few = machine.states.length <= FEW + (middle === null ? 0 : 1);
  if (few || isRing(machine, ring)) return onRing(machine, ring, middle);
  return inLayers(machine, tall);
}

/** A start to which nothing leads stands in the middle. @param {Machine} machine */
function middleOf({ states, arrows }) {
  const start = states.findIndex((each) => each.start);
  if (start < 0 || states.length < 4) return null;
  return arrows.some(({ to }) => to === start) ? null : start;
}

/**
 * The states in the order in which most steps lead on.
 * @param {Machine} machine @param {number|null} middle
 */
function ringOf({ states, arrows }, middle) {
  const left = new Set(states.keys());
  if (middle !== null) left.delete(middle);
  /** @type {number[]} */
  const ring = [];
  while (left.size) {
    const last = ring.at(-1);
    const onward = arrows.filter(({ from, to }) => from === last && left.has(to));
    const best = onward.sort((one, other) => other.count - one.count)[0];
    const next = best ? best.to : Math.min(...left);
    ring.push(next);
    left.delete(next);
  }
  return ring;
}

/** @param {Machine} machine @param {number[]} ring */
function isRing({ arrows }, ring) {
  if (ring.length > MOST_ON_RING) return false;
  const place = new Map(ring.map((state, index) => [state, index]));
  let near = 0;
  let all = 0;
  for (const { from, to, count } of arrows) {
    const [one, other] = [place.get(from), place.get(to)];
    if (one === undefined || other === undefined || from === to) continue;
    all += count;
    if ((one + 1) % ring.length === other) near += count;
  }
  return all > 0 && near >= RINGED * all;
}

/** @param {Machine} machine @param {number[]} ring @param {number|null} middle @returns {Places} */
function onRing({ states, arrows }, ring, middle) {
  const angles = states.map(() => -Math.PI / 2);
  /** @type {[number, number][]} */
  const places = states.map(() => [0.5, 0.5]);
  ring.forEach((state, index) => {
    // Two states stand side by side.
    const turned = ring.length === 2 ? Math.PI : -Math.PI / 2;
    const angle = turned + (2 * Math.PI * index) / ring.length;
    angles[state] = angle;
    if (ring.length > 1) {
      places[state] = [0.5 + 0.5 * Math.cos(angle), 0.5 + 0.5 * Math.sin(angle)];
    }
  });
  const loops = ring.length === 2 ? states.map(() => -Math.PI / 2) : angles;
  const size = Math.max(2, Math.ceil(ring.length / 2));
  const bends = arrows.map((arrow) => {
    if (arrow.from === middle || arrow.to === middle) return 0;
    return comesBack(arrows, arrow) || middle !== null ? BEND : 0;
  });
  return { form: "ring", states: places, bends, loops, across: size, along: size };
}

/**
 * @param {Machine["arrows"]} arrows @param {{from: number, to: number}} arrow
 */
function comesBack(arrows, { from, to }) {
  return arrows.some((other) => other.from === to && other.to === from);
}

/**
 * Layers by the shortest way from the start; in each, states stand near those they are joined with.
 * @param {Machine} machine @param {boolean} tall @returns {Places}
 */
function inLayers({ states, arrows }, tall) {
  const depth = depthsOf(states, arrows);
  const layers = Array.from({ length: Math.max(...depth) + 1 }, (_, layer) =>
    [...states.keys()].filter((state) => depth[state] === layer),
  );
  const side = sorted(layers, arrows, states.length);
  const across = Math.max(...layers.map((layer) => layer.length));
  /** @type {[number, number][]} */
  const places = states.map((_, state) => {
    const forward = layers.length > 1 ? depth[state] / (layers.length - 1) : 0.5;
    return tall ? [side[state], forward] : [forward, side[state]];
  });
  const bends = arrows.map((arrow) => {
    const span = depth[arrow.to] - depth[arrow.from];
    if (span === 1) return comesBack(arrows, arrow) ? BEND : 0;
    return span < 0 || span > 1 ? WIDE_BEND : BEND;
  });
  const loops = states.map(() => (tall ? 0 : -Math.PI / 2));
  return { form: "layers", states: places, bends, loops, across, along: layers.length };
}

/** @param {Machine["states"]} states @param {Machine["arrows"]} arrows */
function depthsOf(states, arrows) {
  const depth = states.map(() => -1);
  let due = [
    Math.max(
      0,
      states.findIndex((each) => each.start),
    ),
  ];
  for (let layer = 0; due.length; layer++) {
    for (const state of due) depth[state] = layer;
    const found = arrows.filter(({ from, to }) => due.includes(from) && depth[to] < 0);
    due = [...new Set(found.map(({ to }) => to))];
  }
  // What no arrow leads to stands with the start.
  return depth.map((layer) => Math.max(layer, 0));
}

/**
 * The place of each state within its layer, 0 to 1: sorted by the middle of its neighbours, to and
 * fro (Sugiyama, Tagawa and Toda 1981).
 * @param {number[][]} layers @param {Machine["arrows"]} arrows @param {number} count
 */
function sorted(layers, arrows, count) {
  const side = new Array(count).fill(0.5);
  /** @param {number[]} layer */
  const spread = (layer) => {
    layer.forEach((state, index) => {
      side[state] = (index + 0.5) / layer.length;
    });
  };
  layers.forEach(spread);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const middle = new Map(
        layer.map((state) => [state, middleOfNeighbours(arrows, side, state)]),
      );
      layer.sort((one, other) => (middle.get(one) ?? 0) - (middle.get(other) ?? 0) || one - other);
      spread(layer);
    }
  }
  return side;
}

/** @param {Machine["arrows"]} arrows @param {number[]} side @param {number} state */
function middleOfNeighbours(arrows, side, state) {
  const near = arrows
    .filter(({ from, to }) => from !== to && (from === state || to === state))
    .map(({ from, to }) => side[from === state ? to : from]);
  return near.length ? near.reduce((sum, each) => sum + each, 0) / near.length : side[state];
}
