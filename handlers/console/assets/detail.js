// The pane of the open comment: what it answers, its text, why it was held.
import { get } from "./api.js";
import { $, h, marked, said, signed } from "./dom.js";
import { age, moment, name, percent, t } from "./i18n.js";
import { holder, place, queue, upcoming } from "./queue.js";

const shownSignals = 6;
const kept = new Map(); // replies by comment id, so that the next is there before it is asked for
let expanded = false; // a moderator who wants all signs wants them for the next one too

// detail returns all that is known of a comment.
export function detail(id) {
  if (!kept.has(id)) {
    if (kept.size > 30) kept.delete(kept.keys().next().value);
    const reply = get(`/v1/comments/${encodeURIComponent(id)}`);
    reply.catch(() => kept.delete(id));
    kept.set(id, reply);
  }
  return kept.get(id);
}

export const forget = (id) => kept.delete(id);

document.addEventListener("opened", async ({ detail: { item, byHand } }) => {
  render(item);
  if (!item) return;
  if (byHand) $("comment").querySelector(".open")?.focus({ preventScroll: true });
  $("comment").scrollTop = 0;
  const id = item.comment.id;
  for (const next of upcoming(place(id) + 1).slice(0, 2)) detail(next.comment.id);
  const all = await detail(id).catch(() => null);
  if (all && queue.current === id) thread(all);
});

export function expand() {
  expanded = !expanded;
  const item = queue.items.find((i) => i.comment.id === queue.current);
  if (item) $("comment").querySelector(".why")?.replaceWith(why(item));
}

function render(item) {
  const pane = $("comment");
  if (!item) {
    pane.replaceChildren(h("p", { class: "muted empty" }, t(queue.total ? "comment.none" : "queue.empty")));
    return;
  }
  const { comment: c, context } = item;
  const link = /^https?:\/\//.test(c.article.url || "") && h("a", { href: c.article.url, target: "_blank", rel: "noopener noreferrer" }, t("comment.open"));
  pane.replaceChildren(
    h("p", { class: "where" }, !$("site").hidden && h("span", { class: "chip" }, c.site), said(c.article.title || c.article.id, "b"), link),
    notice(item),
    context.parent ? h("blockquote", {}, h("p", { class: "muted" }, t("comment.parent", { name: context.parent.author.name })), h("p", { class: "text", dir: "auto" }, ...marked(context.parent.body))) : "",
    h("article", { class: "open", tabindex: -1, "data-id": c.id, "aria-label": c.author.name },
      h("p", { class: "by" }, said(c.author.name, "b"), h("time", { datetime: c.created_at, title: moment(c.created_at) }, age(c.created_at)),
        c.flags > 0 && h("span", { class: "chip warn" }, t("comment.flags", { n: c.flags }))),
      h("div", { class: "text body", dir: "auto" }, ...marked(c.body, item.verdict.signals))),
    why(item), h("div", { id: "thread" }));
}

// notice says when the comment is not the moderator's to decide.
function notice(item) {
  const who = holder(item);
  const time = item.claim && new Date(item.claim.lease_until).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
  const text = item.gone ? t("comment.gone") : who && t("comment.held", { name: who, time });
  return text ? h("p", { class: "notice", id: "notice" }, text) : h("span", { id: "notice" });
}

// update shows that the open comment was decided or taken elsewhere.
export async function update(item) {
  if (queue.current !== item.comment.id) return;
  $("notice")?.replaceWith(notice(item));
  if (!item.gone) return;
  forget(item.comment.id);
  const all = await detail(item.comment.id).catch(() => null);
  const last = all?.history.findLast((d) => !d.undone_at);
  if (last && queue.current === item.comment.id) {
    $("notice").textContent = t("comment.decided", { name: last.moderator, action: name("action", last.action), age: age(last.created_at) });
  }
}

function why(item) {
  const { verdict: v, comment: c } = item;
  const signals = v.signals || [];
  const most = Math.max(...signals.map((s) => Math.abs(s.weight)), 1);
  const list = expanded ? signals : signals.slice(0, shownSignals);
  const body = () => $("comment").querySelector(".body");
  const only = (shown) => () => body().replaceChildren(...marked(c.body, shown));
  const line = (s) => {
    const [kind, ...rest] = s.name.split(":");
    const what = [...rest, s.detail].filter(Boolean).join(":");
    return h("li", { mouseenter: s.at && only([s]), mouseleave: s.at && only(signals) },
      h("span", { class: "kind" }, what && name("signal", kind)), said(what || name("signal", kind), "span"),
      h("span", { class: "bar " + (s.weight > 0 ? "for" : "against"), vars: { "--w": Math.abs(s.weight) / most } }), h("span", { class: "weight" }, signed(s.weight)));
  };
  const hiddenCount = signals.length - shownSignals;
  return h("section", { class: "why" }, h("h2", {}, t("why"), (c.reason || v.reason) && h("span", { class: "chip" }, name("reason", c.reason || v.reason))),
    h("div", { class: "gauges" }, gauge(t("reason.spam"), v.spam, v.hold_at, v.reject_at), gauge(t("reason.abuse"), v.abuse)),
    signals.length ? h("ul", { class: "signals" }, list.map(line)) : h("p", { class: "muted" }, t("why.none")),
    h("p", { class: "muted why-foot" }, hiddenCount > 0 && h("button", { type: "button", class: "link", click: expand }, expanded ? t("why.less") : t("why.more", { n: hiddenCount }), " ", h("kbd", {}, "e")),
      h("span", {}, t("why.model", { version: v.model }))));
}

function gauge(label, p, hold, reject) {
  if (p == null) return null;
  const at = [hold && t("why.hold", { p: percent(hold) }), reject && t("why.reject", { p: percent(reject) })].filter(Boolean).join(" · ");
  return h("div", { class: "gauge" }, h("span", {}, label), h("b", {}, percent(p)),
    h("span", { class: "track", vars: { "--p": p } }, hold > 0 && h("i", { vars: { "--at": hold } }), reject > 0 && h("i", { vars: { "--at": reject } })), at && h("small", {}, at));
}

function thread(all) {
  const others = (all.thread || []).filter((c) => c.id !== all.comment.id && c.id !== all.context.parent?.id);
  if (!others.length) return;
  $("thread").replaceChildren(h("details", { open: others.length <= 3 }, h("summary", {}, t("comment.thread", { n: others.length })),
    h("ol", { role: "list" }, others.map((c) => h("li", {}, h("p", { class: "by" }, said(c.author.name, "b"), h("time", { datetime: c.created_at, title: moment(c.created_at) }, age(c.created_at)),
      h("span", { class: "chip " + c.status }, name("status", c.status))), h("p", { class: "text", dir: "auto" }, ...marked(c.body)))))));
}
