// This session's decisions, and how they are taken back.
import { post } from "../lib/api.js";
import { bdi, element, setContent, timestamp } from "../lib/dom.js";
import { label, translate } from "../lib/i18n.js";
import { describeError, showToast } from "../lib/toasts.js";
import { forgetDetails } from "./details.js";
import { commentCount, totalComments } from "./items.js";
import * as queue from "./queue.js";
import { trainingNote } from "./reasons.js";

const maxEntries = 20;

// The newest first. An entry is
//   items, positions  what was decided, and where in the list it was
//   text, time        of the decision, for the history
//   ids               of the decisions or batches, once the server has answered
//   request           promise of that answer
//   isFinal           a second look cannot be undone
//   isUndone          undone, or being undone
//   toast             the message that offers to undo it
const undoHistory = [];

// removeDecided takes decided items out of the list, before the server has answered, and returns their history entry.
// It works from the end of the list, so that each position stays valid for putting the item back.
export const removeDecided = (items, text) => {
  const fromTheEnd = items.toSorted((a, b) => queue.positionOf(b.id) - queue.positionOf(a.id));
  queue.setTotal(queue.total - totalComments(items));
  return {
    items: fromTheEnd,
    positions: fromTheEnd.map(({ id }) => queue.removeItem(id)),
    text,
    time: new Date().toISOString(),
    ids: [],
    isFinal: items[0]?.isSecondLook,
  };
};

// announce shows the toast of a decision and puts it into the history.
export const announce = (entry) => {
  entry.toast = showToast(entry.text, !entry.isFinal && (() => undo(entry)));
  undoHistory.unshift(entry);
  undoHistory.splice(maxEntries);
  showHistory();
};

// withdraw forgets a decision that the server did not accept.
export const withdraw = (entry) => {
  entry.toast.remove();
  undoHistory.splice(undoHistory.indexOf(entry), 1);
  showHistory();
};

// restore puts items back to where they were in the list.
export const restore = ({ items, positions }, ids) => {
  for (let i = items.length - 1; i >= 0; i--) {
    if (!ids.includes(items[i].id)) continue;
    queue.setTotal(queue.total + commentCount(items[i]));
    queue.insertItem(items[i], Math.min(positions[i], queue.items.length));
  }
};

const isOffered = (entry) => entry.toast.isConnected && !entry.isUndone && !entry.isFinal;

// undo takes back the given decision, or the last one whose toast is still shown.
export const undo = async (entry = undoHistory.find(isOffered)) => {
  if (!entry || entry.isUndone) return;
  entry.isUndone = true;
  entry.toast.remove();
  try {
    await entry.request;
    const replies = await Promise.all(entry.ids.map((id) => post(`/decisions/${id}/undo`)));
    putBack(entry, replies.flatMap(({ comments }) => comments));
    showToast(translate("done.undone"));
  } catch (error) {
    entry.isUndone = false;
    showToast(error.status === 409 ? translate("conflict.undo") : describeError(error));
  }
  showHistory();
};

const putBack = (entry, comments) => {
  for (const comment of comments) {
    const item = entry.items.find(({ id }) => id === comment.id);
    if (item) item.comment = comment;
    forgetDetails(comment.id);
  }
  restore(entry, comments.map(({ id }) => id));
  const firstInList = entry.items.findLast(({ id }) => queue.itemById(id));
  if (firstInList) queue.open(firstInList.id);
};

// showHistory lists the decisions below the author.
export const showHistory = () => setContent("recent",
  undoHistory.length > 0 && [element("h2", translate("recent")), element("ol", undoHistory.map(historyLine))]);

const historyLine = (entry) => element("li", timestamp(entry.time),
  element("span", { class: entry.isUndone && "undone" }, bdi(entry.text), trainingNote(entry), agreementNote(entry)),
  !entry.isUndone && !entry.isFinal && element("button.small", () => undo(entry), translate("undo")));

// agreementNote shows whether a second look agrees with the first decision.
const agreementNote = ({ agreed }) => agreed != null
  && element("small", " ", agreed ? translate("stats.share") : label("reason", "second_look"));
