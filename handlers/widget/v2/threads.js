// The threads of a page: a comment, and its replies as a flat list in the order of the
// conversation. Depth is told by an indent of few steps and by whom a reply is to, so that
// no conversation is too deep to be shown.
import { card } from "./card.js";
import { button, element, focusOn } from "./dom.js";

const atOnce = 10; // threads
const deepest = 3; // the depth at which the server lays the rest of a conversation flat

export class Threads {
  cards = new Map(); // what is shown, by the comment's id
  #version = 0; // of the list
  #roots = new Map(); // threads, by the id of their first comment

  constructor(view) {
    this.view = view;
    this.list = element("ol", { role: "list", class: "threads", part: "list", pointerover: ({ target }) => this.#date(target) });
    this.featured = element("aside", { class: "featured", part: "featured", hidden: true });
    this.empty = element("li", { class: "empty", hidden: true });
  }

  // date adds the exact time when somebody points at an age: to write all of them takes long.
  #date(node) {
    if (node.localName === "time") node.title ||= this.view.texts.date(node.dateTime);
  }

  async replace({ threads = [], featured = [] }) {
    this.#version++;
    this.cards.clear();
    this.#roots.clear();
    this.empty.textContent = this.view.texts.say("first");
    this.list.replaceChildren(this.empty);
    this.#showFeatured(featured);
    await this.append(threads);
  }

  // append adds a page of threads, a few at a time so that the page answers meanwhile, and
  // returns the first new comment.
  async append(threads = []) {
    const version = this.#version;
    let first;
    for (let i = 0; i < threads.length; i += atOnce) {
      if (i > 0) await new Promise((done) => setTimeout(done));
      if (version !== this.#version || this.view.signal.aborted) return first; // another list has come
      const some = threads.slice(i, i + atOnce).filter(({ id }) => !this.#roots.has(id)); // one may have moved to this page
      this.list.append(...some.map((thread) => this.#thread(thread)));
      first ??= this.cards.get(some[0]?.id)?.node;
    }
    return first;
  }

  #showFeatured(featured) {
    const { texts } = this.view;
    this.featured.hidden = featured.length === 0;
    this.featured.replaceChildren(
      element("h3", null, texts.say("featured")),
      ...featured.map((comment) => card(this.view, comment, true)));
  }

  #thread(root) {
    const replies = element("ol", { role: "list", class: "replies", part: "replies" });
    const item = element("li", { class: "thread", part: "thread" }, this.#card(root), replies);
    this.cards.get(root.id).item = item;
    const thread = { item, replies };
    this.#roots.set(root.id, thread);
    this.#addReplies(thread, root.replies ?? []);
    if (root.more) this.#offerMore(thread, root.id, root.more, root.more_after);
    return item;
  }

  #card(comment) {
    const node = card(this.view, comment);
    this.cards.set(comment.id, { comment, node });
    return node;
  }

  #reply(comment) {
    const node = this.#card(comment);
    const item = element("li", { "data-depth": comment.depth, class: `step-${comment.depth}` }, node);
    this.cards.get(comment.id).item = item;
    return item;
  }

  #addReplies(thread, replies) {
    let first;
    for (const reply of replies) {
      if (this.cards.has(reply.id)) continue; // one's own stands there already
      thread.replies.append(this.#reply(reply));
      first ??= this.cards.get(reply.id).node;
    }
    return first;
  }

  #offerMore(thread, id, n, cursor) {
    const { api, own, texts } = this.view;
    const more = button(texts.say("moreReplies", { n }), () => this.view.attempt(async () => {
      const page = await api.read("threads/" + encodeURIComponent(id), { cursor });
      if (!cursor) this.#clear(thread, id); // a link has shown some from the middle
      const first = this.#addReplies(thread, page.replies);
      more.remove();
      if (page.next) this.#offerMore(thread, id, Math.max(n - page.replies.length, 1), page.next);
      if (!cursor) own.place();
      if (first) focusOn(first);
    }), { class: "link replies-more", part: "more" });
    thread.item.append(more);
  }

  #clear({ replies }, id) {
    for (const [each, { comment }] of this.cards) if (comment.root_id === id) this.cards.delete(each);
    replies.replaceChildren();
  }

  // insert shows a comment where it belongs, and reports whether its place is on the page:
  // a reply behind those to the same comment, a comment of its own on top.
  insert(comment) {
    const parent = this.cards.get(comment.parent_id);
    if (!comment.parent_id) {
      this.list.prepend(this.#thread(comment));
      return true;
    }
    if (!parent) return false;
    const { comment: above, item } = parent;
    comment.depth = Math.min((above.depth ?? 0) + 1, deepest);
    if (comment.depth > 1) comment.to = above.author?.name;
    const thread = this.#roots.get(above.id) ?? this.#roots.get(above.root_id);
    comment.root_id = above.root_id ?? above.id;
    const reply = this.#reply(comment);
    if (item === thread.item) {
      thread.replies.append(reply);
      return true;
    }
    let last = item;
    while (last.nextElementSibling?.dataset.depth >= comment.depth) last = last.nextElementSibling;
    last.after(reply);
    return true;
  }

  // remove takes a comment from the page, or leaves a placeholder when it has replies.
  remove(id) {
    const { comment, item } = this.cards.get(id);
    const next = item.nextElementSibling;
    const hasReplies = item.querySelector("li") || next?.dataset.depth > (comment.depth ?? 0);
    if (hasReplies) {
      this.cards.get(id).comment = { id, removed: true, depth: comment.depth, parent_id: comment.parent_id, root_id: comment.root_id, created_at: comment.created_at };
      return this.view.redraw(id);
    }
    this.cards.delete(id);
    this.#roots.delete(id);
    item.remove();
    return null;
  }

  // showAlone shows a thread on top, in place of what is shown of it.
  showAlone(thread) {
    this.#roots.get(thread.id)?.item.remove();
    this.#roots.delete(thread.id);
    this.list.prepend(this.#thread(thread));
  }
}
