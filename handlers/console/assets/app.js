// Start and end of the page: session, filters, and the parts put together.
import "./article.js";
import "./author.js";
import { get, given, post, quiet } from "./api.js";
import { claim, release, renew } from "./claims.js";
import { recent } from "./decide.js";
import { $, fill, h, hear } from "./dom.js";
import { choices, lang, t } from "./i18n.js";
import { help } from "./keys.js";
import { connect, counts, disconnect, look, seen } from "./live.js";
import { me, route } from "./pages.js";
import * as queue from "./queue.js";
import { deal, load, more, refresh, selectAll, show } from "./queue.js";
import { complain, explain } from "./toasts.js";

const langs = "ar da de el en es fr he hi id it ja ko nl pl pt ru sv th tr uk zh"; // that the server tells apart
const filters = [...$("filter").elements].filter((e) => e.id in queue.filter);
const timers = [];
const on = (id, event, act) => h($(id), { [event]: act });
const options = (id, values) => fill(id, values.map(([value, text]) => h("option", { value }, text)));

// enter shows the desk, or the login when nobody is known.
const enter = async () => {
  try {
    if (!localStorage["winnow.known"]) return login();
    const [who, sites] = await Promise.all([get("/me"), get("/sites")]);
    queue.enter(who.name, sites.items);
    fill("who", Object.assign(me, { sites: undefined }, who).name);
    options("site", [["", t("queue.sites")], ...sites.items.map((s) => [s.slug, s.name])]);
    $("site").hidden = sites.items.length < 2;
  } catch (problem) {
    complain(problem);
    return login();
  }
  for (const e of filters) e.value = queue.filter[e.id];
  $("finer").open = filters.some((e) => e.value && e.closest("#finer"));
  $("login").hidden = true;
  $("desk").hidden = false;
  recent();
  route();
  await begin();
  connect();
  timers.push(setInterval(() => queue.items.forEach(refresh), 30_000), setInterval(renew, 60_000), setInterval(() => quiet(look()), 60_000));
};

const login = () => {
  $("desk").hidden = true;
  $("login").hidden = false;
  $("login-form").elements.name.focus();
};

const leave = () => {
  delete localStorage["winnow.known"];
  disconnect();
  timers.splice(0).forEach(clearInterval);
  queue.leave();
  for (const id of ["list", "page"]) fill(id);
  login();
};

// begin loads the list for the filter and deals the first item.
const begin = async () => {
  const { author, campaign } = queue.filter;
  $("filter").hidden = queue.looking; // nobody chooses what to judge
  $("narrowed").hidden = !author && !campaign;
  fill("narrowed", (campaign ? t("copies.only") : t("queue.only", { name: author })) + " ×");
  try {
    await load();
    if (!$("panes").hidden) await claim().catch(complain); // a decision is safe without a lease
    seen();
    if (!queue.shown) deal(0, false);
    await look();
  } catch (problem) {
    complain(problem);
    if (!queue.shown) fill("comment", h("p.muted.empty", explain(problem)));
  }
};

const narrow = async (change) => {
  if (Object.entries(change).every(([k, v]) => queue.filter[k] === v)) return;
  Object.assign(queue.filter, change);
  history.replaceState(null, "", "?" + given(queue.filter));
  await release();
  await begin();
};

on("login-form", "submit", async (event) => {
  event.preventDefault();
  const { name: who, password } = event.target.elements;
  const error = fill($(".error", event.target));
  try {
    await post("/auth/login", { name: who.value, password: password.value, cookie: true });
    localStorage["winnow.known"] = "1";
    password.value = "";
    await enter();
  } catch (problem) {
    fill(error, problem.status === 401 ? t("login.wrong") : explain(problem));
  }
});

on("logout", "click", async () => {
  await release();
  await quiet(post("/auth/logout", { cookie: true })); // the page is left either way
  leave();
});

let typed = 0;
on("q", "input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => narrow({ q: $("q").value.trim() }), 300);
});
on("filter", "submit", (event) => { event.preventDefault(); $("q").blur(); });
for (const e of filters) h(e, { change: () => narrow({ [e.id]: e.value.trim() }) });
on("narrowed", "click", () => narrow({ author: "", campaign: "" }));
on("fresh", "click", begin);
on("more", "click", () => more().catch(complain));
on("help-open", "click", help);
on("language", "change", () => { localStorage["winnow.lang"] = $("language").value; location.reload(); });
for (const a of document.querySelectorAll(".tabs a")) h(a, (event) => { event.preventDefault(); $(a.hash.slice(1)).scrollIntoView(); });
hear("narrow", async ({ detail: { all, ...change } }) => {
  await narrow(change);
  if (all) await selectAll().catch(complain);
});
hear("turned", async () => {
  queue.turn();
  await release();
  await begin();
});
hear("signed-out", leave);
hear("returned", () => {
  if (queue.shown) show(queue.shown);
  else deal(0);
  renew();
});
addEventListener("hashchange", (event) => $("desk").hidden || route(event));
hear("opened", ({ detail: { item, byHand } }) => {
  counts();
  if (item && byHand && innerWidth <= 760) $("pane-comment").scrollIntoView();
});

const tongues = new Intl.DisplayNames(lang, { type: "language" });
document.documentElement.lang = lang;
for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
for (const e of document.querySelectorAll("[data-label]")) h(e, { label: t(e.dataset.label), placeholder: e.tagName === "INPUT" && t(e.dataset.label) });
$("language").value = lang;
options("sort", choices("sort"));
options("reason", [["", t("queue.all")], ...choices("reason").filter(([r]) => !/off_topic|illegal|other|erased|ham/.test(r))]); // nothing waits for these
options("lang", [["", t("queue.lang")], ...langs.split(" ").map((code) => [code, tongues.of(code)])]);
options("each", [["", t("copies.one")], ["1", t("copies.each")]]);
for (const [key, value] of new URLSearchParams(location.search)) if (key in queue.filter) queue.filter[key] = value;
enter();
