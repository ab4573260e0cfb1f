// The buttons for the open comment and for a selection. They show their keys:
// keys.js does the same things.
import { decide, ownReasons, reasons, skip } from "./decide.js";
import { $, fill, h, hear } from "./dom.js";
import { name, t } from "./i18n.js";
import { clearSelection, queue } from "./queue.js";

export let asking = false; // a rejection waits for its reason

const button = (label, key, click, kind) => h("button", { class: kind, "aria-keyshortcuts": key, click }, label, " ", h("kbd", key));
const link = (label, click) => h("button.link", { click }, label);

function choices() {
  if (!asking) return [button(t("approve"), "a", () => decide("approve"), "approve"), button(t("reject._"), "r", () => ask(true), "reject")];
  return [h("span.muted", t("reject.why")), Object.entries(reasons).map(([key, r]) => button(name("reason", r), key, () => decide("reject", r))),
    ownReasons().slice(0, 9).map((r, i) => button(r.name, String(i + 1), () => decide("reject", r.under, r))), link(t("cancel"), () => ask(false))];
}

// ask opens or closes the choice of a reason.
export function ask(on) {
  asking = on;
  render();
}

function render() {
  const n = queue.selected.size;
  const note = $("note");
  if (note?.matches(":focus")) return; // put in anew it would lose the keys to the desk
  $("bulk").hidden = !n;
  $("actions").hidden = n || !queue.current;
  if (n) fill("bulk", h("b", t("selected", { n })), choices(), link(t("clear"), clearSelection));
  else fill("actions", choices(), !asking && [!queue.blind && [button(t("escalate"), "f", escalate), button(t("skip"), "z", skip)], button(t("note._"), "n", write)], note);
}

// escalate leaves the open comment to an editor, with the note.
export const escalate = () => queue.selected.size || queue.blind || decide("escalate");

// write opens the note.
export function write() {
  if (!$("note")) $("actions").append(h("input", { id: "note", maxlength: 500, "aria-label": t("note.add"), placeholder: t("note.add"), keydown: (e) => e.key === "Enter" && e.target.blur() }));
  $("note").focus();
}

for (const event of ["deciding", "opened"]) hear(event, () => { $("note")?.remove(); ask(false); });
hear("selected", render);
