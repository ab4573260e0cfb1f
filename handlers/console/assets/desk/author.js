// The pane of the author: the record so far, sanctions, what else is pending, and the history of the open comment.
import { get, post, request } from "../lib/api.js";
import { bdi, byId, element, setContent, timestamp } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { actionButton, form } from "../lib/forms.js";
import { formatAge, formatDateTime, formatPercent, label, translate } from "../lib/i18n.js";
import { showError } from "../lib/toasts.js";
import { isEditor } from "../session.js";
import { banEnd, banFields } from "./ban.js";
import { decideMany } from "./decide.js";
import { fetchDetails } from "./details.js";
import * as queue from "./queue.js";
import { reasonsByKey, reasonText, trainingNote } from "./reasons.js";

const othersShown = 6;
const excerptLength = 90;

// authorKey is how the API's filter names the author.
const authorKey = ({ author }) => author.id || author.name;

on("item-opened", ({ item }) => showAuthor(item));

const showAuthor = async (item) => {
  const isShown = item && !item.isSecondLook;
  setContent("author", isShown && authorCard(item));
  if (!isShown) return;
  const { comment, context } = item;
  const otherComments = { site: comment.site, author: authorKey(comment), sort: "oldest", limit: othersShown };
  const [details, page] = await Promise.all([
    fetchDetails(comment.id),
    context.author.pending > 1 && get("/queue", otherComments),
  ]).catch(() => []);
  if (!details || queue.openId !== comment.id) return;
  byId("history").append(...details.history.map(decisionLine));
  if (page) setContent("others", otherPending(page, comment));
};

const authorCard = ({ comment, context: { author: record } }) => [
  element("h2", bdi(comment.author.name)),
  element("div.record", ["approved", "rejected", "pending"].map((status) => recordCount(status, record[status]))),
  element("dl", Object.entries(factsOf(comment, record)).map(([key, value]) =>
    value && [element("dt", translate("author." + key)), bdi(value, "dd")])),
  sanctionNotice(record.sanction),
  element("p.by", sanctionButtons(comment, record.sanction),
    !comment.author.id && element("small", translate("author.covers"))),
  element("div", { id: "dialogue", "data-keep": comment.id }),
  element("div", { id: "others" }),
  element("h3", translate("history")),
  element("ol", { id: "history" }, historyLine(comment.created_at, translate("arrived"))),
];

const recordCount = (status, count) =>
  element("span", element("b", { class: count > 0 && status }, String(count)), label("status", status));

const factsOf = ({ author, client }, { trust }) => ({
  trust: trust != null && formatPercent(trust),
  id: author.id,
  email: author.email,
  url: author.url,
  net: client.net,
  browser: client.user_agent,
});

const sanctionNotice = (sanction) => {
  if (!sanction) return null;
  const values = { time: sanction.until ? formatDateTime(sanction.until) : "∞", by: sanction.by };
  return element("p.notice", translate("author." + sanction.kind, values),
    sanction.reason && [": ", bdi(sanction.reason)]);
};

const sanctionButtons = (comment, sanction) => {
  if (!sanction) {
    const offer = (kind) => async () => setContent("dialogue", banForm(comment, kind), closeButton());
    return [actionButton("shadow", offer("shadow")), isEditor() && actionButton("ban", offer("ban"))];
  }
  return (isEditor() || sanction.kind === "shadow") && actionButton("lift", async () => {
    await request("DELETE", "/bans/" + sanction.ban);
    showSanction(comment);
  });
};

const closeDialogue = () => setContent("dialogue");
const closeButton = () => element("button.link", closeDialogue, translate("cancel"));

// banForm asks on what of the comment's writer a ban holds, for how long, and why.
const banForm = (comment, kind) => form("impose", [...markFields(comment), ...banFields({ kind })], async (values) => {
  const marks = Object.keys(values.on).filter((mark) => values.on[mark]);
  const ban = { site: comment.site, comment_id: comment.id, kind, on: marks, ...banEnd(values) };
  const sanction = await post("/bans", ban);
  showSanction(comment, { ...sanction, ban: sanction.id });
});

// markFields are check boxes for what is known of a writer. A name says nothing of who has an id.
const markFields = ({ author: { id, email }, client: { browser, hash, net } }) => {
  const known = { id, email, browser, name: !id, household: !id && hash, network: !id && net };
  return Object.keys(known).filter((mark) => known[mark]).map((mark) => ["on." + mark, mark !== "network", "checkbox"]);
};

// showSanction shows what is imposed on the author of a comment, also beside their other comments.
const showSanction = ({ id, site, author }, sanction) => {
  for (const { comment, context } of queue.items) {
    const isSameAuthor = comment.author.id === author.id && (author.id || comment.author.name === author.name);
    if (comment.site === site && isSameAuthor) context.author.sanction = sanction;
  }
  if (queue.openId === id) closeDialogue();
  showAuthor(queue.openItem());
};

const otherPending = (page, comment) => {
  const showOnlyAuthor = () => emit("filter-requested", { change: { author: authorKey(comment) } });
  const openOther = (id) => (queue.itemById(id) ? queue.open(id) : showOnlyAuthor());
  const others = page.items.filter((item) => item.comment.id !== comment.id);
  return [
    element("h3", translate("author.others")),
    element("ul", others.map(({ comment: { id, body } }) =>
      element("li", element("button.link", () => openOther(id), bdi(body.slice(0, excerptLength)))))),
    element("button.small", showOnlyAuthor, translate("author.all"), ` (${page.total})`), " ",
    element("button.small", () => offerRejectAll(comment).catch(showError),
      translate("author.reject", { n: page.total })),
  ];
};

// offerRejectAll shows what else of the author is pending, and offers the reason to reject all of it.
const offerRejectAll = async (comment) => {
  const filter = { site: comment.site, author: authorKey(comment) };
  const { count, token, articles, first_at } = await post("/decisions/preview", { filter });
  const rejectAll = (reason) => {
    const items = queue.items.filter((item) =>
      item.comment.site === filter.site && authorKey(item.comment) === filter.author);
    const query = { filter, expect: count, token };
    decideMany(items, { action: "reject", reason }, count, [{ items, count, query }]);
  };
  const reasonButton = (reason) => element("button.small", () => rejectAll(reason), label("reason", reason));
  setContent("dialogue",
    element("p", translate("author.batch", { n: count, m: articles, age: formatAge(first_at) })),
    element("p.by", Object.values(reasonsByKey).map(reasonButton)),
    closeButton());
};

const historyLine = (time, ...content) => element("li", timestamp(time), element("span", content));

const decisionLine = (decision) => historyLine(decision.created_at,
  element("span", { class: decision.undone_at && "undone" },
    bdi(decision.moderator), ": ", label("action", decision.action),
    decision.reason && ` (${reasonText(decision)})`, trainingNote(decision)),
  decision.undone_at && " " + translate("undone", { name: decision.undone_by }),
  decision.note && bdi(decision.note, "p.note"),
  decision.message && element("p.note", translate("message"), ": ", bdi(decision.message)));
