// What the moderator has done in this session, and how it is taken back.
import { post } from "../lib/api.js";
import { afterDrawing, bdi, element, onSingleClick, setContent, timestamp } from "../lib/dom.js";
import { label, translate } from "../lib/i18n.js";
import { describeError, showToast } from "../lib/toasts.js";
import { fetchDetails, forgetDetails } from "./details.js";
import { addressOf, archivedItem, decidedCount, totalComments } from "./items.js";
import * as queue from "./queue.js";
import { trainingNote } from "./reasons.js";

const maxEntries = 20;

// The newest first. An entry is
//   items             what was decided
//   mode, positions   in which list it was, and where; no positions when it stays there
//   rests             what was left of campaigns, which came to their places
//   text, time        of the decision, for the history
//   action            what was decided
//   ids               of the decisions or batches, once the server has answered
//   request           promise of that answer
//   isFinal           a second look cannot be undone
//   revert            takes back what is no decision, such as a ban
//   isUndone          undone, or being undone
//   toast             the message that offers to undo it
const undoHistory = [];

// removeDecided takes decided items out of the list, before the server has answered, and returns their history entry.
// It works from the end of the list, so that each position stays valid for putting the item back.
export const removeDecided = (items, text, action) => {
  const fromTheEnd = items.toSorted((a, b) => queue.positionOf(b.id) - queue.positionOf(a.id));
  queue.setTotal(queue.total - totalComments(items, action));
  return { ...newEntry(fromTheEnd, text), action, positions: fromTheEnd.map(({ id }) => queue.removeItem(id)) };
};

// newEntry returns the history entry of decided items that stay in the list.
export const newEntry = (items, text) => ({
  items,
  mode: queue.mode,
  positions: [],
  rests: [],
  text,
  time: new Date().toISOString(),
  ids: [],
  isFinal: items[0]?.isSecondLook,
});

// announceAct puts something into the history that is no decision. revert takes it back.
export const announceAct = (text, items, revert) => announce({ ...newEntry(items, text), revert });

// announce shows the toast of a decision and puts it into the history.
export const announce = (entry) => {
  entry.toast = showToast(entry.text, !entry.isFinal && (() => undo(entry)));
  undoHistory.unshift(entry);
  undoHistory.splice(maxEntries);
  afterDrawing(showHistory);
};

// withdraw forgets a decision that the server did not accept.
export const withdraw = (entry) => {
  entry.toast.remove();
  undoHistory.splice(undoHistory.indexOf(entry), 1);
  showHistory();
};

// restore puts items back to where they were in the list.
export const restore = ({ items, positions, mode, action }, ids) => {
  for (let i = positions.length - 1; i >= 0; i--) {
    if (!ids.includes(items[i].id)) continue;
    queue.setTotal(queue.total + decidedCount(items[i], action));
    queue.returnItem(items[i], positions[i], mode);
  }
};

const isOffered = (entry) => entry.toast.isConnected && !entry.isUndone && !entry.isFinal;

// undo takes back the given decision, or the last one whose toast is still shown. When there is none any more, the last
// decision is offered once more: whoever presses the key late may not remember which one that is.
export const undo = async (entry = undoHistory.find(isOffered)) => {
  if (!entry) return offerAgain();
  if (entry.isUndone) return;
  entry.isUndone = true;
  entry.toast.remove();
  try {
    await takeBack(entry);
    showToast(translate("done.undone"));
  } catch (error) {
    entry.isUndone = false;
    showToast(error.status === 409 ? translate("conflict.undo") : describeError(error));
  }
  showHistory();
};

const offerAgain = () => {
  const last = undoHistory.find(({ isUndone, isFinal }) => !isUndone && !isFinal);
  if (!last) return showToast(translate("late.none"));
  last.toast = showToast(translate("late.again", { act: last.text }), () => undo(last));
};

const takeBack = async (entry) => {
  await entry.revert?.();
  await entry.request;
  const replies = await Promise.all(entry.ids.map((id) => post(`/decisions/${id}/undo`)));
  return replies.length > 0 && putBack(entry, replies.flatMap(({ comments }) => comments));
};

// undoInHistory takes back any decision, whoever made it and whenever, on an item that stays in the list.
export const undoInHistory = async (item, { id }) => {
  try {
    await post(`/decisions/${id}/undo`);
    showToast(translate("done.undone"));
  } catch (error) {
    showToast(error.status === 409 ? translate("conflict.undo") : describeError(error));
  }
  await refreshItem(item);
};

// refreshItem shows an item that stays in the list as the server has it by now.
export const refreshItem = async (item) => {
  forgetDetails(item.id);
  const { comment, claim, decision, illegal_since } = archivedItem(await fetchDetails(item.id));
  queue.changeItem(item, { comment, claim, decision, illegal_since });
};

const putBack = async (entry, comments) => {
  for (const comment of comments) {
    const item = entry.items.find(({ id }) => id === comment.id);
    if (item) item.comment = comment;
    forgetDetails(comment.id);
  }
  const staying = entry.items.filter(({ id, isArchived }) => isArchived && comments.some((found) => found.id === id));
  await Promise.all(staying.map(refreshItem));
  for (const rest of entry.rests) if (queue.itemById(rest.id) === rest) queue.removeItem(rest.id);
  restore(entry, comments.map(({ id }) => id));
  if (entry.mode === "cards") queue.select(entry.items.map(({ id }) => id).filter(queue.itemById)); // as before
  const firstInList = entry.items.findLast(({ id }) => queue.itemById(id));
  if (firstInList && entry.mode === queue.mode) queue.open(firstInList.id);
};

// showHistory lists the decisions below the author.
export const showHistory = () => setContent("recent",
  undoHistory.length > 0 && [element("h2", translate("recent")), element("ol", undoHistory.map(historyLine))]);

const historyLine = (entry) => element("li", timestamp(entry.time),
  element("span", { class: entry.isUndone && "undone" },
    entryText(entry), trainingNote(entry), agreementNote(entry)),
  !entry.isUndone && !entry.isFinal && element("button.small", onSingleClick(() => undo(entry)), translate("undo")));

// entryText leads to the comment, where it was about one.
const entryText = ({ text, items, isFinal }) =>
  (items.length === 1 && !isFinal ? element("a", { href: addressOf(items[0].id) }, bdi(text)) : bdi(text));

// agreementNote shows whether a second look agrees with the first decision.
const agreementNote = ({ agreed }) => agreed != null
  && element("small", " ", agreed ? translate("stats.share") : label("reason", "second_look"));
