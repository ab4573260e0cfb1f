// One key, one act. Off while typing; the browser's own keys are left alone.
import { ask, asking, escalate, write } from "./actions.js";
import { decide, ownReasons, reasons, skip, undo } from "./decide.js";
import { expand } from "./detail.js";
import { $, fill, h, hear } from "./dom.js";
import { t } from "./i18n.js";
import { clearSelection, move, select } from "./queue.js";

const keys = {
  a: () => decide("approve"), r: () => ask(true), u: () => undo(), j: () => move(1), k: () => move(-1), x: () => select(), X: () => select(undefined, true),
  e: expand, n: write, f: escalate, z: skip, "/": () => $("q").focus(), "?": help, Escape: clearSelection,
};

export function help() {
  const shown = { ...keys, X: 0 };
  fill("keys", Object.keys(shown).map((k) => [
    h("dt", k === "X" ? [h("kbd", "shift"), " ", h("kbd", "x")] : h("kbd", k === "Escape" ? "esc" : k)), h("dd", t("keys." + k)),
  ]));
  $("help").showModal();
}

const typing = (e) => e.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

hear("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("desk").hidden || $("panes").hidden || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  let act = keys[event.key];
  if (asking) {
    const reason = reasons[event.key];
    const own = ownReasons()[event.key - 1];
    act = reason || own ? () => decide("reject", reason || own.under, own) : () => ask(false);
  }
  if (!act || (event.repeat && !"jk".includes(event.key))) return; // a key held down decides once
  event.preventDefault();
  act();
});
