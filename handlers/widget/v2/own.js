// One's own comments: what became of them, and what their author can still do. The server
// knows the author by a reader token, or by the token that it gave this browser.
import { button, element, focusOn } from "./dom.js";

class Own {
  #comments = new Map();

  constructor(view) {
    this.view = view;
  }

  get(id) { return this.#comments.get(id); }

  forget(id) { this.#comments.delete(id); }

  take({ comments }) { this.#comments = new Map(comments.map((comment) => [comment.id, comment])); }

  // place shows one's own comments that are not public: below what they reply to, or on top.
  place() {
    for (const [id, mine] of [...this.#comments].reverse()) { // the newest gets on top
      const { cards } = this.view.threads;
      if (cards.has(id)) this.view.redraw(id);
      else if (mine.status !== "approved") this.#insert(mine);
    }
  }

  #insert(mine) {
    const { threads } = this.view;
    const comment = { ...mine, replies: [] };
    if (!threads.insert(comment)) threads.insert({ ...comment, parent_id: undefined });
    return threads.cards.get(mine.id);
  }

  // posted shows a comment that the reader has just posted.
  posted(comment) {
    const { view } = this;
    const minutes = view.settings.edit_minutes ?? 0;
    const { id, parent_id, author, body, status, created_at } = comment;
    const editable_until = new Date(Date.parse(created_at) + 60_000 * minutes).toISOString();
    this.#comments.set(id, { id, parent_id, author, body, status, created_at, editable_until, deletable: minutes > 0 });
    if (!view.threads.cards.has(id)) this.#insert(this.get(id)); // the reply to a repeated request is of an earlier one
    if (status === "approved") view.setTotal(view.total + 1, view.latest);
    view.threads.empty.hidden = true;
    view.say(view.texts.say(status));
    focusOn(view.threads.cards.get(id).node);
    view.host.dispatchEvent(new CustomEvent("winnow:posted", { bubbles: true, composed: true, detail: { id, status } }));
  }

  // refresh asks what has become of comments that wait for a moderator.
  async refresh() {
    this.#expire();
    const waits = ({ status, appeal }) => status === "pending" || appeal?.state === "waiting";
    if (![...this.#comments.values()].some(waits)) return;
    const before = this.#comments;
    try { this.take(await this.view.ownComments()); } catch { return; } // the next time tells
    const { view } = this;
    if (view.signal.aborted) return;
    for (const [id, mine] of this.#comments) {
      const old = before.get(id);
      if (!old || old.status === mine.status && old.appeal?.state === mine.appeal?.state) continue;
      if (mine.status === "approved") view.setTotal(view.total + 1, view.latest);
      view.redraw(id);
      const isAnswer = mine.appeal && old.appeal?.state !== mine.appeal.state && mine.appeal.state !== "possible";
      view.say(view.texts.say(isAnswer ? `appeal_${mine.appeal.state}` : mine.status));
    }
  }

  // expire takes away what can be done for some minutes only.
  #expire() {
    for (const mine of this.#comments.values()) {
      if (!mine.deletable || Date.parse(mine.editable_until) > Date.now()) continue;
      mine.deletable = false;
      const { node } = this.view.threads.cards.get(mine.id) ?? {};
      if (!node?.querySelector(".inline")) this.view.redraw(mine.id);
    }
  }

  // note says what the reader should know of a comment.
  note({ status, message, reason, appeal }) {
    const { texts } = this.view;
    const key = `because_${reason}`;
    const lines = [
      status === "pending" && appeal?.state !== "waiting" && texts.say("waiting"),
      status === "rejected" && texts.say(texts.has(key) ? key : "rejected"),
      appeal?.state !== "possible" && appeal && texts.say(`appeal_${appeal.state}`),
    ].filter(Boolean);
    const words = appeal?.message || message;
    if (lines.length === 0 && !words) return null;
    return element("div", { class: "note", part: "note" },
      ...lines.map((line) => element("p", null, line)),
      words && element("blockquote", { dir: "auto" }, words));
  }

  actions(mine, node) {
    const { texts } = this.view;
    const act = (name) => () => this.view.act(name, mine, node());
    const actions = [];
    if (mine.editable_until && Date.parse(mine.editable_until) > Date.now()) {
      actions.push(button(texts.say("edit"), act("edit"), { title: texts.say("editUntil", { time: texts.clock(new Date(mine.editable_until)) }) }));
    }
    if (mine.deletable) actions.push(button(texts.say("delete"), act("confirm")));
    if (mine.appeal?.state === "possible") actions.push(button(texts.say("appeal"), act("appeal")));
    if (this.view.settings.reader_mail) actions.push(button(texts.say("mail"), act("mail")));
    return actions;
  }
}

// takeOwn takes what the server says of one's own comments.
export function takeOwn(view, list) {
  view.own = new Own(view);
  view.own.take(list);
}

// posted shows a comment that the reader has just posted.
export function posted(view, comment) {
  if (!(view.own instanceof Own)) view.own = new Own(view);
  view.own.posted(comment);
}
