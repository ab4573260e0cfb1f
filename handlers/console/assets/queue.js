// The list of what waits: loading, rows, what is open, what is selected. It
// tells the other panes by the event "opened" on the document.
import { get } from "./api.js";
import { $, h, said } from "./dom.js";
import { age, moment, name, percent, t, urgency } from "./i18n.js";

export const queue = { me: "", filter: { sort: "risk", reason: "", q: "", site: "", author: "" }, items: [], next: "", total: 0, current: null, selected: new Set() };

const rows = new Map(); // list items by comment id
const pageSize = 50;
let anchor = null; // where shift+x started
let loading = 0; // the newest load; what older ones bring is dropped

export const find = (id) => queue.items.find((i) => i.comment.id === id);
export const current = () => find(queue.current);
export const place = (id) => queue.items.findIndex((i) => i.comment.id === id);
export const query = () => ({ ...queue.filter });
export const risk = (v) => Math.max(v.spam ?? 0, v.abuse ?? 0);

// holder is who else has the item before them, or "".
export function holder(item) {
  const c = item.claim;
  return c && c.by !== queue.me && new Date(c.lease_until) > Date.now() ? c.by : "";
}

const free = (item) => !item.gone && !holder(item);

// load fetches the list afresh. What is open stays open when it still waits.
export async function load() {
  const mine = ++loading;
  const page = await get("/v1/queue", { ...query(), limit: pageSize });
  if (mine !== loading) return;
  const open = current();
  Object.assign(queue, { items: page.items, next: page.next || "", total: page.total });
  queue.selected.clear();
  rows.clear();
  $("list").replaceChildren(...page.items.map(row));
  if (!page.items.length) $("list").append(h("li", { class: "muted empty" }, t(queue.filter.q || queue.filter.reason ? "queue.nothing" : "queue.empty")));
  tail();
  if (open && find(open.comment.id)) show(open.comment.id, false);
  else queue.current = null;
}

// more appends the next page.
export async function more() {
  if (!queue.next) return;
  const mine = loading;
  const cursor = queue.next;
  queue.next = "";
  const page = await get("/v1/queue", { ...query(), limit: pageSize, cursor });
  if (mine !== loading) return;
  queue.next = page.next || "";
  merge(page.items);
}

// merge takes in items as the server knows them now: new ones go to the end,
// and nothing in the list moves.
export function merge(items) {
  for (const item of items) {
    const known = find(item.comment.id);
    if (known) {
      known.claim = item.claim;
      refresh(known);
    } else {
      if (!queue.items.length) $("list").replaceChildren();
      queue.items.push(item);
      $("list").append(row(item));
    }
  }
  tail();
}

function tail() {
  $("more").hidden = !queue.next;
  chosen();
}

function row(item) {
  const { comment: c, verdict: v } = item;
  const p = risk(v);
  const check = h("input", { type: "checkbox", "aria-label": t("select", { name: c.author.name }), click: (e) => select(c.id, e.shiftKey) });
  const li = h("li", { "data-id": c.id },
    h("label", { class: "check" }, check),
    h("button", { type: "button", class: "row", click: () => show(c.id) },
      h("span", { class: "row-top" }, said(c.author.name, "b"), h("time", { datetime: c.created_at, title: moment(c.created_at), class: "age" + urgency(c.created_at) }, age(c.created_at))),
      h("span", { class: "excerpt", dir: "auto" }, Array.from(c.body).slice(0, 180).join("").replace(/\s+/g, " ")),
      h("span", { class: "row-foot" }, h("span", { class: "chip risk" + Math.floor(p * 3.99) }, percent(p)),
        c.reason && h("span", { class: "chip" }, name("reason", c.reason)), h("span", { class: "state" }), h("span", { class: "article", dir: "auto" }, c.article.title || c.article.id))));
  rows.set(c.id, li);
  refresh(item);
  return li;
}

// refresh shows what may change while an item is in the list.
export function refresh(item) {
  const li = rows.get(item.comment.id);
  if (!li) return;
  const who = holder(item);
  li.querySelector(".state").textContent = item.gone ? t("queue.done") : who && t("queue.held", { name: who });
  li.classList.toggle("busy", !free(item));
  li.querySelector("input").checked = queue.selected.has(item.comment.id);
}

// show opens an item.
export function show(id, byHand = true) {
  rows.get(queue.current)?.querySelector(".row").removeAttribute("aria-current");
  queue.current = id;
  const li = rows.get(id);
  li?.querySelector(".row").setAttribute("aria-current", "true");
  li?.scrollIntoView({ block: "nearest" });
  if (queue.items.length - place(id) < 15) more().catch(() => {}); // the button stays for another try
  document.dispatchEvent(new CustomEvent("opened", { detail: { item: find(id), byHand } }));
}

export function move(by) {
  const to = queue.items[place(queue.current) + by];
  if (to) show(to.comment.id);
}

// deal opens the next item from a place on that nobody else has, and says
// whether there was one.
export function deal(from, byHand = true) {
  const next = upcoming(from)[0];
  if (next) show(next.comment.id, byHand);
  else {
    queue.current = null;
    document.dispatchEvent(new CustomEvent("opened", { detail: { item: null, byHand } }));
  }
  return Boolean(next);
}

export const upcoming = (from) => [...queue.items.slice(from), ...queue.items.slice(0, from)].filter(free);

// remove takes an item out, and returns where it was.
export function remove(id) {
  const at = place(id);
  if (at < 0) return 0;
  queue.items.splice(at, 1);
  rows.get(id).remove();
  rows.delete(id);
  queue.selected.delete(id);
  if (!queue.items.length && !queue.next) $("list").replaceChildren(h("li", { class: "muted empty" }, t("queue.empty")));
  chosen();
  return at;
}

// putBack returns an item to its place.
export function putBack(item, at) {
  if (find(item.comment.id)) return;
  if (!queue.items.length) $("list").replaceChildren();
  const before = queue.items[at];
  queue.items.splice(at, 0, item);
  $("list").insertBefore(row(item), before ? rows.get(before.comment.id) : null);
}

// select turns one item's check mark, or all from the last one up to here.
export function select(id = queue.current, range = false) {
  if (!id) return;
  const on = !queue.selected.has(id);
  const [a, b] = range && anchor && place(anchor) >= 0 ? [place(anchor), place(id)].sort((x, y) => x - y) : [place(id), place(id)];
  for (const item of queue.items.slice(a, b + 1)) {
    if (on && free(item)) queue.selected.add(item.comment.id);
    else queue.selected.delete(item.comment.id);
    refresh(item);
  }
  refresh(find(id));
  anchor = id;
  chosen();
}

export function clearSelection() {
  queue.selected.clear();
  queue.items.forEach(refresh);
  chosen();
}

function chosen() {
  document.dispatchEvent(new CustomEvent("selected", { detail: queue.selected.size }));
}

// tick renews what is shown of ages and leases.
export function tick() {
  for (const item of queue.items) {
    const time = rows.get(item.comment.id).querySelector("time");
    time.textContent = age(time.dateTime);
    time.className = "age" + urgency(time.dateTime);
    refresh(item);
  }
}
