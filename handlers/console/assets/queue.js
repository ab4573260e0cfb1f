// The list of what waits: loading, rows, what is open, what is selected. It
// tells the other panes by the events "opened" and "selected" on the document.
import { get, post } from "./api.js";
import { $, fill, h, said, when } from "./dom.js";
import { age, name, percent, t, urgency } from "./i18n.js";

export const queue = {
  me: "", sites: [], blind: false, // second looks are dealt
  filter: { sort: "risk", reason: "", q: "", site: "", author: "", campaign: "" },
  items: [], next: "", total: 0, over: false, current: null, selected: new Set(),
  round: 0, // grows with each load: replies to questions of an earlier one are dropped
};
const rows = new Map(); // list items by comment id
const pageSize = 50;
let anchor = null; // where shift+x started

export const find = (id) => queue.items.find((i) => i.comment.id === id);
export const place = (id) => queue.items.findIndex((i) => i.comment.id === id);
export const current = () => find(queue.current);
export const tell = (event, detail) => document.dispatchEvent(new CustomEvent(event, { detail }));

// holder is who else has the item before them, or "".
export function holder({ claim: c }) {
  return c && c.by !== queue.me && new Date(c.lease_until) > Date.now() ? c.by : "";
}

const free = (item) => !item.gone && !holder(item);
const due = (item) => free(item) && !item.skipped;

// looks claims second looks, as items that say nothing of what was decided.
export async function looks() {
  const { items } = await post("/v1/second-looks/claim", { site: queue.filter.site });
  return { total: items.length, items: items.map(({ id, site, article, comment, parent, lease_until }) => ({
    comment: { ...comment, id, site, article, client: {} }, verdict: { signals: [] }, context: { parent, author: {} },
    claim: { by: queue.me, lease_until }, blind: true,
  })) };
}

// load fetches the list afresh. What is open stays open when it still waits.
export async function load() {
  const round = ++queue.round;
  const page = queue.blind ? await looks() : await get("/v1/queue", { ...queue.filter, limit: pageSize });
  if (round !== queue.round) return;
  Object.assign(queue, { items: [], next: page.next, total: page.total, over: page.more });
  queue.selected.clear();
  rows.clear();
  fill("list");
  merge(page.items);
  if (find(queue.current)) show(queue.current, false);
  else queue.current = null;
}

// more appends the next page.
export async function more() {
  const { next, round } = queue;
  if (!next) return;
  queue.next = "";
  const page = await get("/v1/queue", { ...queue.filter, limit: pageSize, cursor: next });
  if (round !== queue.round) return;
  queue.next = page.next;
  merge(page.items);
}

// merge takes in items as the server knows them now: new ones go to the end,
// and nothing in the list moves.
export function merge(items) {
  for (const item of items) {
    const known = find(item.comment.id);
    if (known) refresh(Object.assign(known, { claim: item.claim, campaign: item.campaign }));
    else insert(item, queue.items.length);
  }
  changed();
}

// insert puts an item at a place in the list.
export function insert(item, at) {
  if (find(item.comment.id)) return;
  const before = queue.items[at];
  queue.items.splice(at, 0, item);
  $("list").insertBefore(row(item), before ? rows.get(before.comment.id) : null);
  changed();
}

// remove takes an item out, and returns where it was.
export function remove(id) {
  const at = place(id);
  queue.items.splice(at, 1);
  rows.get(id).remove();
  rows.delete(id);
  queue.selected.delete(id);
  changed();
  return at;
}

function changed() {
  const { items, next, filter: f, selected } = queue;
  $("more").hidden = !next;
  $("none").hidden = items.length || next;
  $("none").textContent = t(f.q || f.reason || f.author || f.campaign ? "queue.nothing" : "queue.empty");
  tell("selected", selected.size);
}

function row(item) {
  const { comment: c, verdict: v, campaign: copies } = item;
  const p = Math.max(v.spam ?? 0, v.abuse ?? 0);
  const li = h("li", { "data-id": c.id },
    h("label.check", h("input", { type: "checkbox", disabled: item.blind, "aria-label": t("select", { name: c.author.name }), click: (e) => select(c.id, e.shiftKey) })),
    h("button.row", { click: () => show(c.id) },
      h("span.row-top", said(c.author.name, "b"), when(c.created_at)),
      said(Array.from(c.body).slice(0, 180).join("").replace(/\s+/g, " "), "span.excerpt"),
      h("span.row-foot", !item.blind && h("span.chip.risk" + Math.floor(p * 3.99), percent(p)),
        c.reason && h("span.chip", name("reason", c.reason)), copies && h("span.chip.warn", { title: t("copies._", { n: copies.count, m: copies.authors }) }, "×" + copies.count), h("span.state"), said(c.article.title || c.article.id, "span"))));
  rows.set(c.id, li);
  refresh(item);
  return li;
}

// refresh shows what may change while an item is in the list.
export function refresh(item) {
  const li = rows.get(item.comment.id);
  const time = li.querySelector("time");
  const who = holder(item);
  time.textContent = age(time.dateTime);
  time.className = "age" + urgency(time.dateTime);
  li.querySelector(".state").textContent = item.gone ? t("queue.done") : who ? t("queue.held", { name: who }) : item.skipped && t("queue.skipped");
  li.classList.toggle("busy", !due(item));
  li.querySelector("input").checked = queue.selected.has(item.comment.id);
}

// show opens an item, or nothing.
export function show(id, byHand = true) {
  rows.get(queue.current)?.querySelector(".row").removeAttribute("aria-current");
  queue.current = id;
  rows.get(id)?.querySelector(".row").setAttribute("aria-current", "true");
  rows.get(id)?.scrollIntoView({ block: "nearest" });
  if (queue.items.length - place(id) < 15) more().catch(() => {}); // what is in sight is enough for now
  tell("opened", { item: current(), byHand });
}

export function move(by) {
  const to = queue.items[place(queue.current) + by];
  if (to) show(to.comment.id);
}

// upcoming are the items from a place on that are to be dealt.
export const upcoming = (from) => [...queue.items.slice(from), ...queue.items.slice(0, from)].filter(due);

// deal opens the next of them.
export function deal(from, byHand) {
  const all = upcoming(from);
  show((all.find((i) => i.claim?.by === queue.me) ?? all[0])?.comment.id ?? null, byHand); // of others' claims one hears late
}

// select turns one item's check mark, or those from the last one up to here.
export function select(id = queue.current, range = false) {
  const at = place(id);
  if (at < 0 || queue.blind) return;
  const on = !queue.selected.has(id);
  const from = range && place(anchor) >= 0 ? place(anchor) : at;
  for (const item of queue.items.slice(Math.min(from, at), Math.max(from, at) + 1)) {
    if (on && free(item)) queue.selected.add(item.comment.id);
    else queue.selected.delete(item.comment.id);
    refresh(item);
  }
  anchor = id;
  changed();
}

// selectAll takes in what was not loaded yet, as far as one decision may go.
export async function selectAll() {
  while (queue.next && queue.items.length < 500) await more();
  for (const item of queue.items.filter(free)) queue.selected.add(item.comment.id);
  queue.items.forEach(refresh);
  changed();
}

export function clearSelection() {
  queue.selected.clear();
  queue.items.forEach(refresh);
  changed();
}
