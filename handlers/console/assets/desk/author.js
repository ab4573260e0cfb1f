// The pane of the author: the newsroom's note, the record so far and by month, sanctions, the last comments, and the
// history of the open comment.
import { get, ignoreErrors, post, request } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { bdi, byId, element, onSingleClick, setContent, timestamp } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { actionButton } from "../lib/forms.js";
import { formatAge, formatDateTime, formatMonth, formatPercent, label, translate } from "../lib/i18n.js";
import { showError } from "../lib/toasts.js";
import { isEditor, moderator } from "../session.js";
import { archiveAddress } from "./archive.js";
import { authorOf, showNote } from "./authornote.js";
import { banForm } from "./banning.js";
import { decideMany } from "./decide.js";
import { fetchDetails } from "./details.js";
import { addressOf, lastInForce } from "./items.js";
import * as queue from "./queue.js";
import { readerDataButton } from "./readerdata.js";
import { reasonsByKey, reasonText, trainingNote } from "./reasons.js";
import { deciderOf } from "./reports.js";
import { undoInHistory } from "./undo.js";

const commentsShown = 20;
const monthsShown = 12;
const excerptLength = 90;
const profileDelay = 300; // milliseconds that a comment is open before its author's profile is fetched

// authorKey is how the API's filter names the author.
const authorKey = ({ author }) => author.id || author.name;

on("item-opened", ({ item }) => showAuthor(item));

const showAuthor = async (item) => {
  const isShown = item && !item.isSecondLook;
  setContent("author", isShown && authorCard(item));
  if (!isShown) return;
  clearTimeout(commentsTimer);
  commentsTimer = setTimeout(() => ignoreErrors(showProfile(item)), profileDelay);
  const details = await ignoreErrors(fetchDetails(item.id));
  if (!details || queue.openId !== item.id) return;
  setContent("history", arrivalLine(item), details.history.map((decision) => decisionLine(decision, item, details)));
};
let commentsTimer = 0;

// showProfile shows the note, and of an author who has written before the record by month and the last comments. The
// newsroom has no record.
const showProfile = async ({ comment, context: { author: record } }) => {
  if (queue.openId !== comment.id || comment.written_by) return;
  const { comments, note, months } = await get("/authors", { ...authorOf(comment), limit: commentsShown + 1 });
  if (queue.openId !== comment.id) return;
  showNote(comment, note);
  if (comments.length < 2) return;
  setContent("months", monthChart(months));
  setContent("others", commentList(comments, comment, record));
};

const monthChart = (months) => {
  const now = new Date();
  const names = Array.from({ length: monthsShown }, (_, i) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsShown + 1 + i)).toISOString().slice(0, 7));
  const countsOf = (status) => names.map((name) => months.find(({ month }) => month === name)?.[status] ?? 0);
  return chart(translate("author.months"), names.map(formatMonth),
    ["approved", "pending", "rejected"].map((status) => [label("status", status), countsOf(status)]));
};

const authorCard = ({ comment, context: { author: record } }) => [
  element("h2", bdi(comment.author.name)),
  element("div", { id: "author-note", "data-keep": "note " + comment.id }),
  element("div.record", ["approved", "rejected", "pending"].map((status) =>
    recordCount(status, record[status], archiveLink(comment, status)))),
  element("div", { id: "months", "data-keep": "months " + comment.id }),
  element("dl", Object.entries(factsOf(comment, record)).map(([key, value]) =>
    value && [element("dt", translate("author." + key)), element("dd", factText(key, value, comment))])),
  sanctionNotice(record.sanction),
  element("p.by", sanctionButtons(comment, record), readerDataButton(comment),
    !comment.author.id && element("small", translate("author.covers"))),
  element("div", { id: "dialogue", "data-keep": comment.id }),
  element("div", { id: "others" }),
  element("h3", translate("history")),
  element("ol", { id: "history" }, arrivalLine({ comment })),
];

const recordCount = (status, count, link) => {
  const content = [element("b", { class: count > 0 && status }, String(count)), label("status", status)];
  return count > 0 ? element("a", { href: link }, content) : element("span", content);
};

const factsOf = ({ author, client }, { trust }) => ({
  trust: trust != null && formatPercent(trust),
  id: author.id,
  email: author.email,
  url: author.url,
  net: client.net,
  browser: client.user_agent,
});

