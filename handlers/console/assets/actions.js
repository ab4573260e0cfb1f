// The buttons for the open comment and for a selection. They show their keys:
// keys.js does the same things.
import { decide, reasons } from "./decide.js";
import { $, h } from "./dom.js";
import { name, t } from "./i18n.js";
import { clearSelection, queue } from "./queue.js";

export let asking = false; // a rejection waits for its reason

const button = (label, key, click, kind) => h("button", { class: kind, "aria-keyshortcuts": key, click }, label, " ", h("kbd", key));
const link = (label, click) => h("button.link", { click }, label);

function choices() {
  if (!asking) return [button(t("approve"), "a", () => decide("approve"), "approve"), button(t("reject._"), "r", () => ask(true), "reject")];
  return [h("span.muted", t("reject.why")), Object.entries(reasons).map(([key, r]) => button(name("reason", r), key, () => decide("reject", r))), link(t("cancel"), () => ask(false))].flat();
}

// ask opens or closes the choice of a reason.
export function ask(on) {
  asking = on;
  render();
}

function render() {
  const n = queue.selected.size;
  const note = $("note");
  $("bulk").hidden = !n;
  $("actions").hidden = n || !queue.current;
  if (n) $("bulk").replaceChildren(h("b", t("selected", { n })), ...choices(), link(t("clear"), clearSelection));
  else $("actions").replaceChildren(...choices(), ...(asking ? [] : [button(t("note._"), "n", write)]), note || "");
}

// write opens the note.
export function write() {
  if (!$("note")) $("actions").append(h("input", { id: "note", maxlength: 500, "aria-label": t("note.add"), placeholder: t("note.add"), keydown: (e) => e.key === "Enter" && e.target.blur() }));
  $("note").focus();
}

for (const event of ["deciding", "opened"]) document.addEventListener(event, () => { $("note")?.remove(); ask(false); });
document.addEventListener("selected", render);
