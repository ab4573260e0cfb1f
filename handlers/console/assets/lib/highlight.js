// Comments as nodes: the places of signals are marked, and characters that nobody sees are named.
import { diffWords } from "./diff.js";
import { element } from "./dom.js";

// Characters that are invisible and change what is visible, such as those of the writing direction.
const invisible = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

// A rule's signal may have no weight of its own. Its place is marked all the same.
const leastWeight = 1e-3;

// highlight marks the places of signals ({ at: [[start, end]], weight }, in code points) in a text.
export const highlight = (text, signals = []) => {
  const characters = Array.from(text);
  const weights = weightsOf(characters, signals);
  const nodes = [];
  for (let start = 0, end; start < characters.length; start = end) {
    const weight = weights[start];
    const isInvisible = invisible.test(characters[start]);
    end = start + 1;
    while (!isInvisible && weights[end] === weight && !invisible.test(characters[end])) end++;
    const content = isInvisible ? namedCharacter(characters[start]) : characters.slice(start, end).join("");
    nodes.push(weight ? mark(content, weight) : content);
  }
  return nodes;
};

// highlightDifference marks what a later text has in place of an earlier one.
export const highlightDifference = (before, after) =>
  diffWords(before, after).map(([kind, words]) => (kind ? element(kind, highlight(words)) : highlight(words)));

const weightsOf = (characters, signals) => {
  const weights = new Array(characters.length).fill(0);
  for (const { at, weight, action } of signals) {
    for (const [start, end] of at || []) {
      const last = Math.min(end, characters.length);
      for (let i = start; i < last; i++) weights[i] += weight || (action ? leastWeight : 0);
    }
  }
  return weights;
};

const namedCharacter = (character) =>
  element(".hidden-char", "U+" + character.codePointAt(0).toString(16).padStart(4, "0"));

const mark = (content, weight) => element("mark", {
  class: weight > 0 && "for",
  title: formatWeight(weight),
  variables: { "--level": Math.min(3, Math.ceil(Math.abs(weight))) },
}, content);

export const formatWeight = (weight) => (weight > 0 ? "+" : "−") + Math.abs(weight).toFixed(2);
