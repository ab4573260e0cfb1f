// Deciding: the page changes at once, the request follows.
import { ignoreErrors, post } from "../lib/api.js";
import { byId } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { label, translate } from "../lib/i18n.js";
import { describeError, showError, showToast } from "../lib/toasts.js";
import { moderator } from "../session.js";
import { previewCampaign } from "./campaign.js";
import { claimAhead, openNextClaimed, refillCards } from "./claims.js";
import { fetchDetails, forgetDetails } from "./details.js";
import { takeEdit } from "./edits.js";
import { refreshSecondLooks } from "./header.js";
import { commentCount, decidedCount, decisionOf, idsOf, statusAfter, totalComments } from "./items.js";
import * as queue from "./queue.js";
import { reasonText } from "./reasons.js";
import { deciderOf } from "./reports.js";
import { fetchQueue, withEnd } from "./requests.js";
import { hasSettled, startSettling } from "./settle.js";
import {
  announce, announceAct, newEntry, refreshItem, removeDecided, restore, showHistory, withdraw,
} from "./undo.js";
import { dropUnsent, keepUnsent } from "./unsent.js";

const subjectOf = (items) =>
  (items.length > 1 ? translate("comments", { n: totalComments(items) }) : items[0].comment.author.name);

// decide decides the selection, or else the open comment. A site's own reason comes with the reason it counts as.
export const decide = (action, reason = "", ownReason = undefined) => {
  if (!hasSettled()) return;
  const [note, message] = ["note", "message"].map((id) => byId(id)?.value || "");
  const decision = { action, reason, detail: ownReason?.id, note, message };
  const items = queue.targets();
  const isCampaign = totalComments(items) > 1 && action !== "escalate";
  if (items.length === 1 && items[0].comment.written_by) return showToast(translate("newsroom.own"));
  if (items.length && items.every((item) => isInForce(item, action))) return showToast(translate("archive.already"));
  emit("before-decision");
  if (items[0]?.isDone && !queue.selected.size) openNextClaimed(queue.removeItem(queue.openId));
  else if (queue.selected.size || isCampaign) decideMany(items, decision);
  else if (items.length) decideOne(items[0], decision);
};

// isInForce reports whether a decision would repeat what a moderator has decided already.
const isInForce = (item, action) => item.isArchived && action === "approve" && decisionOf(item)?.action === action;

const summaryOf = (decision, [{ comment: { site } }], subject) => {
  if (decision.action === "escalate") return `${translate("escalate")}: ${subject}`;
  return translate("done." + decision.action, { who: subject, reason: reasonText({ ...decision, site }) });
};

const decideOne = async (item, decision) => {
  const text = summaryOf(decision, [item], item.comment.author.name);
  const { version } = item.comment;
  const entry = take([item], decision, text);
  entry.request = postDecision(item, decision);
  try {
    const reply = await entry.request;
    entry.ids.push(reply.id);
    entry.label = reply.label;
    entry.agreed = reply.agreed;
    forgetDetails(item.id);
    showHistory();
    if (item.isArchived) showDecided(item, reply.comment, reply);
    if (item.isSecondLook) ignoreErrors(refreshSecondLooks(true));
  } catch (error) {
    withdraw(entry);
    if (error.status === 401) return; // somebody else has logged in
    emit("decision-refused", { ids: [item.id], ...decision });
    if (isUnreached(error)) {
      const sendAgain = () => decideOne(queue.itemById(item.id) ?? item, { version, ...decision });
      keepUnsent(text, [item], sendAgain);
    }
    handleRefusal(error, entry);
  }
};

// isUnreached reports whether the server has not taken a decision, for reasons that have nothing to do with it.
const isUnreached = ({ status }) => status === 0 || status === 429 || status >= 500;

// showDecided shows what has become of an item that stays in the list. The next key is for what is shown then.
const showDecided = (item, comment, decision) => {
  forgetDetails(item.id);
  queue.changeItem(item, { comment, decision, news: undefined });
  startSettling();
};

// decidedComment is a comment after a decision of a batch, whose reply has no comments.
const decidedComment = ({ comment }, { action, reason }) =>
  ({ ...comment, status: statusAfter[action], reason, version: comment.version + 1 });

const postDecision = ({ id, isSecondLook, comment }, decision) => {
  const { action, reason, note } = decision;
  if (isSecondLook) return post("/second-looks/" + id, { action, reason, note });
  if (action === "escalate") return post(`/comments/${id}/escalate`, { note });
  return post(`/comments/${id}/decision`, { version: comment.version, ...decision });
};

// batchesOf divides items into requests: single comments are one batch, guarded by their versions, and each campaign
// is a batch of its own, guarded by its preview. An approval takes only the text that was seen.
const batchesOf = (items, action) => {
  const single = items.filter((item) => commentCount(item) < 2);
  const batches = items.filter((item) => commentCount(item) > 1).map((item) => ({
    items: [item],
    count: decidedCount(item, action),
    query: previewCampaign(item).then(({ all, same }) => queryOf(action === "approve" ? same : all)),
    hasRest: previewCampaign(item).then(({ all, same }) => action === "approve" && same.count < all.count, () => false),
  }));
  if (single.length) {
    const versions = Object.fromEntries(single.map(({ id, comment }) => [id, comment.version]));
    batches.unshift({ items: single, count: single.length, query: { comment_ids: idsOf(single), versions } });
  }
  return batches;
};

const queryOf = ({ filter, count, token }) => ({ filter, expect: count, token });

