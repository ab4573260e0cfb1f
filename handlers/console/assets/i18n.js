// Texts, numbers and times in the moderator's language.
import file from "./words.txt";

const saved = localStorage["winnow.lang"] || navigator.language;
export const lang = saved.startsWith("de") ? "de" : "en";

const words = {};
let group = "";
for (const line of file.split("\n")) {
  const [key, ...text] = line.split(" ");
  if (text.length) words[group + key] = text.join(" ").replace(/^(?=[|])/, key).split("|");
  else group = key;
}

// t returns a text by its key, which has its group before it, with {values} put in.
export const t = (key, values = {}) => {
  const all = words[key] || [];
  const [en = "", de = en] = all.slice(values.n !== 1 && all.length > 2 ? 2 : 0);
  return (lang === "de" ? de : en).replace(/{(\w+)}/g, (_, k) => (typeof values[k] === "number" ? number(values[k]) : values[k]));
};

// name returns the text for one of the service's own words, or the word itself
// when it is newer than this page.
export const name = (group, word) => (words[group + "." + word] ? t(group + "." + word) : word);

const all = (group) => Object.keys(words).filter((key) => key.startsWith(group + ".")).map((key) => key.slice(group.length + 1));

// names and choices return the texts for several words, the latter as [word,
// text] and for all words of the group when none are named.
export const names = (group, list) => list.map((word) => name(group, word));
export const choices = (group, list = all(group)) => list.map((word) => [word, name(group, word)]);

export const local = (value, how) => value.toLocaleString(lang, how);
export const number = (n) => local(n, { maximumFractionDigits: 3 });

// percent never says 100 % of what is only nearly certain.
export const percent = (p) => local(p < 1 ? Math.min(p, 0.999) : p, { style: "percent", maximumFractionDigits: p > 0.99 ? 1 : 0 });
export const moment = (time) => local(new Date(time), { dateStyle: "medium", timeStyle: "short" });
export const clock = (time) => local(new Date(time), { timeStyle: "short" });

const minutes = (time) => (Date.now() - new Date(time)) / 60_000;

// age returns how long ago a time was, as short as can be, such as "3 h".
export const age = (time) => {
  const n = minutes(time);
  const [unit, size] = n < 1 ? ["now"] : n < 60 ? ["minutes", 1] : n < 2880 ? ["hours", 60] : ["days", 1440];
  return t("age." + unit, { n: Math.floor(n / size) });
};

// urgency says how an age is coloured: 0 fresh (under 15 minutes) to 3 (a day).
export const urgency = (time) => [15, 120, 1440].filter((limit) => minutes(time) >= limit).length;
