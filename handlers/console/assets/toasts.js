// Short notices at the foot of the page.
import { $, h, said } from "./dom.js";
import { t } from "./i18n.js";

const shown = 10_000; // ms
const most = 4;

// say tells something for ten seconds, with a way back where there is one.
export const say = (text, undo) => {
  const box = $("toasts");
  const toast = h("div.toast", said(text, "span"), undo && h("button", undo, t("undo"), " ", h("kbd", "u")));
  box.append(toast);
  while (box.children.length > most) box.firstElementChild.remove();
  setTimeout(() => toast.remove(), shown);
  return toast;
};

export const explain = (problem) => {
  if (problem.status === undefined) throw problem; // a fault of this page
  return problem.status ? t("failed", { why: problem.message }) : t("live.off");
};

// complain tells why a call did not work. Whoever is signed out sees the login.
export const complain = (problem) => {
  if (problem.status !== 401) say(explain(problem));
};
