// Winnow's comments under any page:
//   <div id="winnow-comments" data-site="SITE" data-article="ARTICLE ID"></div>
//   <script type="module" src="https://HOST/widget/v1.js"></script>
// Also data-title, -url, -lang (en, de), -order (newest, oldest), and colours by
// --winnow-accent, -ink, -muted, -line, -paper.
// What readers wrote is only ever set as text.

import css from "./v1-style.js";

const server = new URL("..", import.meta.url);
const place = document.getElementById("winnow-comments");
const lang = /^de/.test(place?.dataset.lang || document.documentElement.lang) ? "de" : "en";
const { default: words } = await import(`./v1-${lang}.js`);
const t = (key, values = {}) => words[key].replace(/{(\w+)}/g, (_, k) => values[k]);
if (place) mount(place);

function el(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") e.addEventListener(name, value);
    else if (value != null && value !== false) e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

function mount(place) {
  const { site, article, order = "newest", url = location.href.split("#")[0], title = document.title } = place.dataset;
  const known = new Map(); // comments by id, in the order of the page
  let next, total, parent, closed, attempt = token();

  const shadow = place.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  const heading = el("h2", { id: "heading" });
  const select = el("select", { "aria-label": t("order"), change: () => load() }, ...["newest", "oldest"].map((o) => el("option", { value: o }, t(o))));
  select.value = order;
  const list = el("ol", { role: "list" });
  const more = el("button", { type: "button", click: () => load(next) }, t("more"));
  const inputs = { "author.name": el("input", { id: "name", autocomplete: "name", maxlength: 100 }), body: el("textarea", { id: "body", maxlength: 20000 }) };
  const { "author.name": name, body } = inputs;
  const field = (input) => {
    input.setAttribute("aria-describedby", input.id + "-error");
    return el("div", {}, el("label", { for: input.id }, t(input.id)), input, el("p", { class: "error", id: input.id + "-error" }));
  };
  const trap = el("input", { name: "website", tabindex: -1, autocomplete: "off" });
  const say = el("p", { class: "say", role: "status" });
  const send = el("button", { class: "main" }, t("send"));
  const cancel = el("button", { type: "button", click: () => replyTo() }, t("cancel"));
  const what = el("h3", {});
  const form = el("form", { novalidate: "", submit: post }, what, field(name), field(body),
    el("div", { class: "trap", "aria-hidden": "true" }, trap), el("div", { class: "row" }, send, cancel));
  const header = el("header", {}, heading, select);
  shadow.append(el("section", { "aria-labelledby": "heading" }, header, form, say, list, more));
  try { name.value = localStorage.getItem("winnow.name"); } catch { /* a browser may forbid storage */ }
  more.hidden = true;
  replyTo(null, false);
  load();
  setInterval(() => shadow.querySelectorAll("time").forEach((e) => { e.textContent = ago(e.dateTime); }), 60_000);

  async function load(cursor = "") {
    try {
      const reply = await fetch(new URL("v1/comments?" + new URLSearchParams({ site, article, order: select.value, limit: 50, cursor }), server), { cache: "no-cache" });
      if (!reply.ok) throw reply;
      const page = await reply.json();
      if (!cursor) known.clear();
      for (const c of page.comments) known.set(c.id, c);
      ({ next, total } = page);
      closed = page.state === "closed";
      show();
    } catch {
      tell(t("unloaded") + " ", "bad");
      say.append(el("button", { type: "button", class: "quiet", click: () => { tell(""); load(cursor); } }, t("retry")));
    }
  }

  function show() {
    const below = {};
    for (const c of known.values()) (below[known.has(c.parent_id) ? c.parent_id : ""] ??= []).push(c);
    const branch = (c) => {
      const replies = (below[c.id] || []).sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
      return el("li", { class: c.own && "own" }, card(c), ...(replies.length ? [el("ol", { role: "list" }, ...replies.map(branch))] : []));
    };
    list.replaceChildren(...(below[""] || []).map(branch));
    if (!known.size) list.append(el("li", { class: "note" }, t("first")));
    heading.textContent = words.comments[Math.min(total, 2)].replace("{n}", total.toLocaleString(lang));
    more.hidden = !next;
    form.hidden = closed;
    if (closed) tell(t("closed"));
    replyTo(parent, false);
  }

  function card(c) {
    const label = t("replyTo", { name: c.author.name });
    return el("article", { id: "c-" + c.id, tabindex: -1 },
      el("p", { class: "by" }, el("b", {}, c.author.name),
        el("time", { datetime: c.created_at, title: new Date(c.created_at).toLocaleString(lang) }, ago(c.created_at)),
        c.parent_id && !known.has(c.parent_id) ? " · " + t("earlier") : ""),
      el("p", { class: "text" }, c.body),
      c.own && c.status !== "approved"
        ? el("p", { class: "note" }, t(c.status === "pending" ? "waiting" : c.status))
        : closed ? "" : el("button", { type: "button", class: "quiet", "aria-label": label, click: () => replyTo(c) }, t("reply")));
  }

  // The one form moves to where its comment will be.
  function replyTo(c, focus = true) {
    parent = c;
    what.textContent = c ? t("replyTo", { name: c.author.name }) : t("write");
    cancel.hidden = !c;
    (shadow.getElementById("c-" + c?.id) || header).after(form);
    form.after(say);
    if (focus) (name.value ? body : name).focus();
  }

  async function post(event) {
    event.preventDefault();
    tell("");
    if (faults([name, body].map((input) => [input, input.value.trim() ? "" : t("empty")]))) return;
    const comment = { site, article: { id: article, url, title }, parent_id: parent?.id, author: { name: name.value }, body: body.value, website: trap.value };
    send.disabled = true;
    try {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": attempt };
      const reply = await fetch(new URL("v1/comments", server), { method: "POST", headers, body: JSON.stringify(comment) });
      const answer = await reply.json();
      if (reply.ok) posted({ ...comment, ...answer, own: true });
      else refused(reply, answer);
    } catch {
      tell(t("unreachable"), "bad"); // the next try is the same attempt
    }
    send.disabled = false;
  }

  function posted(c) {
    try { localStorage.setItem("winnow.name", c.author.name); } catch { /* likewise */ }
    const others = [...known];
    known.clear(); // one's own comes first
    [[c.id, c], ...others].forEach(([id, x]) => known.set(id, x));
    if (c.status === "approved") total++;
    body.value = "";
    attempt = token();
    parent = null;
    show();
    tell(t(c.status));
    shadow.getElementById("c-" + c.id).focus();
  }

  function refused(reply, problem) {
    attempt = token();
    const kind = problem.type?.split(":").pop();
    if (kind === "closed" || kind === "banned") return tell(t(kind), "bad");
    if (faults((problem.fields || []).map((f) => [inputs[f.field], f.message]))) return;
    const time = new Date(Date.now() + 1000 * (reply.headers.get("Retry-After") || 60)).toLocaleTimeString(lang);
    if (reply.status === 429) tell(t("limited", { time }), "bad");
    else tell(reply.status < 500 ? t("failed", { why: problem.detail || problem.title }) : t("unreachable"), "bad");
  }

  // faults shows messages beside their inputs, and tells whether there was one.
  function faults(all) {
    const wrong = all.filter(([input, message]) => {
      input?.setAttribute("aria-invalid", !!message);
      if (input) shadow.getElementById(input.id + "-error").textContent = message;
      return input && message;
    });
    wrong[0]?.[0].focus();
    return wrong.length > 0;
  }

  function tell(message, kind = "") {
    say.className = "say " + kind;
    say.textContent = message;
  }
}

function ago(time) {
  const minutes = Math.min(0, Math.ceil((new Date(time) - Date.now()) / 60_000));
  const [unit, size] = [["year", 525_600], ["month", 43_800], ["day", 1440], ["hour", 60], ["minute", 1]].find(([, size]) => minutes <= -size) || ["minute", 1];
  return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(Math.ceil(minutes / size), unit);
}

// token names one attempt to post: a repeated request is not a second comment.
function token() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16)).join("");
}
