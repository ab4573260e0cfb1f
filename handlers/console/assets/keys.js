// One key, one act. Off while typing; the browser's own keys are left alone.
import { ask, asking, escalate, message, note } from "./actions.js";
import { decide, ownReasons, reasons, skip, undo } from "./decide.js";
import { expand } from "./detail.js";
import { $, fill, h, hear } from "./dom.js";
import { t } from "./i18n.js";
import { clearSelection, move, select } from "./queue.js";

// Each with the text that says what it does.
const keys = {
  a: ["approve", () => decide("approve")], r: ["reject._", () => ask(true)], u: ["undo", () => undo()], j: ["keys.j", () => move(1)], k: ["keys.k", () => move(-1)],
  x: ["keys.x", () => select()], X: ["keys.X", () => select(undefined, true)], e: ["keys.e", expand], n: ["field.note", note], m: ["field.message", message],
  f: ["escalate", escalate], z: ["skip", skip], "/": ["find", () => $("q").focus()], "?": ["keys._", () => help()], Escape: ["clear", clearSelection],
};

export const help = () => {
  fill("keys", Object.entries(keys).map(([k, [does]]) => [
    h("dt", k === "X" ? [h("kbd", "shift"), " ", h("kbd", "x")] : h("kbd", k === "Escape" ? "esc" : k)), h("dd", t(does)),
  ]));
  $("help").showModal();
};

const typing = (e) => e.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

hear("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("desk").hidden || $("panes").hidden || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key !== "Escape") return;
    event.preventDefault(); // which would empty a search
    return event.target.blur();
  }
  let act = keys[event.key]?.[1];
  if (asking) {
    const reason = reasons[event.key];
    const own = ownReasons()[event.key - 1];
    act = reason || own ? () => decide("reject", reason || own.under, own) : () => ask(false);
  }
  if (!act || (event.repeat && !"jk".includes(event.key))) return; // a key held down decides once
  event.preventDefault();
  act();
});
