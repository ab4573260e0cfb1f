// Short notices at the foot of the page.
import { $, h } from "./dom.js";
import { t } from "./i18n.js";

const shown = 10_000; // ms
const most = 4;

// toast says what was done, with a way back for ten seconds.
export function toast(text, undo) {
  return put(h("div", { class: "toast" }, h("span", {}, text), h("button", { type: "button", click: undo }, t("undo"), " ", h("kbd", {}, "u"))));
}

// tell says something that needs no answer.
export const tell = (text) => put(h("div", { class: "toast" }, h("span", {}, text)));

// complain tells why a call did not work. Whoever is signed out sees the login.
export function complain(problem) {
  if (problem.status !== 401) tell(explain(problem));
}

export const explain = (problem) => (problem.status ? t("failed", { why: problem.message }) : t("offline"));

function put(e) {
  const box = $("toasts");
  box.append(e);
  while (box.children.length > most) box.firstElementChild.remove();
  setTimeout(() => e.remove(), shown);
  return e;
}
