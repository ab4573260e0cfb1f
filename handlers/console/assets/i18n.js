// Texts, numbers and times in the moderator's language.
import words from "./words.js";

const saved = localStorage.getItem("winnow.lang") || navigator.language;
export const lang = saved.startsWith("de") ? "de" : "en";
function here(text = "") {
  const [en, de = en] = text.split("|");
  return lang === "de" ? de : en;
}

// name returns the text for one of the service's own words, or the word itself
// when it is newer than this page.
export const name = (group, word) => here(words[group]?.[word] ?? word);

// names and choices return the texts for several words, the latter as [word, text].
export const names = (group, list) => list.map((word) => name(group, word));
export const choices = (group, list) => list.map((word) => [word, name(group, word)]);

// t returns a text by its key, or by its group and key, with {values} put in. A
// text may be a pair, for one and for any other number n.
export function t(key, values = {}) {
  const [, group, rest] = key.match(/^(\w+)\.(.+)/) || [];
  const word = (group ? words[group] : words)[rest || key];
  const text = Array.isArray(word) ? word[values.n === 1 ? 0 : 1] : word;
  return here(text).replace(/{(\w+)}/g, (_, k) => (typeof values[k] === "number" ? values[k].toLocaleString(lang) : values[k]));
}

export const number = (n) => n.toLocaleString(lang, { maximumFractionDigits: 3 });

// percent never says 100 % of what is only nearly certain.
export const percent = (p) => (p < 1 ? Math.min(p, 0.999) : p).toLocaleString(lang, { style: "percent", maximumFractionDigits: p > 0.99 ? 1 : 0 });
export const moment = (time) => new Date(time).toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" });

// age returns how long ago a time was, as short as can be, such as "3 h".
export function age(time) {
  const minutes = Math.max(0, (Date.now() - new Date(time)) / 60_000);
  if (minutes < 1) return t("age.now");
  if (minutes < 60) return t("age.minutes", { n: Math.floor(minutes) });
  if (minutes < 2880) return t("age.hours", { n: Math.floor(minutes / 60) });
  return t("age.days", { n: Math.floor(minutes / 1440) });
}

// urgency says how an age is coloured: 0 fresh (under 15 minutes) to 3 (a day).
export function urgency(time) {
  const minutes = (Date.now() - new Date(time)) / 60_000;
  return [15, 120, 1440].filter((limit) => minutes >= limit).length;
}

export function translate(root) {
  document.documentElement.lang = lang;
  for (const e of root.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of root.querySelectorAll("[data-t-label]")) e.setAttribute("aria-label", t(e.dataset.tLabel));
}
