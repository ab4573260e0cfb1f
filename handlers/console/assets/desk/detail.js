// The pane of the open comment: its article, what it answers, its text, why it is held, and the rest of its thread.
import { ignoreErrors } from "../lib/api.js";
import { afterDrawing, bdi, beforeDrawing, byId, element, onSingleClick, setContent, timestamp } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { actionButton } from "../lib/forms.js";
import { highlight, highlightDifference } from "../lib/highlight.js";
import { formatAge, formatTime, label, translate } from "../lib/i18n.js";
import { sites } from "../session.js";
import { showToast } from "../lib/toasts.js";
import { appealNotice } from "./appeal.js";
import { archiveAddress } from "./archive.js";
import { campaignLine, showCampaignPreview } from "./campaign.js";
import { fetchDetails, forgetDetails } from "./details.js";
import { deciding, explainFurther, explanation } from "./explanation.js";
import { feature } from "./feature.js";
import { addressOf, commentCount, decisionOf, holderOf } from "./items.js";
import { editReply, reply, withdrawReply } from "./newsroom.js";
import * as queue from "./queue.js";
import { redact } from "./redact.js";
import { deciderOf, illegalNotice, reportList } from "./reports.js";
import { outcome } from "./rows.js";

const prefetched = 2; // details of as many of the next comments
const maxOpenThread = 3; // longer threads are folded

on("item-opened", async ({ item, byHand, isAgain }) => {
  setContent("comment", item ? itemContent(item) : element("p.muted.empty", text("none")));
  const focused = document.activeElement;
  beforeDrawing(() => {
    if (!isAgain) byId("comment").scrollTop = 0;
    if (byHand && document.activeElement === focused) openArticle()?.focus({ preventScroll: true });
  });
  if (!item) return;
  if (!item.isSecondLook) await showDetails(item);
});

const text = (key, values) => translate("comment." + key, values);
const openArticle = () => byId("comment").querySelector(".open");

const showDetails = async (item) => {
  if (commentCount(item) > 1) ignoreErrors(showCampaignPreview(item)); // repeated when it is decided
  afterDrawing(prefetch);
  const details = await ignoreErrors(fetchDetails(item.id));
  if (!details || queue.openId !== item.id) return;
  explainFurther(item, details);
  if (details.revisions.length) openArticle().after(revisionList(details));
  if (details.appeal) openArticle().before(appealNotice(details.appeal));
  if (details.reports.length) openArticle().after(reportList(details));
  showThread(details);
};

const prefetch = () => {
  const next = queue.dueItems(queue.positionOf(queue.openId) + 1).slice(0, prefetched);
  for (const { id } of next) ignoreErrors(fetchDetails(id)); // repeated when it is opened
};

const itemContent = (item) => {
  const { comment, context: { parent } } = item;
  return [
    articleLine(item),
    item.isArchived && element("p", { id: "outcome" }, outcome(item), decisionAge(item)),
    item.why && comment.status === "pending" && element("p.because", { id: "because" }, item.why),
    notice(item),
    illegalNotice(item),
    campaignLine(item),
    parent && element("blockquote",
      element("p.by", element(".muted", text("parent", { name: parent.author.name })),
        !item.isSecondLook && pageLink(parent)),
      commentText(parent)),
    element("article.open", { tabindex: -1, "data-id": comment.id },
      byline(comment, comment.flags && element(".chip.warn", text("flags", { n: comment.flags })),
        !item.isSecondLook && [linkTo(comment.id), actLinks(comment)]),
      element("div.text.body", { id: "body", dir: "auto" },
        comment.body ? highlight(comment.body, deciding(item)) : element(".muted", text("removed")))),
    element("div", { id: "variants" }),
    element("div.by", { id: "article", "data-keep": comment.id }),
    !item.isSecondLook && !comment.written_by && explanation(item),
    element("div", { id: "thread" }),
  ];
};

const decisionAge = (item) => {
  const decision = decisionOf(item);
  return decision && [" · ", timestamp(decision.created_at)];
};

// linkTo copies the comment's address. Where the browser does not let a page copy, the address is shown instead.
const linkTo = (id) => {
  const url = new URL(addressOf(id), location.origin + location.pathname).href;
  const copy = () => navigator.clipboard.writeText(url).then(() => translate("archive.copied"), () => url);
  return element("button.link", async () => showToast(navigator.clipboard ? await copy() : url), text("copy"));
};

