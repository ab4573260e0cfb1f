// One key, one action. Keys do nothing while somebody types, and those of the browser are left alone.
import { byId, element, setContent } from "../lib/dom.js";
import { translate } from "../lib/i18n.js";
import { navigate } from "../lib/navigation.js";
import { chooseReason, choosesReason, escalate, writeMessage, writeNote } from "./actions.js";
import { focusSearch } from "./archive.js";
import { actionOfKey } from "./cards.js";
import { reveal } from "./calmview.js";
import { decide, skip } from "./decide.js";
import { closeDrawer, isDrawerOpen, toggleDrawer } from "./drawer.js";
import { toggleNumbers } from "./explanation.js";
import { feature } from "./feature.js";
import { reply } from "./newsroom.js";
import * as queue from "./queue.js";
import { redact } from "./redact.js";
import { reasonsByKey, siteReasons } from "./reasons.js";
import { undo } from "./undo.js";

// By key: the text that describes the action, and the action.
const actionsByKey = {
  a: ["approve", () => decide("approve")],
  r: ["reject._", () => chooseReason(true)],
  u: ["undo", () => undo()],
  j: ["keys.j", () => queue.move(1)],
  k: ["keys.k", () => queue.move(-1)],
  1: ["keys.cards"],
  x: ["keys.x", () => queue.toggleSelection()],
  X: ["keys.X", () => queue.toggleSelection(queue.openId, true)],
  e: ["keys.e", toggleNumbers],
  n: ["field.note", writeNote],
  m: ["field.message", writeMessage],
  d: ["keys.d", redact],
  p: ["newsroom._", reply],
  t: ["feature._", feature],
  f: ["escalate", escalate],
  z: ["skip", skip],
  v: ["calm.show", reveal],
  w: ["keys.w", toggleDrawer],
  "/": ["find", () => findHere()],
  g: ["keys.g", () => (queue.mode === "archive" ? focusSearch() : navigate("archive"))],
  "?": ["keys._", () => showHelp()],
  Escape: ["clear", () => (isDrawerOpen() ? closeDrawer() : queue.clearSelection())],
};
const repeatable = ["j", "k"]; // a key that is held down decides only once

const findHere = () => {
  if (queue.mode === "comment") return navigate("archive");
  return queue.archiveMode ? focusSearch() : byId("q").focus();
};

const keyNames = {
  1: element("kbd", "1 … l"),
  X: [element("kbd", "shift"), " ", element("kbd", "x")],
  Escape: element("kbd", "esc"),
};

export const showHelp = () => {
  setContent("keys", Object.entries(actionsByKey).map(([key, [text]]) => [
    element("dt", keyNames[key] || element("kbd", key)), element("dd", translate(text)),
  ]));
  byId("help").showModal();
  byId("help-title").focus(); // not the button at the end
};

const isTyping = (node) => node.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

const isIgnored = (event) => event.ctrlKey || event.metaKey || event.altKey || event.isComposing
  || byId("desk").hidden || byId("panes").hidden || document.querySelector("dialog[open]");

// reasonAction is what a key does while a reason is chosen: any other key cancels.
const reasonAction = (key) => {
  const reason = reasonsByKey[key];
  const siteReason = siteReasons()[key - 1];
  if (!reason && !siteReason) return () => chooseReason(false);
  return () => decide("reject", reason || siteReason.under, siteReason);
};

// keyOf is the key without Caps Lock, so that keys work with it all the same.
const keyOf = ({ key, shiftKey }) => {
  if (!/^\p{L}$/u.test(key)) return key;
  return shiftKey ? key.toUpperCase() : key.toLowerCase();
};

document.addEventListener("keydown", (event) => {
  if (isIgnored(event)) return;
  if (isTyping(event.target)) {
    if (event.key !== "Escape") return;
    event.preventDefault(); // it would empty a search field
    event.target.blur();
    return;
  }
  if (["Shift", "CapsLock"].includes(event.key)) return;
  const key = keyOf(event);
  const action = choosesReason ? reasonAction(key) : actionOfKey(key) || actionsByKey[key]?.[1];
  if (!action || (event.repeat && !repeatable.includes(key))) return;
  event.preventDefault();
  action();
});
