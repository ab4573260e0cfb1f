// The form for a comment or a reply. What is typed is kept as a draft until it is posted.
import { Problem, randomKey } from "./api.js";
import { button, element, field } from "./dom.js";
import { keep, kept } from "./kept.js";
import { explain, fieldError } from "./problems.js";

export class Composer {
  #key = randomKey(); #busy = false; #nudge;

  // parent is the comment that is replied to; reader is whom the site vouches for, or "".
  constructor(view, parent, reader) {
    Object.assign(this, { view, parent });
    const { texts } = view;
    const label = parent ? texts.say("replyTo", parent.author) : texts.say("write");
    this.body = field(label, element("textarea", { rows: 3, maxlength: 20_000, dir: "auto", input: () => this.#saveDraft() }));
    this.name = field(texts.say("name"), element("input", { autocomplete: "name", maxlength: 100, dir: "auto" }));
    this.name.input.value = kept("name");
    this.honeypot = element("input", { name: "website", tabindex: -1, autocomplete: "off" });
    this.who = element("p", { class: "who" });
    this.send = element("button", { class: "main", part: "send" }, texts.say("send"));
    this.message = element("p", { class: "message", role: "status" });
    this.row = element("div", { class: "row" }, this.name.node, this.who,
      element("span", { class: "buttons" }, parent && button(texts.say("cancel"), () => this.close()), this.send));
    this.form = element("form", { class: "composer", part: "form", novalidate: true, submit: (event) => this.#submit(event), keydown: (event) => this.#shortcut(event), focusin: () => view.acts().then((acts) => acts.opened(view)).catch(() => {}) },
      this.body.node,
      element("div", { class: "honeypot", "aria-hidden": "true" }, this.honeypot),
      this.message, this.row);
    this.setReader(reader);
  }

  // reply opens a form below a comment, or goes to the one that is open there.
  static reply(view, parent, node, opener) {
    if (node.nextElementSibling?.localName === "form") return node.nextElementSibling.querySelector("textarea").focus();
    const composer = new Composer(view, parent, view.composer.reader);
    composer.opener = opener;
    composer.body.input.value = view.drafts.get(composer.#draft) ?? "";
    node.after(composer.form);
    composer.body.input.focus();
  }

  get #draft() { return this.view.article + (this.parent ? ` ${this.parent.id}` : ""); }

  #saveDraft() { this.view.drafts.set(this.#draft, this.body.input.value); }

  restore() { this.body.input.value ||= this.view.drafts.get(this.#draft) ?? ""; }

  setReader(reader) {
    const { texts, identity } = this.view;
    this.reader = reader;
    this.name.node.hidden = !!reader;
    this.who.replaceChildren();
    if (reader) this.who.append(texts.say("as") + " ", element("b", null, element("bdi", null, reader)));
    else if (identity.canSignIn) this.who.append(button(texts.say("signIn"), () => this.#signIn()));
    this.who.hidden = !this.who.hasChildNodes();
  }

  async #signIn() {
    if (await this.view.identity.renew()) this.setReader(await this.view.identity.name());
  }

  #shortcut(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    if (event.key === "Escape" && this.parent) this.close();
  }

  close() {
    this.form.remove();
    this.opener?.focus();
  }

  #say(text, isBad) {
    this.message.className = isBad ? "message bad" : "message";
    this.message.replaceChildren(text);
  }

  #missing() {
    const { texts } = this.view;
    const empty = [this.body, this.name].filter((each) => {
      const isEmpty = !each.node.hidden && !each.input.value.trim();
      each.mark(isEmpty ? texts.say("empty") : "");
      return isEmpty;
    });
    empty[0]?.input.focus();
    return empty.length > 0;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#busy) return; // a double click posts once
    this.#say("");
    if (this.#missing()) return;
    const { view, parent } = this;
    const page = { url: document.querySelector("link[rel=canonical]")?.href ?? location.href.split("#")[0], title: document.title };
    const comment = {
      article: { id: view.article, ...page }, parent_id: parent?.id,
      author: { name: this.name.input.value.trim() }, body: this.body.input.value, website: this.honeypot.value,
      nudge: this.#nudge,
    };
    this.#setBusy(true);
    try {
      if (await this.#shouldRephrase(comment)) return;
      const { post } = await view.acts();
      const answer = await post(view, comment, this.#key, (text) => this.#say(text));
      this.#posted({ ...comment, ...answer });
    } catch (error) {
      if (!view.signal.aborted) this.#refused(error);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(isBusy) { // a disabled button would lose the focus
    this.#busy = isBusy;
    this.send.setAttribute("aria-disabled", isBusy);
  }

  // The site may ask once whether a text that sounds abusive should be put differently. It
  // never keeps a comment from being posted.
  async #shouldRephrase(comment) {
    const { api, settings, texts } = this.view;
    if (!settings.nudge || this.#nudge) return false;
    const { rephrase, nudge = "-" } = await api.call("POST", "comments/check", { body: comment }).catch(() => ({}));
    if (!rephrase) return false;
    this.#nudge = nudge; // tells the server, which counts, that this post was asked about
    this.#say(texts.say("rephrase"));
    this.send.textContent = texts.say("sendAnyway");
    this.body.input.focus();
    return true;
  }

  #posted(comment) {
    const { view } = this;
    if (!this.reader) keep("name", comment.author.name);
    comment.author.name ||= this.reader;
    this.view.drafts.set(this.#draft, "");
    this.body.input.value = "";
    this.#key = randomKey();
    this.#nudge = undefined;
    this.send.textContent = view.texts.say("send");
    if (this.parent) this.form.remove();
    view.act("posted", comment);
  }

  #refused(error) {
    const { texts } = this.view;
    if (error instanceof Problem) this.#key = randomKey(); // else the server may have got it
    const inputs = { body: this.body, "author.name": this.name };
    const wrong = (error.fields ?? []).filter(({ field }) => inputs[field] && !inputs[field].node.hidden);
    for (const fault of wrong) inputs[fault.field].mark(fieldError(texts, fault));
    if (wrong.length > 0) inputs[wrong[0].field].input.focus();
    else this.#say(explain(texts, error), true);
    if (error.status === 401 && this.view.identity.canSignIn) {
      this.message.append(" ", button(texts.say("signIn"), () => this.#signIn()));
    }
  }
}
