// Winnow's comments under any page:
//   <div id="winnow-comments" data-site="SITE" data-article="ARTICLE ID"></div>
//   <script type="module" src="https://HOST/widget/v1.js"></script>
// Also data-title, -url, -lang (en, de), -order (newest, oldest), and colours by
// --winnow-accent, -ink, -muted, -line, -paper.
// What readers wrote is only ever set as text.

import { badge, element, fieldError, randomKey, store, stored } from "./v1-parts.js";
import css, { isDark } from "./v1-style.js";
import { byTime, formatAge } from "./v1-time.js";

const deepest = 3; // below it, replies stand in one list
const server = new URL("..", import.meta.url);
const containers = () => document.querySelectorAll("#winnow-comments");
const lang = /^de/.test(containers()[0]?.dataset.lang || document.documentElement.lang) ? "de" : "en";
const { default: texts } = await import(`./v1-${lang}.js`);
const translate = (key, values = {}) => texts[key].replace(/{(\w+)}/g, (_, name) => values[name]);
const mountAll = () => containers().forEach((container) => container.shadowRoot || mount(container));
mountAll();
new MutationObserver(mountAll).observe(document, { childList: true, subtree: true }); // pages add it later

function mount(container) {
  const { site, article, order = "newest", title = document.title } = container.dataset;
  const { url = location.href.split("#")[0] } = container.dataset;
  const comments = new Map(); // by id, in the order of the page
  let next, total, parent, closed, idempotencyKey = randomKey();

  const shadow = container.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  if (!site || !article) {
    console.error("winnow-comments: data-site and data-article must be set", container);
    return;
  }
  const button = (key, props) => element("button", { type: "button", ...props }, translate(key));
  const heading = element("h2", { id: "heading" });
  const select = element("select", { "aria-label": translate("order"), change: () => load() },
    ...["newest", "oldest"].map((value) => element("option", { value }, translate(value))));
  select.value = order;
  const list = element("ol", { role: "list" });
  const more = button("more", { click: () => load(next) });
  const name = element("input", { id: "name", autocomplete: "name", maxlength: 100 });
  const body = element("textarea", { id: "body", maxlength: 20000 });
  const inputs = { "author.name": name, body };
  const field = (input) => {
    const errorId = input.id + "-error";
    input.setAttribute("aria-describedby", errorId);
    return element("div", {}, element("label", { for: input.id }, translate(input.id)), input,
      element("p", { class: "error", id: errorId }));
  };
  const honeypot = element("input", { name: "website", tabindex: -1, autocomplete: "off" });
  const message = element("p", { class: "message", role: "status" });
  const send = element("button", { class: "main" }, translate("send"));
  const cancel = button("cancel", { click: () => replyTo() });
  const formHeading = element("h3", {});
  const form = element("form", { novalidate: "", submit: post }, formHeading, field(name), field(body),
    element("div", { class: "honeypot", "aria-hidden": "true" }, honeypot),
    element("div", { class: "row" }, send, cancel));
  const header = element("header", {}, heading, select);
  const scheme = isDark(container) ? "dark" : "light";
  shadow.append(element("section", { "aria-labelledby": "heading", class: scheme }, header, form, message, list, more));
  name.value = stored("name");
  more.hidden = true;
  replyTo(null, false);
  load();
  setInterval(() => {
    for (const time of shadow.querySelectorAll("time")) time.textContent = formatAge(time.dateTime, lang);
  }, 60_000);

  async function load(cursor = "") {
    try {
      const query = new URLSearchParams({ site, article, order: select.value, limit: 50, cursor });
      const reply = await fetch(new URL("v1/comments?" + query, server), { cache: "no-cache" });
      if (!reply.ok) throw reply;
      const page = await reply.json();
      if (!cursor) comments.clear();
      for (const comment of page.comments) comments.set(comment.id, comment);
      ({ next, total } = page);
      closed = page.state === "closed";
      show();
    } catch {
      showMessage(translate("unloaded") + " ", "bad");
      message.append(button("retry", { class: "link", click: () => { showMessage(""); load(cursor); } }));
    }
  }

  function show() {
    const byParent = {};
    for (const comment of comments.values()) {
      (byParent[comments.has(comment.parent_id) ? comment.parent_id : ""] ??= []).push(comment);
    }
    list.replaceChildren();
    const open = (byParent[""] || []).map((comment) => [comment, list, 0]).reverse();
    while (open.length) { // no recursion: a conversation can be long
      const [comment, into, depth] = open.pop();
      const item = element("li", { class: comment.own && "own" }, card(comment, depth > deepest));
      into.append(item);
      const replies = (byParent[comment.id] || []).sort(byTime);
      const below = depth < deepest && replies.length ? element("ol", { role: "list" }) : into;
      if (below !== into) item.append(below);
      open.push(...replies.map((reply) => [reply, below, depth + 1]).reverse());
    }
    if (!comments.size && !closed) list.append(element("li", { class: "note" }, translate("first")));
    heading.textContent = texts.comments[Math.min(total, 2)].replace("{n}", total.toLocaleString(lang));
    more.hidden = !next;
    form.hidden = closed;
    if (closed) showMessage(translate("closed"));
    replyTo(parent, false);
  }

  function card(comment, isFlat) {
    const { id, parent_id, author, created_at, own, status } = comment;
    const title = new Date(created_at).toLocaleString(lang);
    return element("article", { id: "c-" + id, tabindex: -1 },
      element("p", { class: "by" }, element("b", {}, author.name), badge(author, translate),
        element("time", { datetime: created_at, title }, formatAge(created_at, lang)),
        parent_id && !comments.has(parent_id) ? " · " + translate("earlier") : "",
        isFlat ? " · " + translate("replyTo", comments.get(parent_id).author) : ""),
      element("p", { class: "text" }, comment.body),
      own && status !== "approved"
        ? element("p", { class: "note" }, translate(status === "pending" ? "waiting" : status))
        : closed ? "" : button("reply", {
          class: "link", "aria-label": translate("replyTo", author), click: () => replyTo(comment) }));
  }

  // There is one form. It moves to where its comment will be.
  function replyTo(comment, focus = true) {
    parent = comment;
    formHeading.textContent = comment ? translate("replyTo", comment.author) : translate("write");
    cancel.hidden = !comment;
    (shadow.getElementById("c-" + comment?.id) || header).after(form);
    form.after(message);
    if (focus) (name.value ? body : name).focus();
  }

  async function post(event) {
    event.preventDefault();
    showMessage("");
    if (showErrors([name, body].map((input) => [input, input.value.trim() ? "" : translate("empty")]))) return;
    const comment = { site, article: { id: article, url, title }, parent_id: parent?.id,
      author: { name: name.value }, body: body.value, website: honeypot.value };
    send.disabled = true;
    try {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey };
      const token = stored("browser." + site);
      if (token) headers["X-Browser-Token"] = token;
      const options = { method: "POST", headers, body: JSON.stringify(comment) };
      const reply = await fetch(new URL("v1/comments", server), options);
      const answer = await reply.json();
      if (answer.browser_token) store("browser." + site, answer.browser_token);
      if (reply.ok) showPosted({ ...comment, ...answer, own: true });
      else showRefusal(reply, answer);
    } catch {
      console.error(`winnow-comments: no reply. Is ${location.origin} an origin of the site "${site}"?`);
      showMessage(translate("unreachable"), "bad"); // with the same key: the server may have got it
    }
    send.disabled = false;
  }

  function showPosted(comment) {
    store("name", comment.author.name);
    const others = [...comments];
    comments.clear();
    for (const [id, other] of [[comment.id, comment], ...others]) comments.set(id, other); // one's own comes first
    if (comment.status === "approved") total++;
    body.value = "";
    idempotencyKey = randomKey();
    parent = null;
    show();
    showMessage(translate(comment.status));
    shadow.getElementById("c-" + comment.id).focus();
  }

  function showRefusal(reply, problem) {
    idempotencyKey = randomKey();
    const kind = problem.type?.split(":").pop();
    if (kind === "closed" || kind === "banned") return showMessage(translate(kind), "bad");
    if (showErrors((problem.fields || []).map((error) => [inputs[error.field], fieldError(error, translate)]))) return;
    const until = new Date(Date.now() + 1000 * (reply.headers.get("Retry-After") || 60));
    if (reply.status === 429) showMessage(translate("limited", { time: until.toLocaleTimeString(lang) }), "bad");
    else if (reply.status >= 500) showMessage(translate("unreachable"), "bad");
    else showMessage(translate("failed", { why: problem.detail || problem.title }), "bad");
  }

  // showErrors shows messages beside their inputs, and reports whether there was one.
  function showErrors(errors) {
    const wrong = errors.filter(([input, text]) => {
      input?.setAttribute("aria-invalid", !!text);
      if (input) shadow.getElementById(input.id + "-error").textContent = text;
      return input && text;
    });
    wrong[0]?.[0].focus();
    return wrong.length > 0;
  }

  function showMessage(text, kind = "") {
    message.className = "message " + kind;
    message.textContent = text;
  }
}
