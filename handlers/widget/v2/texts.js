// Texts, plurals, numbers and times in the language of the reader. Each language is one
// file in locales/; the bundle knows their names and the path that they are served at.
/* global LANGUAGES, FOLDER */

const loaded = {};

// For when nothing can be loaded, not even a language.
const fallback = { unloaded: "The comments could not be loaded.", retry: "Try again" };

// loadTexts returns the texts in the language nearest to the wanted one.
export async function loadTexts(wanted, server) {
  const tag = wanted.toLowerCase();
  const found = LANGUAGES.find((known) => known === tag) ?? LANGUAGES.find((known) => known === tag.split("-")[0]);
  const lang = found ?? "en";
  try {
    return new Texts(await load(lang, server), lang, found ? tag : lang);
  } catch {
    return new Texts(fallback, "en", "en");
  }
}

async function load(name, server) {
  loaded[name] ??= fetch(new URL(`${FOLDER}${name}.json`, server)).then((reply) => reply.json());
  try {
    return await loaded[name];
  } catch (error) {
    delete loaded[name]; // the next one tries again
    throw error;
  }
}

const units = [["year", 525_600], ["month", 43_800], ["day", 1440], ["hour", 60], ["minute", 1]];

class Texts {
  #texts; #plurals; #ages; #dates; #times; #written = {};

  // tag may be more exact than the language of the texts: en-GB writes dates as in Britain.
  constructor(texts, lang, tag) {
    this.#texts = texts;
    this.lang = lang;
    this.dir = texts.dir ?? "ltr";
    try { new Intl.NumberFormat(tag); } catch { tag = lang; }
    this.numbers = new Intl.NumberFormat(tag);
    this.#plurals = new Intl.PluralRules(lang);
    this.#ages = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
    this.#dates = new Intl.DateTimeFormat(tag, { dateStyle: "long", timeStyle: "short" });
    this.#times = new Intl.DateTimeFormat(tag, { timeStyle: "short" });
  }

  // addActs adds what only those need who do more than read and write.
  async addActs(server) { this.#texts = { ...this.#texts, ...await load(this.lang + ".acts", server) }; }

  // say returns a text with values in it. With a number n, the form of its plural is taken.
  say(key, values = {}) {
    let text = this.#texts[key] ?? "";
    if (typeof text === "object") text = text[this.#plurals.select(values.n)] ?? text.other;
    return text.replace(/{(\w+)}/g, (_, name) => (name === "n" ? this.numbers.format(values.n) : values[name]));
  }

  has(key) { return key in this.#texts; }

  date(time) { return this.#dates.format(new Date(time)); }

  clock(time) { return this.#times.format(time); }

  age(time) {
    const minutes = Math.min(0, Math.ceil((new Date(time) - Date.now()) / 60_000));
    const [unit, size] = units.find(([, size]) => minutes <= -size) ?? units.at(-1);
    const age = Math.ceil(minutes / size);
    return this.#written[age + unit] ??= this.#ages.format(age, unit); // many comments have the same
  }
}
