// Dialogues above the page.
import { element } from "./dom.js";
import { translate } from "./i18n.js";

// openDialog opens a dialogue with a title and what build returns, which is given a function that closes it.
export const openDialog = (title, build) => {
  const close = () => dialog.close();
  const dialog = element("dialog", { "aria-labelledby": "dialog-title", close: () => dialog.remove() },
    element("h2", { id: "dialog-title" }, title), build(close), element("button", close, translate("cancel")));
  document.body.append(dialog); // above the page, which may be shown anew meanwhile
  dialog.showModal();
  return dialog;
};
