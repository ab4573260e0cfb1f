// The open comment for those who want calm: abusive text is dimmed, with what quotes it and what stands around it, and
// after many of the worst a pause is offered.
import { byId, element, setContent } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { translate } from "../lib/i18n.js";
import "./detail.js"; // which shows the comment first
import { isAbusive, isWorst, wantsCalm } from "./calm.js";
import * as queue from "./queue.js";

const pauseAfter = 8; // of the worst
const within = 20 * 60_000; // milliseconds

const revealed = new Set(); // ids whose text was asked for
const worst = new Map(); // when each of the worst was opened, by id

// reveal shows the text of the open comment.
export const reveal = () => {
  if (queue.openId) revealed.add(queue.openId);
  delete byId("comment").dataset.dimmed;
  byId("reveal")?.remove();
  byId("body")?.removeAttribute("aria-hidden");
};

const dim = () => {
  byId("comment").dataset.dimmed = "";
  byId("body").setAttribute("aria-hidden", "true");
  byId("body").before(element("button.small", { id: "reveal", click: reveal },
    translate("calm.show"), " ", element("kbd", "v")));
};

const dimmed = ".text, .because, .phrases, .signals, #why > p"; // as in style.css
byId("comment").addEventListener("click", ({ target }) => {
  if ("dimmed" in byId("comment").dataset && target.closest(dimmed)) reveal();
});

// forgetCalm forgets what a moderator has seen.
export const forgetCalm = () => {
  revealed.clear();
  worst.clear();
  setContent("pause");
};

const offerPause = () => {
  const dismiss = () => {
    worst.clear();
    setContent("pause");
  };
  setContent("pause", translate("calm.rest", { n: worst.size }), " ",
    element("button.link", dismiss, translate("close")));
};

const countWorst = (item) => {
  const now = Date.now();
  for (const [id, openedAt] of worst) if (now - openedAt > within) worst.delete(id);
  if (isWorst(item) && !worst.has(item.id)) worst.set(item.id, now);
  if (!wantsCalm("pause") || worst.size < pauseAfter) setContent("pause");
  else if (isWorst(item)) offerPause();
};

on("item-opened", ({ item }) => {
  delete byId("comment").dataset.dimmed;
  if (!item || item.isSecondLook) return;
  if (wantsCalm("dim") && isAbusive(item) && !revealed.has(item.id)) dim();
  countWorst(item);
});
