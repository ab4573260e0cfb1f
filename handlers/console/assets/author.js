// The pane of the author: the record so far, what else waits, and what
// happened to the open comment.
import { call, get, post } from "./api.js";
import { because, decideMany, reasons, trains } from "./decide.js";
import { detail } from "./detail.js";
import { $, fill, h, hear, said, tell, when } from "./dom.js";
import { button } from "./forms.js";
import { age, moment, name, percent, t } from "./i18n.js";
import { isEditor } from "./pages.js";
import * as queue from "./queue.js";
import { current, find, show } from "./queue.js";
import { complain } from "./toasts.js";

const known = (c) => c.author.id || c.author.name;

hear("opened", ({ detail: { item } }) => open(item));

const open = async (item) => {
  fill("author", item && !item.blind && card(item));
  if (!item || item.blind) return;
  const { comment: c, context } = item;
  const [all, page] = await Promise.all([detail(c.id), context.author.pending > 1 && get("/queue", { site: c.site, author: known(c), sort: "oldest", limit: 6 })]).catch(() => []);
  if (!all || queue.shown !== c.id) return;
  $("history").append(...all.history.map(decision));
  if (page) fill("others", waiting(page, c));
};

const card = ({ comment: c, context: { author: r } }) => {
  const { trust, sanction: now } = r;
  const counts = ["approved", "rejected", "pending"].map((k) => [k, r[k]]);
  const facts = { trust: trust != null && percent(trust), id: c.author.id, email: c.author.email, url: c.author.url, net: c.client.net, browser: c.client.user_agent };
  return [
    h("h2", said(c.author.name)),
    h("div.record", counts.map(([k, n]) => h("span", h("b", { class: n > 0 && k }, String(n)), name("status", k)))),
    h("dl", Object.entries(facts).map(([k, v]) => v && [h("dt", t("author." + k)), said(v, "dd")])),
    now && h("p.notice", t("author." + now.kind, { time: now.until ? moment(now.until) : "∞", by: now.by }), now.reason && [": ", said(now.reason)]),
    h("p.by", now ? (isEditor() || now.kind === "shadow") && button("lift", sanction(c, null)) : [button("shadow", sanction(c, "shadow", 7)), isEditor() && button("ban", sanction(c, "ban", 30))], !c.author.id && h("small", t("author.covers"))),
    h("div", { id: "others" }), h("h3", t("history")), h("ol", { id: "history" }, event(c.created_at, t("arrived"))),
  ];
};

// sanction bans or holds an author for some days, or ends that. A minute less,
// for a clock that is fast: moderators may hold for seven days at most.
const sanction = ({ site, author: { id, name } }, kind, days) => async () => {
  const until = new Date(Date.now() + days * 86_400_000 - 60_000);
  const whom = id ? { author_id: id } : { name };
  const { sanction: now } = await call("PUT", "/authors", { site, ...whom, sanction: kind && { kind, until } });
  for (const i of queue.items) if (i.comment.site === site && i.comment.author.id === id && (id || i.comment.author.name === name)) i.context.author.sanction = now;
  open(current());
};

// rejectAll asks why all that waits by an author is rejected, having said what
// that is.
const rejectAll = async (c) => {
  const filter = { site: c.site, author: known(c) };
  const { count: n, token, articles: m, first_at: first } = await post("/decisions/preview", { filter });
  const reject = (reason) => {
    const items = queue.items.filter((i) => i.comment.site === c.site && known(i.comment) === filter.author);
    decideMany(items, { action: "reject", reason }, n, [{ items, n, meant: { filter, expect: n, token } }]);
  };
  fill("others", h("p", t("author.batch", { n, m, age: age(first) })), h("p.by", Object.values(reasons).map((reason) => h("button.small", () => reject(reason), name("reason", reason))),
    h("button.link", () => open(current()), t("cancel"))));
};

const waiting = (page, c) => {
  const only = () => tell("narrow", { author: known(c) });
  const others = page.items.filter((i) => i.comment.id !== c.id);
  return [h("h3", t("author.others")),
    h("ul", others.map(({ comment: o }) => h("li", h("button.link", () => (find(o.id) ? show(o.id) : only()), said(o.body.slice(0, 90)))))),
    h("button.small", only, t("author.all"), ` (${page.total})`), " ",
    h("button.small", () => rejectAll(c).catch(complain), t("author.reject", { n: page.total }))];
};

const event = (time, ...what) => h("li", when(time), h("span", what));

const decision = (d) => event(d.created_at, h("span", { class: d.undone_at && "undone" }, said(d.moderator), ": ", name("action", d.action), d.reason && ` (${because(d)})`, trains(d)),
  d.undone_at && " " + t("undone", { name: d.undone_by }), d.note && said(d.note, "p.note"), d.message && h("p.note", t("message"), ": ", said(d.message)));
