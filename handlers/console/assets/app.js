// Start and end of the page: session, filters, and the parts put together.
import "./author.js";
import { get, post } from "./api.js";
import { claim, release, renew } from "./claims.js";
import { recent } from "./decide.js";
import { $, h } from "./dom.js";
import { lang, name, t, translate } from "./i18n.js";
import { help } from "./keys.js";
import { connect, counts, disconnect, look, seen } from "./live.js";
import { deal, load, more, queue, tick } from "./queue.js";
import { complain, explain } from "./toasts.js";

const held = ["spam", "abuse", "flagged", "premoderation", "rule", "honeypot"];
const timers = [];

translate(document);
$("lang").value = lang;
const options = (id, values) => $(id).replaceChildren(...values.map(([value, text]) => h("option", { value }, text)));
options("sort", ["risk", "oldest", "newest"].map((s) => [s, name("sort", s)]));
options("reason", [["", t("queue.all")], ...held.map((r) => [r, name("reason", r)])]);
for (const [key, value] of new URLSearchParams(location.search)) if (key in queue.filter) queue.filter[key] = value;

// enter shows the desk, or the login when nobody is known.
async function enter() {
  if (!localStorage.getItem("winnow.known")) return login();
  try {
    const me = await get("/v1/me");
    queue.me = me.name;
    $("who").textContent = me.name;
  } catch (problem) {
    complain(problem);
    return login();
  }
  $("login").hidden = true;
  $("desk").hidden = false;
  sites();
  recent();
  await begin();
  connect();
  timers.push(setInterval(tick, 30_000), setInterval(renew, 60_000), setInterval(() => look().catch(() => {}), 60_000));
}

function login() {
  $("desk").hidden = true;
  $("login").hidden = false;
  $("login-form").elements.name.focus();
}

function leave() {
  localStorage.removeItem("winnow.known");
  disconnect();
  timers.splice(0).forEach(clearInterval);
  Object.assign(queue, { items: [], current: null });
  $("list").replaceChildren();
  login();
}

// begin loads the list for the filter and deals the first item.
async function begin() {
  for (const id of ["sort", "reason", "site"]) $(id).value = queue.filter[id];
  $("search").value = queue.filter.q;
  $("narrowed").hidden = !queue.filter.author;
  $("narrowed").textContent = t("queue.only", { name: queue.filter.author }) + " ×";
  try {
    await load();
    await claim();
    seen();
    if (!queue.current) deal(0, false);
    await look();
  } catch (problem) {
    complain(problem);
  }
}

async function narrow(change) {
  const before = JSON.stringify(queue.filter);
  Object.assign(queue.filter, change);
  if (JSON.stringify(queue.filter) === before) return;
  const set = Object.entries(queue.filter).filter(([, v]) => v);
  history.replaceState(null, "", "?" + new URLSearchParams(set));
  await release();
  await begin();
}

async function sites() {
  const { items } = await get("/v1/sites").catch(() => ({ items: [] }));
  options("site", [["", t("queue.sites")], ...items.map((s) => [s.slug, s.name])]);
  $("site").hidden = items.length < 2;
  $("site").value = queue.filter.site;
}

$("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name: who, password } = event.target.elements;
  const error = event.target.querySelector(".error");
  error.textContent = "";
  try {
    await post("/v1/auth/login", { name: who.value, password: password.value, cookie: true });
    localStorage.setItem("winnow.known", "1");
    password.value = "";
    await enter();
  } catch (problem) {
    error.textContent = problem.status === 401 ? t("login.wrong") : explain(problem);
  }
});

$("logout").addEventListener("click", async () => {
  await release();
  await post("/v1/auth/logout", { cookie: true }).catch(() => {}); // the page is left either way
  leave();
});

let typed = 0;
$("search").addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => narrow({ q: $("search").value.trim() }), 300);
});
$("filter").addEventListener("submit", (event) => { event.preventDefault(); $("search").blur(); });
for (const id of ["sort", "reason", "site"]) $(id).addEventListener("change", () => narrow({ [id]: $(id).value }));
$("narrowed").addEventListener("click", () => narrow({ author: "" }));
$("fresh").addEventListener("click", begin);
$("more").addEventListener("click", () => more().catch(complain));
$("help-open").addEventListener("click", help);
$("lang").addEventListener("change", () => { localStorage.setItem("winnow.lang", $("lang").value); location.reload(); });
for (const a of document.querySelectorAll(".tabs a")) {
  a.addEventListener("click", (event) => { event.preventDefault(); $(a.hash.slice(1)).scrollIntoView(); });
}
document.addEventListener("narrow", (event) => narrow(event.detail));
document.addEventListener("signed-out", leave);
document.addEventListener("opened", ({ detail: { item, byHand } }) => {
  counts();
  if (item && byHand && matchMedia("(max-width: 760px)").matches) $("pane-comment").scrollIntoView();
});
enter();
