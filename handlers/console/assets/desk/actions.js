// The buttons for the open comment and for a selection. keys.js does the same by the keys that they show.
import { byId, element, onSingleClick, setContent } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { formatNumber, label, translate } from "../lib/i18n.js";
import { decide, skip } from "./decide.js";
import { draftOf, setDraft } from "./drafts.js";
import { totalComments } from "./items.js";
import * as queue from "./queue.js";
import { reasonsByKey, siteReasons } from "./reasons.js";
import { isDrawerOpen, toggleDrawer } from "./drawer.js";
import { hasSettled } from "./settle.js";

const inputIds = ["note", "message"];
const leastText = 60; // pixels of the comment that stay in view
const maxSiteReasons = 9; // there are as many digit keys

export let choosesReason = false; // a rejection waits for its reason

const keyButton = (text, key, action, className, more) => element("button",
  { class: className, "aria-keyshortcuts": key, click: onSingleClick(action), ...more },
  text, " ", element("kbd", key));
const linkButton = (text, click) => element("button.link", click, text);

const decisionButtons = () => {
  const items = queue.targets();
  const times = (action) => {
    const count = totalComments(items, action);
    return count > 1 ? ` ×${formatNumber(count)}` : "";
  };
  return [
    keyButton(translate("approve") + times("approve"), "a", () => decide("approve"), "approve"),
    keyButton(translate("reject._") + times("reject"), "r", () => chooseReason(!choosesReason), "reject",
      { "aria-expanded": String(choosesReason) }),
  ];
};

const reasonButtons = () => [
  element(".muted", translate("reject.why")),
  Object.entries(reasonsByKey).map(([key, reason]) =>
    keyButton(label("reason", reason), key, () => decide("reject", reason))),
  siteReasons().slice(0, maxSiteReasons).map((reason, i) =>
    keyButton(reason.name, String(i + 1), () => decide("reject", reason.under, reason))),
  linkButton(translate("cancel"), () => chooseReason(false)),
];

const otherButtons = () => [
  mayEscalate() && keyButton(translate("escalate"), "f", escalate, "quiet"),
  queue.mode === "queue" && keyButton(translate("skip"), "z", skip, "quiet"),
  keyButton(translate("note"), "n", writeNote, "quiet"),
  !queue.secondLookMode && keyButton(translate("message"), "m", writeMessage, "quiet"),
  keyButton(translate("author._"), "w", toggleDrawer, "quiet drawer",
    { "aria-expanded": String(isDrawerOpen()), "aria-controls": "pane-author" }),
];

const mayEscalate = () => !queue.secondLookMode && queue.targets().every(({ comment }) => comment.status === "pending");

// chooseReason opens or closes the choice of a reason.
export const chooseReason = (isOpen) => {
  if (isOpen && !hasSettled()) return;
  choosesReason = isOpen;
  showActions();
};

const showActions = () => {
  const isBatch = queue.selected.size > 0;
  byId("bulk").hidden = !isBatch;
  byId("actions").hidden = isBatch || !queue.openId;
  const decisions = element("div.decisions", decisionButtons()); // where they are for every comment
  const others = choosesReason ? reasonButtons() : !isBatch && otherButtons();
  if (!isBatch) return setContent("actions", decisions, element("div.others", others));
  const count = element("b", translate("selected", { n: totalComments(queue.targets()) }));
  setContent("bulk", count, decisions, others, linkButton(translate("clear"), queue.clearSelection));
};

// escalate leaves the open comment to an editor, with the note.
export const escalate = () => queue.selected.size || !mayEscalate() || decide("escalate");

// inputOf returns a line of text that goes with the decision. Its label says who reads it.
const inputOf = (id) => {
  if (!byId(id)) {
    const leaveOnEnter = (event) => event.key === "Enter" && event.target.blur();
    byId("texts").append(element("label.for-" + id,
      element("span", element("b", label("field", id)), " ", element("small", label("readers_of", id))),
      element("input", { id, maxlength: 500, keydown: leaveOnEnter })));
  }
  return byId(id);
};

const openInput = (id) => {
  inputOf(id).focus();
  const [text, pane] = ["body", "comment"].map((part) => byId(part)?.getBoundingClientRect());
  if (text?.top > pane.bottom - leastText) byId("body").scrollIntoView(); // the field has taken its room
};

export const writeNote = () => openInput("note");
export const writeMessage = () => queue.secondLookMode || openInput("message");

const discardInputs = () => {
  setContent("texts");
  chooseReason(false);
};

let draftId = null; // of the comment that the inputs are about

const keepDraft = () => setDraft(draftId, inputIds.map((id) => [id, byId(id)?.value]));
const showDraft = () => {
  for (const [id, text] of draftOf(draftId)) inputOf(id).value = text;
};

byId("texts").addEventListener("input", keepDraft);
on("before-decision", () => {
  discardInputs();
  setDraft(draftId, []);
});
on("item-opened", ({ item, isAgain }) => {
  if (isAgain) return;
  keepDraft();
  discardInputs();
  draftId = item?.id;
  showDraft();
});
// A decision that was not made gives back what was typed for it.
on("decision-refused", ({ ids, note, message }) => {
  for (const id of ids) setDraft(id, [["note", note], ["message", message]]);
  if (ids.includes(draftId)) showDraft();
});
on("selection-changed", showActions);
on("drawer-toggled", showActions);
