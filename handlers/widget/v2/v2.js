// <winnow-comments site="SITE" article="ARTICLE"></winnow-comments>: comments under any page.
// README.md describes its attributes, properties, events, parts and CSS properties.
import { Api } from "./api.js";
import { countOf } from "./counts.js";
import { element } from "./dom.js";
import { Identity } from "./identity.js";
import css from "./style.css";
import { loadTexts } from "./texts.js";
import { followTheme } from "./theme.js";
import { View } from "./view.js";

const server = new URL("..", import.meta.url);
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

const attributes = { site: "site", article: "article", token: "token", order: "order", theme: "theme", "count-of": "countOf" };

class WinnowComments extends HTMLElement {
  static observedAttributes = [...Object.keys(attributes), "lang"];

  #root = element("div", { class: "root", part: "root" }, element("slot"));
  #running; #scheduled; #provider; #view;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.#root);
  }

  // tokenProvider returns a reader token, or a promise of one; nothing when nobody has
  // signed in. It is asked again shortly before a token ends.
  get tokenProvider() { return this.#provider; }
  set tokenProvider(provider) {
    this.#provider = provider;
    this.#schedule();
  }

  connectedCallback() {
    for (const name of ["tokenProvider", ...Object.values(attributes)]) { // set before this script ran
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    this.#schedule();
  }

  disconnectedCallback() { queueMicrotask(() => this.isConnected || this.#stop()); }

  attributeChangedCallback(name, before, after) {
    if (before === after || name === "theme") return; // the theme has an observer
    if (name === "token" && this.#view?.composer) this.#view.identify();
    else this.#schedule();
  }

  // Several changes at once make one new start.
  #schedule() {
    if (!this.isConnected || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.isConnected) this.#start();
    });
  }

  #stop() {
    this.#running?.abort();
    this.#running = this.#view = undefined;
  }

  async #start() {
    this.#stop();
    this.#running = new AbortController();
    const { signal } = this.#running;
    const texts = loadTexts(this.closest("[lang]:not([lang=''])")?.lang || "en", server);
    const isCount = this.hasAttribute("count-of");
    const missing = ["site", isCount ? "count-of" : "article"].filter((name) => !this.getAttribute(name)?.trim());
    followTheme(this, this.#root, signal);
    if (missing.length > 0) {
      console.error(`winnow-comments: ${missing.join(" and ")} must be set`, this);
      return this.#show(await texts, signal, isCount ? "" : (await texts).say("unavailable"));
    }
    if (isCount) return this.#showCount(await texts, signal);
    const identity = new Identity(this);
    const api = new Api(server, this.site, identity, signal);
    const view = this.#view = new View(this, this.#root, { api, identity, signal, restart: () => this.#schedule() });
    const loading = view.load(texts);
    this.#show(await texts, signal);
    await view.show(await texts, loading);
  }

  #show(texts, signal, text) {
    if (signal.aborted) return;
    this.#root.lang = texts.lang;
    if (texts.dir) this.#root.dir = texts.dir;
    if (text !== undefined) this.#root.replaceChildren(element("p", { class: "message" }, text));
    if (text !== undefined) this.#root.classList.add("settled");
  }

  async #showCount(texts, signal) {
    try {
      const n = await countOf(server, this.site, this.countOf);
      if (!signal.aborted) this.#root.replaceChildren(texts.say(n ? "comments" : "none", { n }));
    } catch (error) {
      console.error("winnow-comments: comments cannot be counted:", error); // the page does without
    }
  }
}

for (const [attribute, property] of Object.entries(attributes)) {
  Object.defineProperty(WinnowComments.prototype, property, {
    get() { return this.getAttribute(attribute) ?? ""; },
    set(value) { value == null ? this.removeAttribute(attribute) : this.setAttribute(attribute, value); },
    enumerable: true, configurable: true,
  });
}

if (!customElements.get("winnow-comments")) customElements.define("winnow-comments", WinnowComments);
