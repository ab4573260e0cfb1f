// The buttons for the open comment and for a selection. They show their keys:
// keys.js does the same things.
import { chosen, decide, ownReasons, reasons, skip } from "./decide.js";
import { $, fill, h, hear } from "./dom.js";
import { name, number, t } from "./i18n.js";
import * as queue from "./queue.js";
import { clearSelection, sum } from "./queue.js";

export let asking = false; // a rejection waits for its reason

const button = (label, key, click, kind) => h("button", { class: kind, "aria-keyshortcuts": key, click }, label, " ", h("kbd", key));
const link = (label, click) => h("button.link", click, label);

const choices = () => {
  const n = sum(chosen());
  const many = n > 1 ? ` ×${number(n)}` : "";
  if (!asking) return [button(t("approve") + many, "a", () => decide("approve"), "approve"), button(t("reject._") + many, "r", () => ask(true), "reject")];
  return [h(".muted", t("reject.why")), Object.entries(reasons).map(([key, r]) => button(name("reason", r), key, () => decide("reject", r))),
    ownReasons().slice(0, 9).map((r, i) => button(r.name, String(i + 1), () => decide("reject", r.under, r))), link(t("cancel"), () => ask(false))];
};

// ask opens or closes the choice of a reason.
export const ask = (on) => {
  asking = on;
  render();
};

const render = () => {
  const written = [$("note"), $("message")].filter(Boolean);
  if (written.includes(document.activeElement)) return; // put in anew it would lose the keys to the desk
  $("bulk").hidden = !queue.selected.size;
  $("actions").hidden = queue.selected.size || !queue.shown;
  if (queue.selected.size) fill("bulk", h("b", t("selected", { n: sum(chosen()) })), choices(), link(t("clear"), clearSelection));
  else fill("actions", choices(), !asking && [!queue.looking && [button(t("escalate"), "f", escalate), button(t("skip"), "z", skip)],
    button(t("note"), "n", note), !queue.looking && button(t("message"), "m", message)], written);
};

// escalate leaves the open comment to an editor, with the note.
export const escalate = () => queue.selected.size || queue.looking || decide("escalate");

// write opens a line for the newsroom or for the reader, which goes with what
// is decided.
const write = (id) => {
  if (!$(id)) $("actions").append(h("input", { id, maxlength: 500, label: name("field", id), placeholder: name("field", id), keydown: (e) => e.key === "Enter" && e.target.blur() }));
  $(id).focus();
};

export const note = () => write("note");
export const message = () => queue.looking || write("message");

for (const event of ["deciding", "opened"]) hear(event, () => { for (const id of ["note", "message"]) $(id)?.remove(); ask(false); });
hear("selected", render);
