// The pane of the open comment: what it answers, its text, why it was held.
import { get, quiet, segment } from "./api.js";
import { preview } from "./decide.js";
import { changes } from "./diff.js";
import { $, fill, h, hear, marked, said, signed, tell, when } from "./dom.js";
import { age, clock, name, percent, t } from "./i18n.js";
import * as queue from "./queue.js";
import { copies, current, holder, place, upcoming } from "./queue.js";

const fewSigns = 6;
const most = 30; // replies that are kept
const kept = new Map(); // replies by comment id, so that the next is there before it is asked for
let expanded = false; // a moderator who wants all signs wants them for the next one too

// detail returns all that is known of a comment.
export const detail = (id) => {
  if (!kept.has(id)) {
    if (kept.size >= most) kept.delete(kept.keys().next().value);
    const reply = get("/comments/" + segment(id));
    reply.catch(() => forget(id));
    kept.set(id, reply);
  }
  return kept.get(id);
};

export const forget = (id) => kept.delete(id);

hear("opened", async ({ detail: { item, byHand } }) => {
  fill("comment", item ? page(item) : h("p.muted.empty", text("none")));
  $("comment").scrollTop = 0;
  if (!item) return;
  if (byHand) $(".open", $("comment")).focus({ preventScroll: true });
  const { id } = item;
  if (item.blind) return;
  if (copies(item) > 1) quiet(seen(item)); // what is decided asks for it again
  for (const next of upcoming(place(id) + 1).slice(0, 2)) quiet(detail(next.id)); // likewise
  const all = await quiet(detail(id));
  if (!all || queue.shown !== id) return;
  if (all.revisions.length) $(".open", $("comment")).after(revisions(all));
  thread(all);
});

export const expand = () => {
  expanded = !expanded;
  if ($("why")) $("why").replaceWith(why(current()));
};

const by = (c, ...more) => h("p.by", said(c.author.name, "b"), when(c.created_at), more);
const text = (key, values) => t("comment." + key, values);
const words = (c) => said(marked(c.body), "p.text");

const page = (item) => {
  const { comment: c, context: { parent }, verdict: v } = item;
  const { title, id, url = "" } = c.article;
  return [
    h("p.where", !$("site").hidden && h(".chip", c.site), said(title || id, "b"),
      /^https?:/.test(url) && h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text("open")), h(".by", { id: "article" })),
    notice(item),
    campaign(item),
    parent && h("blockquote", h("p.muted", text("parent", { name: parent.author.name })), words(parent)),
    h("article.open", { tabindex: -1, "data-id": c.id },
      by(c, c.flags && h(".chip.warn", text("flags", { n: c.flags }))),
      h("div.text.body", { id: "body", dir: "auto" }, marked(c.body, v.signals))),
    !item.blind && why(item), h("div", { id: "thread" }),
  ];
};

// campaign says of what the comment is a near-copy, and what else waits of it.
const campaign = ({ campaign: c }) => {
  return c && h("p", { id: "campaign" }, h(".chip.warn", t("copies._", { n: c.count, m: c.authors })), " ",
    h("button.link", () => tell("narrow", { campaign: c.id, all: true }), t("copies.all")), " ", h("small"));
};

// seen shows what a decision on the whole campaign would be about.
const seen = async (item) => {
  const { count: n, articles: m, first_at: first, claimed } = await preview(item);
  if (queue.shown === item.id) fill($("small", $("campaign")), t("author.batch", { n, m, age: age(first) }), claimed && [" · ", t("copies.claimed", { n: claimed })]);
};

// notice says when the comment is not the moderator's to decide.
const notice = (item, what = "") => {
  const who = holder(item);
  if (item.blind) what = text("blind");
  else if (item.gone) what ||= text("gone");
  else if (who) what = text("held", { name: who, time: clock(item.claim.lease_until) });
  return h("p.notice", { id: "notice", hidden: !what }, what);
};

