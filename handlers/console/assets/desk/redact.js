// Taking words out of the text of the open comment: those that are selected in it.
import { post, request } from "../lib/api.js";
import { byId } from "../lib/dom.js";
import { translate } from "../lib/i18n.js";
import { showError, showToast } from "../lib/toasts.js";
import { fetchDetails, forgetDetails } from "./details.js";
import * as queue from "./queue.js";
import { startSettling } from "./settle.js";
import { announceAct } from "./undo.js";

// lengthOf counts the characters in a part of the text. One that nobody sees stands there by its name.
const lengthOf = (range) => {
  const part = range.cloneContents();
  for (const name of part.querySelectorAll(".hidden-char")) name.textContent = "_";
  return Array.from(part.textContent).length;
};

// selectedSpan returns what is selected as [start, end), without the white space around it; null when it is nothing.
const selectedSpan = (text) => {
  const selection = getSelection();
  const range = selection.rangeCount && selection.getRangeAt(0);
  const body = byId("body");
  if (!range || !body?.contains(range.commonAncestorContainer)) return null;
  const before = new Range();
  before.setStart(body, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const characters = Array.from(text);
  let start = lengthOf(before);
  let end = start + lengthOf(range);
  while (start < end && !characters[start].trim()) start++;
  while (start < end && !characters[end - 1].trim()) end--;
  return start < end ? [start, end] : null;
};

const showText = async (item) => {
  forgetDetails(item.id);
  const { comment, verdict } = await fetchDetails(item.id);
  queue.changeItem(item, { comment, verdict, isEdited: false });
  startSettling();
};

// redact takes the selected words out, and offers to put them back.
export const redact = async () => {
  const item = queue.openItem();
  if (!item || item.isSecondLook) return;
  const { id, comment: { version, body, author } } = item;
  const span = selectedSpan(body);
  if (!span) return showToast(translate("redact.select"));
  const path = `/comments/${id}/redaction`;
  try {
    const { comment } = await post(path, { version, at: [span] });
    await showText(item);
    announceAct(translate("redact.done", { who: author.name }), [item], async () => {
      await request("DELETE", `${path}?version=${comment.version}`);
      await showText(item);
    });
  } catch (error) {
    showError(error);
  }
};
