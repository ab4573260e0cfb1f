/* global FOLDER */
// The comments on one article: a form, one's own comments, featured ones, and threads in
// pages. Readers wait for as few requests as there can be.
import { card } from "./card.js";
import { Composer } from "./composer.js";
import { button, element, focusOn } from "./dom.js";
import { keptMap } from "./kept.js";
import { followTotal } from "./live.js";
import { explain } from "./problems.js";
import { Threads } from "./threads.js";

const orders = ["newest", "oldest", "best"];
const noneOwn = { get() {}, place() {}, refresh() {} }; // until there are comments of one's own
const patience = 500; // milliseconds that the list waits for what only this reader sees

export class View {
  settings = {};
  total = 0;
  own = noneOwn;
  #acts;

  constructor(host, root, { api, identity, signal, restart }) {
    Object.assign(this, { host, root, api, identity, signal, restart });
    this.article = host.article;
    this.order = orders.includes(host.order) ? host.order : orders[0];
    this.drafts = keptMap("drafts." + api.site);
    this.threads = new Threads(this);
  }

  // load starts all requests at once.
  load(texts) {
    const personal = Promise.all([this.#loadOwn(texts).catch(() => {}), this.identity.name().catch(() => "")]);
    const list = this.#inPage() ?? this.#page();
    list.catch(() => {}); // show tells of it
    return { list, personal };
  }

  async #loadOwn(texts) {
    if (!await this.api.hasIdentity()) return;
    const own = this.ownComments();
    own.catch(() => {}); // awaited below
    this.texts = await texts;
    (await this.acts()).takeOwn(this, await own);
  }

  ownComments() { return this.api.call("GET", "me/comments", { query: { article: this.article } }); }

  // The page may have brought the list along, as its server got it.
  #inPage() {
    const data = this.host.querySelector(':scope > script[type="application/json"]');
    if (!data) return null;
    try {
      const list = JSON.parse(data.textContent);
      data.remove(); // it is for the first time only
      return Promise.resolve(list);
    } catch { return null; }
  }

