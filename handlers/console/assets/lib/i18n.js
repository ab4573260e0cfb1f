// Texts, numbers and times in the moderator's language.

const fallback = "en";
const preferred = (localStorage["winnow.lang"] || navigator.language).split("-")[0];

// The page links a file of texts for each language. Only the moderator's own is loaded.
const linkOf = (code) => document.querySelector(`link[hreflang="${CSS.escape(code)}"]`);
const link = linkOf(preferred) || linkOf(fallback);

export const language = link.hreflang;
const texts = await (await fetch(link.href)).json();
const pluralRules = new Intl.PluralRules(language);

const lookUp = (key) =>
  key.split(".").reduce((group, part) => (group && Object.hasOwn(group, part) ? group[part] : undefined), texts);

// translate returns the text of a key such as "queue.empty", with {values} filled in. A text with plural forms is an
// object by the categories of Intl.PluralRules; the value n selects one. The key "_" of a group is its own name.
export const translate = (key, values = {}) => {
  const found = lookUp(key);
  const text = typeof found === "object" ? found[pluralRules.select(values.n)] ?? found.other : found ?? "";
  return text.replace(/{(\w+)}/g, (_, name) =>
    (typeof values[name] === "number" ? formatNumber(values[name]) : values[name]));
};

// isComplete reports whether there are values for all that the text of a key names.
export const isComplete = (key, values) =>
  [...String(lookUp(key) ?? "").matchAll(/{(\w+)}/g)].every(([, name]) => Object.hasOwn(values, name));

// label returns the text for one of the API's own words, or the word itself when this page does not know it: the
// server may be newer.
export const label = (group, word) => {
  const found = lookUp(`${group}.${word}`);
  return typeof found === "string" ? found : word;
};
export const labels = (group, words) => words.map((word) => label(group, word));

// textsOf returns the texts of a group by their keys.
export const textsOf = (group) => lookUp(group) ?? {};

// choices returns [word, text] for some words of a group, or for all of them.
export const choices = (group, words = Object.keys(lookUp(group))) => words.map((word) => [word, label(group, word)]);

// A format is made once: that takes as long as hundreds of uses of it.
const dateFormat = (options) => {
  const format = new Intl.DateTimeFormat(language, options);
  return (time) => {
    const date = new Date(time);
    return isNaN(date) ? "–" : format.format(date);
  };
};
const percentFormats = [0, 1, 2].map((digits) =>
  new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }));
const numberFormat = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });

export const formatNumber = (number, options) =>
  (options ? number.toLocaleString(language, options) : numberFormat.format(number));

// formatPercent never rounds what is only nearly certain to 100 %.
export const formatPercent = (share, digits = 0) =>
  percentFormats[share > 0.99 ? 1 : digits].format(share < 1 ? Math.min(share, 0.999) : share);

export const formatDateTime = dateFormat({ dateStyle: "medium", timeStyle: "short" });
export const formatTime = dateFormat({ timeStyle: "short" });
// formatMonth formats a month such as 2026-11.
export const formatMonth = dateFormat({ month: "short", year: "numeric", timeZone: "UTC" });

const minutesSince = (time) => (Date.now() - new Date(time)) / 60_000;

const ageUnits = [
  { name: "days", minutes: 1440, from: 2880 },
  { name: "hours", minutes: 60, from: 60 },
  { name: "minutes", minutes: 1, from: 1 },
];

// formatAge returns how long ago a time was, in the shortest form, such as "3 h".
export const formatAge = (time) => {
  const age = minutesSince(time);
  const unit = ageUnits.find(({ from }) => age >= from);
  return unit ? translate("age." + unit.name, { n: Math.floor(age / unit.minutes) }) : translate("age.now");
};

// urgencyOf returns the level by which an age is coloured: 0 (under 15 minutes) to 3 (a day or more).
export const urgencyOf = (time) => [15, 120, 1440].filter((limit) => minutesSince(time) >= limit).length;
