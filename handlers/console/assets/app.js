// The entry point: it fills in the page's texts, connects the parts, and logs in and out.
import "./desk/article.js";
import "./desk/author.js";
import { get, ignoreErrors, post, queryString } from "./lib/api.js";
import { beforeDrawing, byId, closeDialogs, configure, element, setContent } from "./lib/dom.js";
import { emit, on } from "./lib/events.js";
import { setOptions } from "./lib/forms.js";
import { choices, language, translate } from "./lib/i18n.js";
import { describeError, showError } from "./lib/toasts.js";
import { showArchive } from "./desk/archive.js";
import { forgetCalm } from "./desk/calmview.js";
import { showBand } from "./desk/cards.js";
import { claim, release, renewClaims } from "./desk/claims.js";
import { forgetDrafts } from "./desk/drafts.js";
import { filter } from "./desk/filter.js";
import { clearArrivals, refreshSecondLooks, showCounts } from "./desk/header.js";
import { closeDrawer } from "./desk/drawer.js";
import { showHandovers } from "./desk/handovers.js";
import { showHelp } from "./desk/keys.js";
import { connect, disconnect, refreshQueue } from "./desk/live.js";
import { signalCode, signalText, signalTexts } from "./desk/phrases.js";
import * as queue from "./desk/queue.js";
import { showHistory } from "./desk/undo.js";
import { forgetUnsent } from "./desk/unsent.js";
import { showChosenView } from "./desk/views.js";
import { siteOptions } from "./pages/sitepicker.js";
import { openPage, showPage } from "./router.js";
import { forgetModerator, moderator, setModerator, setSites, sites } from "./session.js";
import { focusLogin, isReturning, logIn, offerSignIn, returnTo, takeSignIn, waitForLogin } from "./signin.js";

const detectedLanguages = "ar da de el en es fr he hi id it ja ko nl pl pt ru sv th tr uk zh".split(" ");
// Reasons that no pending comment has.
const neverPending = ["off_topic", "illegal", "other", "erased", "withdrawn", "ham"];
const phoneWidth = 739; // pixels, as in style.css
const codeRequired = "urn:winnow:problem:code_required"; // the type of a problem
const searchDelay = 300; // milliseconds after the last letter
const filterControls = [...byId("filter").elements].filter(({ id }) => id in filter);
const timers = [];

const onEvent = (id, event, listener) => byId(id).addEventListener(event, listener);

// start shows the desk, or the login when there is no session.
const start = async () => {
  if (!localStorage["winnow.known"]) return showLogin();
  try {
    const [reply, { items }] = await Promise.all([get("/me"), get("/sites")]);
    setModerator(reply);
    setSites(items);
  } catch (error) {
    showLogin();
    if (error.status !== 401) setContent(byId("login-form").querySelector(".error"), describeError(error));
    return;
  }
  showDesk();
  showPage();
  await (queue.archiveMode ? ignoreErrors(refreshQueue()) : loadDesk());
  connect();
  timers.push(
    setInterval(() => queue.items.forEach(queue.refresh), 30_000), // their ages
    setInterval(renewClaims, 60_000),
    setInterval(() => isReturning() || ignoreErrors(Promise.all([refreshQueue(), refreshSites()])), 60_000),
  );
};

// refreshSites fetches the sites with their reasons, which may have changed since the page was loaded.
const refreshSites = async () => {
  const { items } = await get("/sites");
  if (JSON.stringify(items) === JSON.stringify(sites)) return;
  setSites(items);
  showSites();
  emit("selection-changed");
};

const showSites = () => {
  setOptions("site", siteOptions());
  byId("site").hidden = sites.length < 2;
  byId("site").value = filter.site;
};
document.addEventListener("visibilitychange", () => document.hidden || !moderator.name || ignoreErrors(refreshSites()));
on("unknown-site", () => ignoreErrors(refreshSites()));

