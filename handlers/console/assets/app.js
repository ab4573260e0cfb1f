// Start and end of the page: session, filters, and the parts put together.
import "./article.js";
import "./author.js";
import { get, given, post } from "./api.js";
import { claim, release, renew } from "./claims.js";
import { recent } from "./decide.js";
import { $, fill, h, hear } from "./dom.js";
import { choices, lang, t, translate } from "./i18n.js";
import { help } from "./keys.js";
import { connect, counts, disconnect, look, seen } from "./live.js";
import { me, route } from "./pages.js";
import { deal, load, more, queue, refresh, selectAll, show } from "./queue.js";
import { complain, explain } from "./toasts.js";

const held = ["spam", "abuse", "flagged", "premoderation", "rule", "honeypot", "second_look", "escalated", "edited", "shadow", "surge"];
const sorts = ["risk", "uncertain", "oldest", "newest"];
const timers = [];
const on = (id, event, act) => $(id).addEventListener(event, act);
const options = (id, values) => fill(id, values.map(([value, text]) => h("option", { value }, text)));

// enter shows the desk, or the login when nobody is known.
async function enter() {
  try {
    if (!localStorage.getItem("winnow.known")) return login();
    const [who, sites] = await Promise.all([get("/v1/me"), get("/v1/sites")]);
    queue.sites = sites.items;
    queue.me = $("who").textContent = Object.assign(me, { sites: undefined }, who).name;
    options("site", [["", t("queue.sites")], ...sites.items.map((s) => [s.slug, s.name])]);
    $("site").hidden = sites.items.length < 2;
  } catch (problem) {
    complain(problem);
    return login();
  }
  for (const id of ["sort", "reason", "site", "q"]) $(id).value = queue.filter[id];
  $("login").hidden = true;
  $("desk").hidden = false;
  recent();
  route();
  await begin();
  connect();
  timers.push(setInterval(() => queue.items.forEach(refresh), 30_000), setInterval(renew, 60_000), setInterval(() => look().catch(() => {}), 60_000));
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
  for (const id of ["list", "page"]) fill(id);
  login();
}

// begin loads the list for the filter and deals the first item.
async function begin() {
  const { author, campaign } = queue.filter;
  $("narrowed").hidden = !author && !campaign;
  $("narrowed").textContent = (campaign ? t("copies.only") : t("queue.only", { name: author })) + " ×";
  try {
    await load();
    if (!$("panes").hidden) await claim();
    seen();
    if (!queue.current) deal(0, false);
    await look();
  } catch (problem) {
    complain(problem);
  }
}

async function narrow(change) {
  if (Object.entries(change).every(([k, v]) => queue.filter[k] === v)) return;
  Object.assign(queue.filter, change);
  history.replaceState(null, "", "?" + given(queue.filter));
  await release();
  await begin();
}

on("login-form", "submit", async (event) => {
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

on("logout", "click", async () => {
  await release();
  await post("/v1/auth/logout", { cookie: true }).catch(() => {}); // the page is left either way
  leave();
});

let typed = 0;
on("q", "input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => narrow({ q: $("q").value.trim() }), 300);
});
on("filter", "submit", (event) => { event.preventDefault(); $("q").blur(); });
for (const id of ["sort", "reason", "site"]) on(id, "change", () => narrow({ [id]: $(id).value }));
on("narrowed", "click", () => narrow({ author: "", campaign: "" }));
on("fresh", "click", begin);
on("more", "click", () => more().catch(complain));
on("help-open", "click", help);
on("lang", "change", () => { localStorage.setItem("winnow.lang", $("lang").value); location.reload(); });
for (const a of document.querySelectorAll(".tabs a")) a.addEventListener("click", (event) => { event.preventDefault(); $(a.hash.slice(1)).scrollIntoView(); });
hear("narrow", async ({ detail: { all, ...change } }) => {
  await narrow(change);
  if (all) await selectAll().catch(complain);
});
hear("turned", async () => {
  queue.blind = !queue.blind;
  await release();
  await begin();
});
hear("signed-out", leave);
hear("returned", () => {
  if (queue.current) show(queue.current);
  else deal(0);
  renew();
});
addEventListener("hashchange", (event) => $("desk").hidden || route(event));
hear("opened", ({ detail: { item, byHand } }) => {
  counts();
  if (item && byHand && innerWidth <= 760) $("pane-comment").scrollIntoView();
});

translate(document);
$("q").placeholder = t("search");
$("lang").value = lang;
options("sort", choices("sort", sorts));
options("reason", [["", t("queue.all")], ...choices("reason", held)]);
for (const [key, value] of new URLSearchParams(location.search)) if (key in queue.filter) queue.filter[key] = value;
enter();