// decideMany is one decision on several comments, of which items are those in the list.
export const decideMany = async (
  items, decision, count = totalComments(items, decision.action), batches = batchesOf(items, decision.action),
) => {
  const entry = take(items, decision, summaryOf(decision, items, translate("comments", { n: count })));
  entry.request = Promise.all(batches.map((batch) => postBatch(batch, decision, entry)));
  const failures = (await entry.request).flat();
  for (const item of items) {
    forgetDetails(item.id);
    item.preview = null;
  }
  if (!entry.ids.length) withdraw(entry);
  if (entry.mode === "cards") refillCards();
  if (!failures.length) return;
  const failedIds = failures.flatMap(({ ids }) => ids);
  restore(entry, failedIds);
  emit("decision-refused", { ids: failedIds, ...decision });
  const unreachedIds = failures.flatMap((failure) => (failure.isUnreached ? failure.ids : []));
  const unreached = items.filter(({ id }) => unreachedIds.includes(id));
  if (unreached.length) {
    const waiting = () => unreached.map(({ id }) => queue.itemById(id)).filter(Boolean);
    const sendAgain = () => waiting().length && decideMany(waiting(), decision);
    keepUnsent(summaryOf(decision, items, subjectOf(unreached)), unreached, sendAgain);
  }
  for (const item of items) if (item.isArchived && failedIds.includes(item.id)) ignoreErrors(refreshItem(item));
  const failedCount = failures.reduce((sum, failure) => sum + failure.count, 0);
  showToast(translate("done.failed", { n: failedCount }) + " " + failures[0].why);
};

// postBatch returns what was not decided, and why.
const postBatch = async (batch, decision, entry) => {
  try {
    const reply = await post("/decisions", { ...(await batch.query), ...decision });
    entry.ids.push(reply.batch);
    for (const item of batch.items.filter(({ isArchived }) => isArchived)) {
      const made = reply.decisions?.find(({ comment_id }) => comment_id === item.id);
      if (made) showDecided(item, decidedComment(item, made), made);
    }
    if (await batch.hasRest) ignoreErrors(showRest(batch.items[0], entry));
    return reply.failed.map(({ id, detail }) => ({ ids: [id], count: 1, why: detail }));
  } catch (error) {
    if (error.status === 401) return []; // somebody else has logged in
    const why = describeError(error);
    return { ids: idsOf(batch.items), count: batch.count, why, isUnreached: isUnreached(error) };
  }
};

// showRest puts what is left of a campaign in its place: the comments with other texts than the one that was seen.
const showRest = async ({ id, comment: { site }, campaign }, entry) => {
  const { generation } = queue;
  const { items: [rest] } = await fetchQueue({ site, campaign: campaign.id, limit: 1 });
  if (!rest || entry.isUndone || generation !== queue.generation) return;
  entry.rests.push(rest);
  const position = entry.positions[entry.items.findIndex((item) => item.id === id)];
  queue.insertItem(rest, Math.min(position, queue.items.length));
  if (!queue.openId) openNextClaimed(position);
};

// take removes items from the list and opens the next one.
const take = (items, { action }, text) => {
  for (const { id } of items) dropUnsent(id);
  if (queue.archiveMode || items.some(({ id }) => !queue.itemById(id))) return keep(items, text);
  const position = queue.positionOf(queue.openId);
  const entry = removeDecided(items, text, action);
  if (queue.mode === "cards") {
    announce(entry);
    return entry;
  }
  if (!queue.openItem()) {
    openNextClaimed(items.length > 1 ? Math.min(position, queue.items.length) : entry.positions[0]);
  }
  claimAhead();
  announce(entry);
  return entry;
};

// keep leaves what was decided in the archive's list.
const keep = (items, text) => {
  const entry = newEntry(items, text);
  queue.clearSelection();
  announce(entry);
  return entry;
};

// skip passes over the selection, or else the open comment, for some hours.
export const skip = () => {
  const items = queue.targets();
  if (!items.length || queue.mode !== "queue" || !hasSettled()) return;
  const request = post("/queue/skip", { comment_ids: idsOf(items) });
  request.catch(showError);
  markSkipped(items, true);
  const position = queue.positionOf(queue.openId);
  queue.clearSelection();
  openNextClaimed(position);
  claimAhead();
  announceAct(translate("done.skip", { who: subjectOf(items) }), items, async () => {
    await request;
    await post("/queue/unskip", { comment_ids: idsOf(items) });
    markSkipped(items, false);
    if (queue.itemById(items[0].id)) queue.open(items[0].id);
  });
};

const markSkipped = (items, isSkipped) => {
  for (const item of items) {
    Object.assign(item, { isSkipped, claim: null });
    if (queue.itemById(item.id) === item) queue.refresh(item);
  }
};

// handleRefusal shows why a decision was not saved, and puts the comment back where it is still pending.
const handleRefusal = async (error, entry) => {
  const [item] = entry.items;
  const { decision, claim } = error.current || {};
  if (decision && decision.id !== item.decision?.id) {
    const action = label("action", decision.action);
    showConflict("decided", { name: deciderOf(decision), action });
    return item.isArchived && refreshItem(item).then(startSettling);
  }
  if (error.status === 409) {
    if (claim && claim.by !== moderator.name) showConflict("held", { name: claim.by });
    else showConflict("changed");
    if (item.isArchived) return refreshItem(item);
    forgetDetails(item.id);
    const details = await ignoreErrors(fetchDetails(item.id));
    if (details?.comment.status !== "pending") return;
    takeEdit(item, details);
    item.claim = withEnd(details.claim);
  } else if (!isUnreached(error)) showError(error);
  if (error.status === 404) return;
  restore(entry, [item.id]);
  if (!queue.openId && queue.itemById(item.id)) queue.open(item.id);
};

const showConflict = (key, values) =>
  showToast(`${translate("conflict." + key, values)} ${translate("conflict.lost")}`, undefined, true);
