// Short messages in the head of the page, which has a place for them.
import { bdi, byId, element } from "./dom.js";
import { translate } from "./i18n.js";

const lifetime = 10_000; // milliseconds; style.css shows how much of it is left
const maxToasts = 2;

// showToast shows a message for ten seconds, with a button for undo where that is possible. In a narrow window only the
// last one has room; an urgent one stays beside it.
export const showToast = (message, undo, isUrgent = false) => {
  const toasts = byId("toasts");
  const toast = element(isUrgent ? "div.toast.urgent" : "div.toast", { title: message }, bdi(message, "span"),
    undo && element("button", undo, translate("undo"), " ", element("kbd", "u")));
  toasts.append(toast);
  while (toasts.children.length > maxToasts) toasts.firstElementChild.remove();
  setTimeout(() => toast.remove(), lifetime);
  return toast;
};

export const describeError = (error) => {
  if (error.status === undefined) throw error; // a bug of this page, for the browser's console
  return error.status ? translate("failed", { why: error.message }) : translate("live.off");
};

// showError shows why a request failed. Whoever is signed out sees the login instead.
export const showError = (error) => {
  if (error.status !== 401) showToast(describeError(error), undefined, true);
};
