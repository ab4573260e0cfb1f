// A decision counts only when the text has stood for a moment, so that a key that is pressed twice does not decide the
// next comment unread.
import { byId } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { translate } from "../lib/i18n.js";
import { showToast } from "../lib/toasts.js";

const settlingTime = 250; // milliseconds
const hintTime = 3000;

let isSettling = false;
let timer = 0;
let hint = null;

// startSettling begins the moment anew, because the text or what is known of it has changed.
export const startSettling = () => {
  clearTimeout(timer);
  isSettling = true;
  byId("comment").dataset.settling = "";
  timer = setTimeout(() => {
    isSettling = false;
    delete byId("comment").dataset.settling;
  }, settlingTime);
};

// hasSettled reports whether the open comment may be decided, and tells the moderator when it may not.
export const hasSettled = () => {
  if (!isSettling) return true;
  hint?.remove();
  hint = showToast(translate("too_early"));
  setTimeout((shown) => shown.remove(), hintTime, hint);
  return false;
};

on("item-opened", ({ item, isAgain }) => item && !isAgain && startSettling());
