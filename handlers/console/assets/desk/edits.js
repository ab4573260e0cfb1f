// Texts that readers change while they are in the list.
import { fetchDetails, forgetDetails } from "./details.js";
import * as queue from "./queue.js";
import { startSettling } from "./settle.js";

// refreshText shows an item of the queue with the text that it has by now.
export const refreshText = async (item) => {
  forgetDetails(item.id);
  takeEdit(item, await fetchDetails(item.id));
};

// takeEdit takes over the present version of an item's comment. The next key is for what is shown then.
export const takeEdit = (item, { comment, verdict, context, why, illegal_since }) => {
  if (item.isDone || item.isArchived || comment.version <= item.comment.version) return;
  const isEdited = comment.body !== item.comment.body;
  Object.assign(item, { comment, verdict, context, why, illegal_since, isEdited: item.isEdited || isEdited });
  if (isEdited) forgetDetails(item.id);
  if (queue.itemById(item.id) !== item) return;
  queue.refresh(item);
  if (queue.openId !== item.id) return;
  queue.open(item.id, false);
  if (isEdited) startSettling();
};