// factText is a fact; the network leads to what else came from it.
const factText = (key, value, { site }) => {
  if (key !== "net") return bdi(value);
  const href = "#" + archiveAddress({ site, network: value });
  return element("a", { href, title: translate("author.samenet") }, bdi(value));
};

const sanctionNotice = (sanction) => {
  if (!sanction) return null;
  const values = { time: sanction.until ? formatDateTime(sanction.until) : "∞", by: sanction.by };
  return element("p.notice", translate("author." + sanction.kind, values),
    sanction.reason && [": ", bdi(sanction.reason)]);
};

const sanctionButtons = (comment, record) => {
  const { sanction } = record;
  if (!sanction) {
    const offer = (kind) => async () =>
      setContent("dialogue", banForm(comment, kind, record, showSanction), closeButton());
    return [actionButton("shadow", offer("shadow")), isEditor() && actionButton("ban", offer("ban"))];
  }
  return (isEditor() || sanction.kind === "shadow") && actionButton("lift", async () => {
    await request("DELETE", "/bans/" + sanction.ban);
    showSanction(comment);
  });
};

const closeDialogue = () => setContent("dialogue");
const closeButton = () => element("button.link", closeDialogue, translate("cancel"));

// showSanction shows what is imposed on the author of a comment, also beside their other comments.
const showSanction = ({ id, site, author }, sanction) => {
  for (const { comment, context } of queue.items) {
    const isSameAuthor = comment.author.id === author.id && (author.id || comment.author.name === author.name);
    if (comment.site === site && isSameAuthor) context.author.sanction = sanction;
  }
  if (queue.openId === id) closeDialogue();
  showAuthor(queue.openItem());
};

const commentList = (comments, comment, { pending }) => {
  const key = authorKey(comment);
  const showOnlyAuthor = () => emit("filter-requested", { change: { author: key } });
  const others = comments.filter(({ id }) => id !== comment.id);
  return [
    element("h3", translate("author.comments")),
    element("ul", others.map(commentLine)),
    element("p.by",
      element("a", { href: archiveLink(comment) }, translate("author.archive")),
      pending > 1 && queue.mode === "queue" && element("button.small", showOnlyAuthor, translate("author.all")),
      pending > 1 && !queue.archiveMode && element("button.small", () => offerRejectAll(comment).catch(showError),
        translate("author.reject", { n: pending }))),
  ];
};

const archiveLink = (comment, status) =>
  "#" + archiveAddress({ site: comment.site, status, author: authorKey(comment) });

// commentLine leads to a comment: in the list where it is there, or else to its own page.
const commentLine = ({ id, body, status, created_at }) => {
  const open = (event) => {
    if (queue.archiveMode || !queue.itemById(id)) return;
    event.preventDefault();
    queue.open(id);
  };
  return element("li.listed", element(".chip." + status, label("status", status)), timestamp(created_at),
    element("a", { href: addressOf(id), click: open }, bdi(body.slice(0, excerptLength))));
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
  const reasonButton = (reason) =>
    element("button.small", onSingleClick(() => rejectAll(reason)), label("reason", reason));
  setContent("dialogue",
    element("p", translate("author.batch", { n: count, m: articles, age: formatAge(first_at) })),
    element("p.by", Object.values(reasonsByKey).map(reasonButton)),
    closeButton());
};

const historyLine = (time, ...content) => element("li", timestamp(time), element("span", content));

const arrivalLine = ({ comment }) => historyLine(comment.created_at, translate("arrived"));

// isUndoable reports whether the server takes a decision back: the last one in force, unless the text was edited since.
// An escalation is taken back by editors and by who made it.
const isUndoable = (decision, { history, revisions, comment }) => {
  if (decision !== lastInForce(history) || revisions.at(-1)?.replaced_at > decision.created_at) return false;
  if (decision.action !== "escalate") return true;
  return comment.reason === "escalated" && (isEditor() || decision.moderator === moderator.name);
};

const decisionLine = (decision, item, details) => historyLine(decision.created_at,
  element("span", { class: decision.undone_at && "undone" },
    bdi(deciderOf(decision)), ": ", label("action", decision.action),
    decision.reason && ` (${reasonText(decision)})`, trainingNote(decision)),
  decision.undone_at && " " + translate("undone", { name: decision.undone_by }),
  isUndoable(decision, details) && [" ", actionButton("undo", () => undoInHistory(item, decision), "small")],
  decision.note && bdi(decision.note, "p.note"),
  decision.message && element("p.note", translate("message"), ": ", bdi(decision.message)));