const showFilter = () => {
  for (const control of filterControls) control.value = filter[control.id];
  byId("signal").value = signalText(filter.signal);
  byId("finer").open ||= filterControls.some((control) => control.value && control.closest("#finer"));
  showChosenView();
};

const showDesk = () => {
  setContent("who", moderator.name);
  showSites();
  showFilter();
  byId("login").hidden = true;
  byId("desk").hidden = false;
  showHistory();
};

const showLogin = () => {
  byId("desk").hidden = true;
  byId("login").hidden = false;
  focusLogin();
  offerSignIn();
};

const leaveDesk = () => {
  delete localStorage["winnow.known"];
  disconnect();
  timers.splice(0).forEach(clearInterval);
  queue.clearQueue();
  forgetModerator();
  forgetDrafts();
  forgetUnsent();
  forgetCalm();
  for (const id of ["list", "page", "texts", "handovers"]) setContent(id);
  closeDialogs();
  showLogin();
};

// goOn shows the desk as it was when the session ended; or the desk of somebody else, who has none of that.
const goOn = async (entered) => {
  if (entered.name !== moderator.name) {
    leaveDesk();
    returnTo(false);
    localStorage["winnow.known"] = "1";
    return start();
  }
  byId("login").hidden = true;
  byId("desk").hidden = false;
  returnTo(true);
  return renewClaims();
};

// showTools shows what belongs to the list: nobody chooses which second looks they get.
const showTools = () => {
  const title = translate("pages." + queue.mode);
  byId("filter").hidden = !["queue", "cards"].includes(queue.mode);
  byId("cards").hidden = queue.mode !== "cards";
  byId("archive").hidden = queue.mode !== "archive";
  byId("views").hidden = byId("handovers").hidden = queue.mode !== "queue";
  byId("panes").dataset.mode = queue.mode;
  byId("pane-queue").setAttribute("aria-label", title);
  setContent("list-tab", title);
};

// loadDesk loads the list for the filter and opens the first item.
const loadDesk = async (keepsOpen = false) => {
  const { author, campaign } = filter;
  const narrowedText = campaign ? translate("copies.only") : translate("queue.only", { name: author });
  byId("narrowed").hidden = !author && !campaign;
  setContent("narrowed", narrowedText + " ×");
  showChosenView();
  try {
    await queue.loadQueue(keepsOpen);
    if (queue.archiveMode) return; // opened meanwhile
    if (queue.mode === "cards") await showBand();
    else if (!byId("panes").hidden) await claim().catch(showError); // without a lease a decision is safe all the same
    clearArrivals();
    if (!queue.openId && queue.mode !== "cards") queue.openNext(0, false);
    await Promise.all([refreshSecondLooks(true), refreshQueue(), ignoreErrors(showHandovers())]);
  } catch (error) {
    showError(error);
    if (!queue.openId) setContent("comment", element("p.muted.empty", describeError(error)));
  }
};

const reloadDesk = async () => {
  await release();
  await loadDesk();
};

const changeFilter = async (change) => {
  if (Object.entries(change).every(([key, value]) => filter[key] === value)) return;
  Object.assign(filter, change);
  history.replaceState(null, "", "?" + queryString(filter));
  await reloadDesk();
};

onEvent("login-form", "submit", async (event) => {
  event.preventDefault();
  const { name, password, code } = event.target.elements;
  const output = setContent(event.target.querySelector(".error"));
  const values = { name: name.value, password: password.value, code: code.value.trim(), cookie: true };
  try {
    const { moderator: entered } = await logIn(values);
    localStorage["winnow.known"] = "1";
    password.value = "";
    askForCode(false);
    if (entered.temporary_password) location.hash = "account";
    await (isReturning() ? goOn(entered) : start());
  } catch (error) {
    const isWrong = error.status === 401;
    if (error.type === codeRequired) askForCode(true);
    else if (isWrong && values.code) setContent(output, translate("login.code_wrong"));
    else setContent(output, isWrong ? translate("login.wrong") : describeError(error));
  }
});