const actLinks = ({ status, body, featured, written_by: writtenBy }) => [
  status === "approved" && [
    keyLink(translate("newsroom._"), "p", reply),
    keyLink(translate(featured ? "feature.end" : "feature._"), "t", feature),
  ],
  body && !writtenBy && keyLink(translate("redact._"), "d", redact),
  body && writtenBy && [
    actionButton("newsroom.edit", editReply, "link"),
    actionButton(status === "approved" ? "newsroom.withdraw" : "newsroom.restore", withdrawReply, "link"),
  ],
];

// keyLink is for what is done more rarely than a decision. The text stays selected.
const keyLink = (content, key, action) => element("button.link",
  { "aria-keyshortcuts": key, mousedown: (event) => event.preventDefault(), click: onSingleClick(action) },
  content, " ", element("kbd", key));

// articleLine links only to what the newsroom says: another address may be a stranger's.
const articleLine = ({ isSecondLook, comment }) => {
  const { site, article: { title, id, url = "", described } } = comment;
  const link = { href: url, target: "_blank", rel: "noopener noreferrer" };
  return element("p.where",
    sites.length > 1 && element(".chip", site),
    bdi(title || id, "b"),
    described && /^https?:/.test(url) && element("a", link, text("open")),
    !isSecondLook && element("a", { href: "#" + archiveAddress({ site, article: id }) }, text("of_article")));
};

const byline = (comment, ...more) =>
  element("p.by", bdi(comment.author.name, "b"), timestamp(comment.created_at), more);

const pageLink = ({ id }) => element("a", { href: addressOf(id) }, text("show"));

const commentText = (comment) => bdi(highlight(comment.body), "p.text");

// notice shows why the comment is not simply the moderator's to decide.
const notice = (item, doneText = text("gone")) => {
  const content = noticeText(item, doneText);
  return element("p.notice", { id: "notice", hidden: !content }, content);
};

const noticeText = (item, doneText) => {
  const holder = holderOf(item);
  if (item.isSecondLook) return text("blind");
  if (item.comment.withdrawn) return text("withdrawn");
  if (item.isDone) return doneText;
  if (item.news) return decidedText(item.news);
  if (item.isEdited && !holder) return text("edited");
  return holder && text("held", { name: holder, time: formatTime(item.claim.endsAt) });
};

// updateDetail shows that the open comment was decided or claimed elsewhere, or that its campaign has grown.
export const updateDetail = async (item) => {
  if (queue.openId !== item.id) return;
  byId("notice").replaceWith(notice(item));
  item.preview = null;
  if (commentCount(item) > 1 && byId("campaign")) {
    byId("campaign").replaceWith(campaignLine(item));
    ignoreErrors(showCampaignPreview(item));
  }
  if (item.isDone) await showDecision(item);
};

// showOpinion shows a second opinion that has come.
export const showOpinion = async (id) => {
  forgetDetails(id);
  const item = queue.itemById(id);
  if (queue.openId !== id || !item || item.isSecondLook) return;
  const details = await fetchDetails(id);
  if (queue.openId === id) explainFurther(item, details);
};

const showDecision = async (item) => {
  forgetDetails(item.id);
  const details = await ignoreErrors(fetchDetails(item.id));
  const last = details?.history.findLast(({ undone_at }) => !undone_at);
  if (!last || queue.openId !== item.id) return;
  byId("notice").replaceWith(notice(item, decidedText(last)));
};

const decidedText = (decision) => text("decided", {
  name: deciderOf(decision), action: label("action", decision.action), age: formatAge(decision.created_at),
});

// revisionList shows the earlier texts, the newest first, each with what its successor changed.
const revisionList = ({ revisions, comment }) => {
  const texts = [...revisions.map(({ body }) => body), comment.body];
  const entries = revisions.map(({ body, replaced_at, replaced_by: name }, i) => element("li",
    element("p.by", name ? text("changed_by", { name }) : text("changed"), timestamp(replaced_at)),
    bdi(highlightDifference(body, texts[i + 1]), "p.text")));
  return element("details.revisions", { open: true },
    element("summary", text("revisions", { n: revisions.length })), element("ol", entries.reverse()));
};

const showThread = ({ thread, comment, context }) => {
  const others = thread.filter(({ id }) => id !== comment.id && id !== context.parent?.id);
  if (!others.length) return;
  const entries = others.map((other) => element("li",
    byline(other, element(".chip." + other.status, label("status", other.status)), pageLink(other)),
    commentText(other)));
  setContent("thread", element("details", { open: others.length <= maxOpenThread },
    element("summary", text("thread", { n: others.length })), element("ol", entries)));
};
