// What the author of the open comment says against its rejection.
import { bdi, element, timestamp } from "../lib/dom.js";
import { label, translate } from "../lib/i18n.js";

export const appealNotice = ({ state, words, decided_by: name, created_at, message }) =>
  element("div.notice", { id: "appeal" },
    element("p.by",
      element("span", translate("appeal._", { name })),
      timestamp(created_at),
      state !== "waiting" && element(".chip", label("appeal", state))),
    words ? bdi(words, "p.text") : element("p.muted", translate("appeal.silent")),
    message && bdi(message, "p.muted"));