// askForCode shows the field of the one-time code, after a password that was right, or hides it.
const askForCode = (isAsked) => {
  const { code } = byId("login-form").elements;
  byId("login-code").hidden = !isAsked;
  code.required = isAsked;
  code.value = "";
  if (isAsked) code.focus();
};

onEvent("logout", "click", async () => {
  await release();
  await ignoreErrors(post("/auth/logout", { cookie: true })); // the desk is left either way
  leaveDesk();
});

let searchTimer = 0;
onEvent("q", "input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => changeFilter({ q: byId("q").value.trim() }), searchDelay);
});
onEvent("filter", "submit", (event) => {
  event.preventDefault();
  byId("q").blur();
});
for (const control of filterControls) {
  const read = control.id === "signal" ? signalCode : (value) => value;
  control.addEventListener("change", () => changeFilter({ [control.id]: read(control.value.trim()) }));
}
onEvent("narrowed", "click", () => changeFilter({ author: "", campaign: "" }));
onEvent("fresh", "click", () => loadDesk(true));
onEvent("more", "click", () => queue.loadMore().catch(showError));
onEvent("help-open", "click", showHelp);
onEvent("author-close", "click", closeDrawer);
onEvent("language", "change", () => {
  localStorage["winnow.lang"] = byId("language").value;
  location.reload();
});
for (const link of document.querySelectorAll(".tabs a")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    byId(link.hash.slice(1)).scrollIntoView();
  });
}

on("filter-requested", async ({ change, selectAll }) => {
  const isChanged = changeFilter(change);
  showFilter();
  await isChanged;
  if (selectAll) await queue.selectAll().catch(showError);
});
on("signed-out", (request) => {
  if (moderator.name) request.isBack = waitForLogin(moderator.name);
});
on("desk-shown", async ({ name, argument, wasDesk }) => {
  const isSame = queue.mode === name;
  if (name === "archive" || name === "comment") {
    queue.setMode(name, name === "comment" && decodeURIComponent(argument));
    showTools();
    return showArchive(argument);
  }
  if (!wasDesk && moderator.name) ignoreErrors(refreshSites());
  if (isSame && wasDesk) return showTools();
  if (isSame) return reopenDesk();
  const hasClaims = queue.setMode(name);
  showTools();
  if (!hasClaims) await release();
  return loadDesk();
});
const reopenDesk = () => {
  if (queue.mode === "cards") return loadDesk();
  if (queue.openId) queue.open(queue.openId);
  else queue.openNext(0);
  renewClaims();
};
on("item-opened", ({ item, byHand }) => {
  showCounts();
  if (item && byHand && innerWidth <= phoneWidth) beforeDrawing(() => byId("pane-comment").scrollIntoView());
});
addEventListener("hashchange", () => byId("desk").hidden || openPage());

const languageNames = new Intl.DisplayNames(language, { type: "language" });
document.documentElement.lang = language;
for (const node of document.querySelectorAll("[data-text]")) node.textContent = translate(node.dataset.text);
for (const node of document.querySelectorAll("[data-label]")) {
  const text = translate(node.dataset.label);
  configure(node, { label: text, placeholder: node.tagName === "INPUT" && text });
}
byId("language").value = language;
setOptions("sort", choices("sort"));
setOptions("reason",
  [["", translate("queue.all")], ...choices("reason").filter(([reason]) => !neverPending.includes(reason))]);
setOptions("lang",
  [["", translate("queue.lang")], ...detectedLanguages.map((code) => [code, languageNames.of(code)])]);
setContent("signals", signalTexts.map((value) => element("option", { value })));
setOptions("each", [["", translate("copies.grouped")], ["1", translate("copies.single")]]);
takeSignIn();
for (const [key, value] of new URLSearchParams(location.search)) if (key in filter) filter[key] = value;
start();
