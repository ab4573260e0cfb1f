// What signals mean, in words. The texts are those of the server's sentences.
import { bdi, element } from "../lib/dom.js";
import { textsOf, translate } from "../lib/i18n.js";

const few = 4; // phrases of a group that are shown, and signals of a phrase

// Kinds of signals whose phrases are true whether they speak for a comment or against it.
const neutralKinds = ["rule", "campaign", "call", "address"];

// keysOf are the keys of the texts for a signal, the most exact first: a name, and what it begins with.
const keysOf = ({ name, weight }, isAbuse) => {
  const parts = name.split(":");
  const beginnings = parts.map((_, i) => parts.slice(0, parts.length - i).join(":"));
  if (weight < 0 && !neutralKinds.includes(parts[0])) return beginnings.map((key) => "-" + key);
  return isAbuse ? beginnings.flatMap((key) => ["abuse/" + key, key]) : beginnings;
};

const foundBy = ({ name, detail }) => detail ?? name.match(/^(?:word|pair):(.*)/)?.[1];
const exampleless = /(:|,[^,]+) $/; // the end of a text that has no example to name

// phrase says what signals with the same text mean, such as "asks for a click": it follows "a comment that".
const phrase = (text, signals) => {
  const found = [...new Set(signals.map(foundBy))].filter(Boolean);
  const quoted = found.map((each) => translate("quoted", { found: each }));
  const full = translate(text, { what: quoted.join(", "), n: found.join(", ") });
  return found.length ? full : full.replace(exampleless, "");
};

// textOf is the key of the text for a signal.
const textOf = (signal, isAbuse) =>
  keysOf(signal, isAbuse).map((key) => "phrases." + key).find((text) => translate(text)) ?? "phrases.rest";

export const isCause = (causes = []) => ({ name }) => causes.includes(name);

// isTelling leaves out what says nothing to people beside the causes: sums, and the length or form of a text.
const isTelling = (signal) => !/^phrases\.-?(rest|prior|shape$|chars$)/.test(textOf(signal));
const isAgainst = ({ weight, action }) => weight > 0 || action === "hold" || action === "reject";

// signalPhrases lists what decided, then what else speaks against a comment, and for it. listenersOf returns the
// listeners of a line of some signals.
export const signalPhrases = ({ signals, causes, reason }, listenersOf = () => ({})) => {
  const isDeciding = isCause(causes);
  const others = signals.filter((signal) => !isDeciding(signal) && isTelling(signal));
  const groups = {
    decided: signals.filter(isDeciding),
    against: others.filter(isAgainst),
    for: others.filter((signal) => !isAgainst(signal)),
  };
  return Object.entries(groups).filter(([, members]) => members.length).map(([key, members]) => [
    element("h3", translate("why." + key)),
    element("ul.phrases." + key, phrasesOf(members, reason === "abuse").map(([text, same]) =>
      element("li", listenersOf(same), bdi(phrase(text, same))))),
  ]);
};

// phrasesOf groups signals that have the same text. All of them are sorted by their strength.
const phrasesOf = (signals, isAbuse) =>
  [...Map.groupBy(signals, (signal) => textOf(signal, isAbuse))].slice(0, few)
    .map(([text, same]) => [text, same.slice(0, few)]);

const filling = { what: "…", n: "…" };

// signalNames are what the filter of the queue offers: the phrases of signals against a comment, by name.
const signalNames = new Map(Object.keys(textsOf("phrases"))
  .filter((name) => !/^(-|abuse\/|rest|prior)/.test(name))
  .map((name) => [translate("phrases." + name, filling), name]));

export const signalTexts = [...signalNames.keys()].sort();

// signalCode is the API's name for what somebody chose or typed: a phrase, a name as it is, or else a word of the text.
export const signalCode = (typed) => {
  if (!typed || typed.includes(":")) return typed;
  return signalNames.get(typed) ?? "word:" + typed.toLowerCase();
};

// signalText is the text for a name of a signal in the filter.
export const signalText = (code) =>
  [...signalNames].find(([, name]) => name === code)?.[0] ?? code.replace(/^word:/, "");