// update shows that the open comment was decided or taken elsewhere, or that
// near-copies of it came or went.
export const update = async (item) => {
  const { id } = item;
  if (queue.shown !== id) return;
  $("notice").replaceWith(notice(item));
  item.preview = null;
  if (copies(item) > 1 && $("campaign")) {
    $("campaign").replaceWith(campaign(item));
    quiet(seen(item));
  }
  if (!item.gone) return;
  forget(id);
  const last = (await quiet(detail(id)))?.history.findLast((d) => !d.undone_at);
  if (last && queue.shown === id) $("notice").replaceWith(notice(item, text("decided", { name: last.moderator, action: name("action", last.action), age: age(last.created_at) })));
};

const why = ({ verdict: v, comment: c }) => {
  const sum = (s) => ["prior", "rest"].includes(s.name); // what belongs to no sign comes last
  const all = v.signals.toSorted((a, b) => sum(a) - sum(b));
  const shown = expanded ? all : all.slice(0, fewSigns);
  const light = (signals) => () => fill("body", marked(c.body, signals));
  const n = all.length - fewSigns;
  const reason = c.reason || v.reason;
  return h("section", { id: "why" }, h("h2", t("why._"), reason && h(".chip", name("reason", reason))),
    h("div.gauges", gauge("spam", v.spam, v.hold_at, v.reject_at), gauge("abuse", v.abuse)),
    all.length ? signs(shown, (s) => ({ mouseenter: light([s]), mouseleave: light(all) })) : h("p.muted", t("why.none")),
    h("p.muted.why-foot", n > 0 && h("button.link", expand, expanded ? t("why.less") : t("why.more", { n }), " ", h("kbd", "e")), t("why.model", { version: v.model })));
};

// signs lists signals; those of rules show what they ask for.
export const signs = (list, acts = () => {}) => {
  const top = Math.max(...list.map((s) => Math.abs(s.weight)), 1);
  return h("ul.signals", list.map((s) => {
    const [kind, ...rest] = s.name.split(":");
    const what = [...rest, s.detail].filter(Boolean).join(":");
    return h("li", acts(s), h(".kind", what && name("signal", kind)), said(what || name("signal", kind), ".what"),
      h(".bar", h("i", { class: s.weight > 0 && "for", vars: { "--w": Math.abs(s.weight) / top } })), h(".weight", s.action ? name("action", s.action) : signed(s.weight)));
  }));
};

const gauge = (head, p, hold, reject) => {
  if (p == null) return null;
  const at = [hold && t("why.hold", { p: percent(hold) }), reject && t("why.reject", { p: percent(reject) })].filter(Boolean);
  return h("div.gauge", h("span", name("reason", head)), h("b", percent(p)),
    h(".track", { vars: { "--p": p } }, [hold, reject].map((x) => x && h("i", { vars: { "--at": x } }))), h("small", at.join(" · ")));
};

// revisions show the earlier texts, the newest first, each with what the next
// one changed.
const revisions = ({ revisions: all, comment }) => {
  const texts = [...all.map((r) => r.body), comment.body];
  const shown = all.map((r, i) => h("li", h("p.by", text("changed"), when(r.replaced_at)),
    said(changes(r.body, texts[i + 1]).map(([kind, text]) => (kind ? h(kind, marked(text)) : marked(text))), "p.text")));
  return h("details.revisions", { open: true }, h("summary", text("revisions", { n: all.length })), h("ol", shown.reverse()));
};

const thread = ({ thread: all, comment, context }) => {
  const others = all.filter((c) => c.id !== comment.id && c.id !== context.parent?.id);
  if (!others.length) return;
  fill("thread", h("details", { open: others.length <= 3 }, h("summary", text("thread", { n: others.length })),
    h("ol", others.map((c) => h("li", by(c, h(".chip." + c.status, name("status", c.status))), words(c))))));
};
