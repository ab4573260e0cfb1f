// Imposing a ban from a comment: on what it holds, for how long, why, and what becomes of the author's other comments.
import { get, post, request } from "../lib/api.js";
import { element } from "../lib/dom.js";
import { form } from "../lib/forms.js";
import { label, translate } from "../lib/i18n.js";
import { showError } from "../lib/toasts.js";
import { authorOf } from "./authornote.js";
import { banEnd, banFields } from "./ban.js";
import { openNextClaimed } from "./claims.js";
import { idsOf } from "./items.js";
import * as queue from "./queue.js";
import { reasonsByKey } from "./reasons.js";
import { announce, newEntry, removeDecided } from "./undo.js";

const mostRejected = 500; // comments, as many as the server decides at once
const pageSize = 200;
const statusOf = { waiting: "pending", public: "approved" }; // by the form's fields

// banForm asks for all of it. show is called with what is imposed, and without it when that is undone.
export const banForm = (comment, kind, record, show) => {
  const fields = [...markFields(comment), ...banFields({ kind }), ...outcomeFields(record)];
  return form("impose", fields, async (values) => {
    if (!values.why.trim()) return element(".error", translate("author.why_missing"));
    await impose(comment, kind, values, show);
    return undefined;
  });
};

// markFields are check boxes for what is known of a writer. A name says nothing of who has an id.
const markFields = ({ author: { id, email }, client: { browser, hash, net } }) => {
  const known = { id, email, browser, name: !id, household: !id && hash, network: !id && net };
  return Object.keys(known).filter((mark) => known[mark]).map((mark) => ["on." + mark, mark !== "network", "checkbox"]);
};

// outcomeFields ask what becomes of the comments that are there.
const outcomeFields = (record) => {
  const choices = [["", translate("author.leave")],
    ...Object.values(reasonsByKey).map((reason) => [reason, `${translate("reject.why")}: ${label("reason", reason)}`])];
  return Object.keys(statusOf).filter((key) => record[statusOf[key]] > 0).map((key) => [key, "", choices]);
};

// impose bans first: what the author posts meanwhile is refused or held. One undo takes all of it back.
const impose = async (comment, kind, values, show) => {
  const marks = Object.keys(values.on).filter((mark) => values.on[mark]);
  const ban = await post("/bans", { site: comment.site, comment_id: comment.id, kind, on: marks, ...banEnd(values) });
  const replies = await rejectOthers(comment, values).catch((error) => {
    showError(error);
    return [];
  });
  const rejected = replies.flatMap(({ decisions }) => decisions.map(({ comment_id: id }) => id));
  const count = rejected.length && ` · ${translate("author.rejected", { n: rejected.length })}`;
  const entry = takeFromList(rejected, `${label("sanction", kind)}: ${comment.author.name}${count || ""}`);
  entry.ids = replies.filter(({ decisions }) => decisions.length).map(({ batch }) => batch);
  entry.revert = async () => {
    await request("DELETE", "/bans/" + ban.id);
    show(comment);
  };
  show(comment, { ...ban, ban: ban.id });
  announce(entry);
};

const rejectOthers = async (comment, values) => {
  const wanted = Object.keys(statusOf).filter((key) => values[key]);
  if (!wanted.length) return [];
  const comments = await lastComments(comment);
  return Promise.all(wanted.map((key) => {
    const found = comments.filter(({ status }) => status === statusOf[key]);
    const versions = Object.fromEntries(found.map(({ id, version }) => [id, version]));
    const decision = { action: "reject", reason: values[key], note: values.why };
    return found.length ? post("/decisions", { comment_ids: idsOf(found), versions, ...decision }) : { decisions: [] };
  }));
};

const lastComments = async (comment) => {
  let page = await get("/authors", { ...authorOf(comment), limit: pageSize });
  const found = [...page.comments];
  while (page.next && found.length < mostRejected) {
    page = await get("/authors", { ...authorOf(comment), limit: pageSize, cursor: page.next });
    found.push(...page.comments);
  }
  return found.slice(0, mostRejected);
};

// takeFromList removes rejected comments from the list of those that wait, and returns the entry for the history.
const takeFromList = (ids, text) => {
  const items = queue.archiveMode ? [] : ids.map(queue.itemById).filter(Boolean);
  if (!items.length) return newEntry([], text);
  const position = queue.positionOf(queue.openId);
  const entry = removeDecided(items, text);
  if (!queue.openItem()) openNextClaimed(Math.min(position, queue.items.length));
  return entry;
};
