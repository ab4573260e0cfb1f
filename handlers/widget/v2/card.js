// One comment: who wrote it, when and to whom, its text, and what a reader can do.
import { Composer } from "./composer.js";
import { button, element } from "./dom.js";
import { markup } from "./markup.js";

const longText = 1200, manyLines = 16; // more is folded

// card returns a comment as an element. A featured one that stands above the threads leads
// to its place in them.
export function card(view, comment, isFeatured) {
  const { texts, own } = view;
  const id = isFeatured ? null : `comment-${comment.id}`;
  if (comment.removed) {
    return element("article", { id, class: "removed", part: "comment" }, element("p", { class: "note" }, texts.say("removed")));
  }
  const mine = isFeatured ? null : own.get(comment.id);
  const text = body(view, comment);
  const node = element("article", { id, class: mine ? "own" : null, part: "comment", "aria-label": texts.say("commentBy", comment.author) },
    element("p", { class: "by" },
      element("b", { part: "author" }, element("bdi", null, comment.author.name)),
      badge(texts, mine ? { ...comment.author, mine } : comment.author),
      comment.featured && !isFeatured ? mark(texts, "picked") : null,
      comment.to ? link(comment.parent_id, texts.say("to", { name: comment.to }), { class: "to", dir: "auto" }) : null,
      link(comment.id, element("time", { datetime: comment.created_at, part: "time" }, texts.age(comment.created_at))),
      comment.edited_at ? element("span", { title: texts.date(comment.edited_at) }, texts.say("edited")) : null),
    text,
    mine ? own.note(mine) : null);
  const actions = isFeatured ? [link(comment.id, texts.say("inThread"))] : actionsFor(view, comment, mine, () => node);
  if (actions.length > 0) node.append(element("p", { class: "actions", part: "actions" }, ...actions));
  return node;
}

const link = (id, content, props) =>
  element("a", { href: `${location.href.split("#")[0]}#comment-${id}`, ...props }, content);

// What the site says of an author. Anybody can write the name, but not this.
function badge(texts, { staff, vouched, mine }) {
  if (staff) return mark(texts, "staff");
  if (mine) return element("span", { class: "badge", part: "badge" }, texts.say("you"));
  return vouched ? mark(texts, "vouched") : null;
}

const mark = (texts, key) =>
  element("span", { class: `badge ${key}`, part: `badge ${key}`, title: texts.say(key + "Title") }, texts.say(key));

function body(view, comment) {
  const text = element("div", { class: "text", part: "text", dir: "auto" });
  if (comment.html) text.append(markup(comment.html));
  else text.append(element("p", { class: "plain" }, comment.body));
  if (comment.body.length <= longText && comment.body.split("\n").length <= manyLines) return text;
  text.classList.add("folded");
  const unfold = button(view.texts.say("unfold"), () => {
    const isFolded = text.classList.toggle("folded");
    unfold.textContent = view.texts.say(isFolded ? "unfold" : "fold");
    unfold.setAttribute("aria-expanded", !isFolded);
  }, { "aria-expanded": "false" });
  return element("div", null, text, unfold);
}

function actionsFor(view, comment, mine, node) {
  const { texts } = view;
  const isPublic = !mine || mine.status === "approved";
  const actions = [];
  if (isPublic && !view.closed) {
    const reply = button(texts.say("reply"), () => Composer.reply(view, comment, node(), reply), { "aria-label": texts.say("replyTo", comment.author) });
    actions.push(reply);
  }
  if (mine) return actions.concat(view.own.actions(mine, node));
  const flag = button(texts.say("report"), () => view.act("report", comment, flag), { class: "link quiet", "aria-label": texts.say("reportOf", comment.author) });
  return [...actions, flag];
}
