// The pane of the author: the record so far, what else waits, and what
// happened to the open comment.
import { get } from "./api.js";
import { detail } from "./detail.js";
import { $, h, said } from "./dom.js";
import { age, moment, name, t } from "./i18n.js";
import { find, queue, show, tell } from "./queue.js";

const known = (c) => c.author.id || c.author.name;

document.addEventListener("opened", async ({ detail: { item } }) => {
  $("author").replaceChildren(...(item ? card(item) : []));
  if (!item) return;
  const { comment: c, context } = item;
  const [all, page] = await Promise.all([detail(c.id), context.author.pending > 1 && get("/v1/queue", { site: c.site, author: known(c), sort: "oldest", limit: 6 })]).catch(() => []);
  if (!all || queue.current !== c.id) return;
  $("history").append(...all.history.map(decision));
  if (page) $("others").replaceChildren(...waiting(page, c));
});

function card({ comment: c, context: { author: r } }) {
  const counts = ["approved", "rejected", "pending"].map((k) => [k, r[k]]);
  const facts = { id: c.author.id, email: c.author.email, url: c.author.url, net: c.client.net, browser: c.client.user_agent };
  return [
    h("h2", said(c.author.name)),
    h("p.muted", t(counts.reduce((sum, [, n]) => sum + n, 0) > 1 ? "author.record" : "author.first")),
    h("div.record", counts.map(([k, n]) => h("span", h("b", { class: n > 0 && k }, String(n)), name("status", k)))),
    h("dl", Object.entries(facts).map(([k, v]) => v && [h("dt", t("author." + k)), h("dd", { dir: "auto" }, v)])),
    h("div", { id: "others" }), h("h3", t("history")), h("ol", { id: "history" }, event(c.created_at, t("arrived"))),
  ];
}

function waiting(page, c) {
  const only = () => tell("narrow", { author: known(c) });
  const others = page.items.filter((i) => i.comment.id !== c.id);
  return [h("h3", t("author.others")),
    h("ul", others.map(({ comment: o }) => h("li", h("button.link", { click: () => (find(o.id) ? show(o.id) : only()) }, said(o.body.slice(0, 90)))))),
    h("button.small", { click: only }, t("author.all"), ` (${page.total})`)];
}

const event = (time, ...what) => h("li", h("time", { datetime: time, title: moment(time) }, age(time)), h("span", what));

const decision = (d) => event(d.created_at, h("span", { class: d.undone_at && "undone" }, said(d.moderator), ": ", name("action", d.action), d.reason && ` (${name("reason", d.reason)})`),
  d.undone_at && " " + t("undone", { name: d.undone_by }), d.note && h("p.note", { dir: "auto" }, d.note));
