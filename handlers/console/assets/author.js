// The pane of the author: the record so far, what else waits, and what
// happened to the open comment.
import { get } from "./api.js";
import { detail } from "./detail.js";
import { $, h, said } from "./dom.js";
import { age, moment, name, t } from "./i18n.js";
import { queue, show, find } from "./queue.js";

document.addEventListener("opened", async ({ detail: { item } }) => {
  $("author").replaceChildren(...(item ? card(item) : []));
  if (!item) return;
  const { comment: c, context } = item;
  const still = () => queue.current === c.id;
  const others = context.author.pending > 1 ? get("/v1/queue", { site: c.site, author: key(c), sort: "oldest", limit: 6 }).catch(() => null) : null;
  const all = await detail(c.id).catch(() => null);
  if (all && still()) $("history").replaceChildren(...history(all));
  const page = await others;
  if (page && still()) $("others").replaceChildren(...waiting(page, c));
});

const key = (c) => c.author.id || c.author.name;

function card({ comment: c, context: { author: r } }) {
  const facts = [["author.id", c.author.id], ["author.email", c.author.email], ["author.url", c.author.url], ["author.net", c.client.net], ["author.browser", c.client.user_agent]];
  const first = r.approved + r.rejected + r.pending <= 1;
  const sum = Math.max(1, r.approved + r.rejected + r.pending);
  return [
    h("h2", {}, said(c.author.name)),
    h("p", { class: "muted" }, t(first ? "author.first" : "author.record")),
    h("div", { class: "record" }, ["approved", "rejected", "pending"].map((k) => h("span", { class: k }, h("b", {}, String(r[k])), " ", t("status." + k)))),
    h("div", { class: "ratio", "aria-hidden": "true" }, ["approved", "rejected", "pending"].map((k) => h("span", { class: k, vars: { "flex-grow": r[k] / sum } }))),
    h("dl", { class: "facts" }, facts.filter(([, v]) => v).map(([k, v]) => [h("dt", {}, t(k)), h("dd", { dir: "auto" }, v)])),
    h("div", { id: "others" }), h("h3", {}, t("history")), h("ol", { id: "history", role: "list" }, happened(c.created_at, t("arrived"))),
  ];
}

function waiting(page, c) {
  const others = page.items.filter((i) => i.comment.id !== c.id).slice(0, 5);
  if (!others.length) return [];
  const open = (i) => () => (find(i.comment.id) ? show(i.comment.id) : only(c));
  return [h("h3", {}, t("author.others")), h("ul", { role: "list", class: "others" }, others.map((i) => h("li", {}, h("button", { type: "button", class: "link", click: open(i) }, said(i.comment.body.slice(0, 90)))))),
    h("button", { type: "button", class: "small", click: () => only(c) }, t("author.all"), ` (${page.total})`)];
}

const only = (c) => document.dispatchEvent(new CustomEvent("narrow", { detail: { author: key(c) } }));

const happened = (time, ...what) => h("li", {}, h("time", { datetime: time, title: moment(time) }, age(time)), h("span", {}, ...what));

function history(all) {
  return [happened(all.comment.created_at, t("arrived")), ...all.history.map((d) => happened(d.created_at, h("span", { class: d.undone_at ? "undone" : "" }, said(d.moderator), ": ", name("action", d.action), d.reason ? ` (${name("reason", d.reason)})` : ""),
    d.undone_at ? h("em", {}, " " + t("undone", { name: d.undone_by })) : "", d.note ? h("p", { class: "note", dir: "auto" }, d.note) : ""))];
}
