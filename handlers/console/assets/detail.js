// The pane of the open comment: what it answers, its text, why it was held.
import { get } from "./api.js";
import { $, fill, h, hear, marked, said, signed, when } from "./dom.js";
import { age, lang, name, percent, t } from "./i18n.js";
import { current, holder, place, queue, tell, upcoming } from "./queue.js";

const fewSigns = 6;
const most = 30; // replies that are kept
const kept = new Map(); // replies by comment id, so that the next is there before it is asked for
let expanded = false; // a moderator who wants all signs wants them for the next one too

// detail returns all that is known of a comment.
export function detail(id) {
  if (!kept.has(id)) {
    if (kept.size >= most) kept.delete(kept.keys().next().value);
    const reply = get(`/v1/comments/${encodeURIComponent(id)}`);
    reply.catch(() => forget(id));
    kept.set(id, reply);
  }
  return kept.get(id);
}

export const forget = (id) => kept.delete(id);

hear("opened", async ({ detail: { item, byHand } }) => {
  fill("comment", item ? page(item) : h("p.muted.empty", t("comment.none")));
  $("comment").scrollTop = 0;
  if (!item) return;
  if (byHand) $("comment").querySelector(".open").focus({ preventScroll: true });
  const { id } = item.comment;
  if (item.blind) return;
  for (const next of upcoming(place(id) + 1).slice(0, 2)) detail(next.comment.id).catch(() => {}); // it is asked for again
  const all = await detail(id).catch(() => null);
  if (all && queue.current === id) thread(all);
});

export function expand() {
  expanded = !expanded;
  if ($("why")) $("why").replaceWith(why(current()));
}

const by = (c, ...more) => h("p.by", said(c.author.name, "b"), when(c.created_at), more);
const text = (c) => said(marked(c.body), "p.text");

function page(item) {
  const { comment: c, context: { parent }, verdict: v, campaign: copies } = item;
  const { title, id, url = "" } = c.article;
  return [
    h("p.where", !$("site").hidden && h("span.chip", c.site), said(title || id, "b"),
      /^https?:/.test(url) && h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, t("comment.open")), h("span.by", { id: "article" })),
    notice(item),
    copies && h("p", h("span.chip.warn", t("copies._", { n: copies.count, m: copies.authors })), " ",
      h("button.link", { click: () => tell("narrow", { campaign: copies.id, all: true }) }, t("copies.all"))),
    parent && h("blockquote", h("p.muted", t("comment.parent", { name: parent.author.name })), text(parent)),
    h("article.open", { tabindex: -1, "data-id": c.id },
      by(c, c.flags && h("span.chip.warn", t("comment.flags", { n: c.flags }))),
      h("div.text.body", { id: "body", dir: "auto" }, marked(c.body, v.signals))),
    !item.blind && why(item), h("div", { id: "thread" }),
  ];
}

// notice says when the comment is not the moderator's to decide.
function notice(item, text = "") {
  const who = holder(item);
  if (item.blind) text = t("comment.blind");
  else if (item.gone) text ||= t("comment.gone");
  else if (who) text = t("comment.held", { name: who, time: new Date(item.claim.lease_until).toLocaleTimeString(lang, { timeStyle: "short" }) });
  return h("p.notice", { id: "notice", hidden: !text }, text);
}

// update shows that the open comment was decided or taken elsewhere.
export async function update(item) {
  const { id } = item.comment;
  if (queue.current !== id) return;
  $("notice").replaceWith(notice(item));
  if (!item.gone) return;
  forget(id);
  const last = (await detail(id).catch(() => null))?.history.findLast((d) => !d.undone_at);
  if (last && queue.current === id) $("notice").replaceWith(notice(item, t("comment.decided", { name: last.moderator, action: name("action", last.action), age: age(last.created_at) })));
}

function why({ verdict: v, comment: c }) {
  const sum = (s) => ["prior", "rest"].includes(s.name); // what belongs to no sign comes last
  const all = v.signals.toSorted((a, b) => sum(a) - sum(b));
  const shown = expanded ? all : all.slice(0, fewSigns);
  const light = (signals) => () => fill("body", marked(c.body, signals));
  const n = all.length - fewSigns;
  const reason = c.reason || v.reason;
  return h("section", { id: "why" }, h("h2", t("why._"), reason && h("span.chip", name("reason", reason))),
    h("div.gauges", gauge("spam", v.spam, v.hold_at, v.reject_at), gauge("abuse", v.abuse)),
    all.length ? signs(shown, (s) => ({ mouseenter: light([s]), mouseleave: light(all) })) : h("p.muted", t("why.none")),
    h("p.muted.why-foot", n > 0 && h("button.link", { click: expand }, expanded ? t("why.less") : t("why.more", { n }), " ", h("kbd", "e")), t("why.model", { version: v.model })));
}

// signs lists signals; those of rules show what they ask for.
export function signs(list, acts = () => {}) {
  const top = Math.max(...list.map((s) => Math.abs(s.weight)), 1);
  return h("ul.signals", list.map((s) => {
    const [kind, ...rest] = s.name.split(":");
    const what = [...rest, s.detail].filter(Boolean).join(":");
    return h("li", acts(s), h("span.kind", what && name("signal", kind)), said(what || name("signal", kind), "span.what"),
      h("span.bar", h("i", { class: s.weight > 0 && "for", vars: { "--w": Math.abs(s.weight) / top } })), h("span.weight", s.action ? name("action", s.action) : signed(s.weight)));
  }));
}

function gauge(head, p, hold, reject) {
  if (p == null) return null;
  const at = [hold && t("why.hold", { p: percent(hold) }), reject && t("why.reject", { p: percent(reject) })].filter(Boolean);
  return h("div.gauge", h("span", name("reason", head)), h("b", percent(p)),
    h("span.track", { vars: { "--p": p } }, [hold, reject].map((x) => x && h("i", { vars: { "--at": x } }))), h("small", at.join(" · ")));
}

function thread({ thread: all, comment, context }) {
  const others = all.filter((c) => c.id !== comment.id && c.id !== context.parent?.id);
  if (!others.length) return;
  $("thread").append(h("details", { open: others.length <= 3 }, h("summary", t("comment.thread", { n: others.length })),
    h("ol", others.map((c) => h("li", by(c, h("span.chip." + c.status, name("status", c.status))), text(c))))));
}
