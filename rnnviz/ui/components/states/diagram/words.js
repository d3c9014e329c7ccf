/** The diagram in words. */

import { grouped } from "../../unrolled/text/numbers.js";

/** @import { Hit, Machine } from "./types.d.ts" */

const MOST_WORDS = 4;

/** The words on an arrow, of many the first ones. @param {string[]} words */
export function wordsOf(words) {
  if (words.length <= MOST_WORDS) return words.join(", ");
  const shown = words.slice(0, MOST_WORDS - 1);
  return `${shown.join(", ")}, +${words.length - shown.length}`;
}

/**
 * What is to be said of what the pointer is on, a line each.
 * @param {Machine} machine @param {Hit} hit @returns {string[]}
 */
export function machineLines({ states, arrows }, { kind, index }) {
  if (kind === "arrow") {
    const { from, to, words, share, count } = arrows[index];
    const leads =
      from === to
        ? `${words.length === 1 ? "stays" : "stay"} in state ${states[from].name}`
        : `${words.length === 1 ? "leads" : "lead"} from state ${states[from].name} to ${states[to].name}`;
    return [
      `${words.join(", ")} ${leads}`,
      `${share} of ${counted(count, "step")} with ${words.length === 1 ? "it" : "them"} ${count === 1 ? "goes" : "go"} this way`,
    ];
  }
  const { name, answer, start, count, alike, way } = states[index];
  const lines = [`state ${name} of the automaton${start ? ", the start" : ""}`];
  if (answer) lines.push(`answer: ${answer}${alike ? ` (${alike} of the answers here)` : ""}`);
  else lines.push("no answer is asked for here");
  if (way) lines.push(`a shortest way to it: ${way}`);
  lines.push(`${counted(count, "point")} of the state space`);
  return lines;
}

/** A number of things with their noun. @param {number} count @param {string} noun */
function counted(count, noun) {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The whole machine for who can't see it. @param {Machine} machine */
export function machineSentence({ states, arrows, sentence, drawn }) {
  if (!drawn) return sentence;
  const told = states.map(({ name, answer }, index) => {
    const out = arrows
      .filter(({ from }) => from === index)
      .map(({ to, words }) => `${words.join(", ")} to ${states[to].name}`);
    return `State ${name}${answer ? `, answer ${answer}` : ""}: ${out.join("; ") || "nothing follows"}.`;
  });
  return [sentence, ...told].join(" ");
}