  #page(cursor) {
    return this.api.read("threads", { article: this.article, order: this.order, cursor });
  }

  async show(texts, { list, personal }) {
    this.texts = texts;
    try {
      const page = await list;
      if (!texts.has("write")) throw new TypeError("the language cannot be loaded");
      const soon = new Promise((resolve) => setTimeout(resolve, patience, null));
      const known = await Promise.race([personal, soon]);
      if (this.signal.aborted) return;
      this.#build(known?.[1] ?? "");
      await this.#fill(page);
      if (this.signal.aborted) return;
      if (!known) personal.then(([, name]) => this.#welcome(name));
    } catch (error) {
      if (!this.signal.aborted) this.#failed(error);
      return;
    }
    this.#settle();
    this.#follow();
    this.#openLinked();
    if (keptMap("reported." + this.api.site).all().size > 0) this.act("tellOutcomes");
  }

  #failed(error) {
    if (error.status === 404) {
      console.error(`winnow-comments: there is no site "${this.api.site}"`, this.host);
      this.root.replaceChildren(element("p", { class: "message" }, this.texts.say("unavailable")));
      return;
    }
    if (error.status < 500) console.error("winnow-comments:", error.message, error.fields, this.host);
    const again = button(this.texts.say("retry"), this.restart);
    this.root.replaceChildren(element("p", { class: "message bad", role: "alert" }, this.texts.say("unloaded") + " ", again));
  }

  #build(reader) {
    const { texts } = this;
    this.heading = element("h2", { id: "heading", part: "heading" });
    this.fresh = button("", () => this.#showFresh(), { class: "fresh", part: "new", hidden: true });
    this.select = element("select", { "aria-label": texts.say("order"), part: "order", change: () => this.#reorder() },
      ...orders.map((value) => element("option", { value, selected: value === this.order }, texts.say(value))));
    this.message = element("p", { class: "message", role: "status" });
    this.composer = new Composer(this, null, reader);
    this.more = button(texts.say("more"), () => this.#showMore(), { class: "wide", part: "more", hidden: true });
    this.root.replaceChildren(element("section", { "aria-labelledby": "heading" },
      element("header", null, this.heading, this.fresh, this.select),
      this.composer.form, this.message, this.threads.featured, this.threads.list, this.more));
  }

  async #fill(page) {
    this.settings = page.settings ?? {};
    this.closed = page.state === "closed";
    this.articleId = page.article?.id ?? this.article;
    this.composer.form.hidden = this.closed;
    this.next = page.next;
    this.more.hidden = !page.next;
    this.setTotal(page.total);
    this.composer.restore();
    if (this.closed) this.say(this.texts.say("closed"));
    await this.threads.replace(page);
    this.own.place();
  }

  // setTotal shows how many comments are published. What is not on the page yet is offered.
  setTotal(total, latest = total) {
    this.total = total;
    this.latest = Math.max(latest, total);
    const fresh = this.latest - total;
    this.heading.textContent = total ? this.texts.say("comments", { n: total }) : this.texts.say("none");
    this.fresh.hidden = fresh <= 0;
    this.fresh.textContent = this.texts.say("fresh", { n: Math.max(fresh, 1) });
    this.threads.empty.hidden = total > 0 || this.closed;
  }

  #welcome(name) {
    if (this.signal.aborted) return;
    this.composer.setReader(name);
    this.own.place();
  }

  // identify is for when the page says that another reader, or nobody, is signed in.
  identify() {
    return this.attempt(async () => {
      this.own = noneOwn;
      this.identity.forget();
      await this.#loadOwn(this.texts);
      this.composer.setReader(await this.identity.name());
      await this.#fill(await this.#page());
    });
  }

  say(text, isBad) {
    this.message.className = isBad ? "message bad" : "message";
    this.message.textContent = text;
  }

  // attempt runs what a button does, and tells of its failure.
  async attempt(work) {
    this.say("");
    try {
      return await work();
    } catch (error) {
      if (!this.signal.aborted) this.say(this.explain(error), true);
    }
  }

  explain(error) { return explain(this.texts, error); }

  // acts returns what few readers need. It is loaded when the first one does.
  acts() {
    const { server } = this.api;
    const load = async () => {
      const [acts] = await Promise.all([import(new URL(FOLDER + "acts.js", server)), this.texts.addActs(server)]);
      const { adoptedStyleSheets } = this.host.shadowRoot;
      if (!adoptedStyleSheets.includes(acts.sheet)) adoptedStyleSheets.push(acts.sheet);
      return acts;
    };
    this.#acts ??= load().catch((error) => {
      this.#acts = undefined; // the next one tries again
      throw error;
    });
    return this.#acts;
  }

  act(name, ...details) { return this.attempt(async () => (await this.acts())[name](this, ...details)); }

  #showMore() {
    return this.attempt(async () => {
      const page = await this.#page(this.next);
      const first = await this.threads.append(page.threads);
      this.next = page.next;
      this.more.hidden = !page.next;
      if (first) focusOn(first);
    });
  }

  #showFresh() {
    const before = new Set(this.threads.cards.keys());
    return this.attempt(async () => {
      await this.#fill(await this.#page());
      this.heading.tabIndex = -1;
      this.heading.focus({ preventScroll: true });
      for (const [id, { node }] of this.threads.cards) node.classList.toggle("marked", !before.has(id));
    });
  }

  #reorder() {
    this.order = this.select.value;
    return this.attempt(async () => this.#fill(await this.#page()));
  }

  // A page keeps room for the comments, so that nothing below them moves when they come. The
  // room that they do not need is given back when nobody sees it.
  #settle() {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) return;
      this.root.classList.add("settled");
      observer.disconnect();
    });
    observer.observe(this.host);
    this.signal.addEventListener("abort", () => observer.disconnect());
  }

  #follow() {
    const { api, article, signal } = this;
    const poll = async () => {
      const { counts } = await api.read("comments/counts", { article });
      onTotal(counts[article]);
    };
    const onTotal = (latest) => {
      this.setTotal(Math.min(this.total, latest), latest);
      this.own.refresh();
    };
    followTotal(this.host, { events: api.url("threads/events", { article }), poll: () => poll().catch(() => {}), signal }, onTotal);
    const clock = setInterval(() => {
      for (const time of this.root.querySelectorAll("time")) time.textContent = this.texts.age(time.dateTime);
    }, 60_000);
    const refresh = () => document.hidden || this.own.refresh();
    const own = setInterval(refresh, 30_000);
    document.addEventListener("visibilitychange", refresh, { signal });
    signal.addEventListener("abort", () => {
      clearInterval(clock);
      clearInterval(own);
    });
    addEventListener("hashchange", () => this.#openLinked(), { signal });
  }

  #openLinked() {
    const [, id] = location.hash.match(/^#comment-(.+)$/) ?? [];
    if (id) this.act("openLinked", id);
  }

  // redraw shows a comment again, when something about it has changed.
  redraw(id) {
    const shown = this.threads.cards.get(id);
    if (!shown) return null;
    const node = card(this, shown.comment);
    shown.node.replaceWith(node);
    shown.node = node;
    return node;
  }
}
