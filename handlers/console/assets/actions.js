// The buttons under the open comment, and those for a selection. They show
// their keys: keys.js does the same things.
import { decide, reasons } from "./decide.js";
import { $, h } from "./dom.js";
import { name, t } from "./i18n.js";
import { clearSelection, queue } from "./queue.js";

export let asking = false; // a rejection waits for its reason

const button = (label, key, click, kind = "") => h("button", { type: "button", class: kind, "aria-keyshortcuts": key, click }, label, " ", h("kbd", {}, key));

function choices() {
  if (asking) {
    return [h("span", { class: "muted" }, t("reject.why")), ...Object.entries(reasons).map(([key, reason]) => button(name("reason", reason), key, () => decide("reject", reason))),
      h("button", { type: "button", class: "link", click: () => ask(false) }, t("cancel"))];
  }
  return [button(t("approve"), "a", () => decide("approve"), "approve"), button(t("reject"), "r", () => ask(true), "reject")];
}

// ask opens or closes the choice of a reason.
export function ask(on) {
  asking = on;
  render();
}

export function render() {
  const many = queue.selected.size;
  $("bulk").hidden = !many;
  $("bulk").replaceChildren(...(many ? [h("b", {}, t("selected", { n: many })), ...choices(), h("button", { type: "button", class: "link", click: clearSelection }, t("clear"))] : []));
  const note = $("note")?.value;
  $("actions").hidden = Boolean(many) || !queue.current;
  $("actions").replaceChildren(...choices());
  if (!asking) $("actions").append(button(t("note"), "n", write));
  if (note !== undefined) field(note);
}

// write opens the note.
export function write() {
  if (!$("note")) field("");
  $("note").focus();
}

function field(value) {
  const input = h("input", { id: "note", maxlength: 500, "aria-label": t("note.add"), placeholder: t("note.add"), keydown: (e) => { if (e.key === "Enter") e.target.blur(); } });
  input.value = value;
  $("actions").append(input);
}

document.addEventListener("deciding", () => { asking = false; $("note")?.remove(); });
document.addEventListener("opened", () => { asking = false; $("note")?.remove(); render(); });
document.addEventListener("selected", render);
