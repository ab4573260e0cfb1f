// The list of what waits: loading, rows, what is open, what is selected. It
// tells the other panes by the events "opened" and "selected" on the document.
import { get, post, quiet } from "./api.js";
import { $, fill, h, said, tell, when } from "./dom.js";
import { age, name, percent, t, urgency } from "./i18n.js";

export const filter = { sort: "risk", reason: "", q: "", site: "", section: "", lang: "", signal: "", author: "", campaign: "", each: "" };
export const selected = new Set();
export let me = "";
export let sites = [];
export let looking = false; // second looks are dealt
export let looks = []; // claims on those that were left for the queue
export let items = [];
export let total = 0; // comments that wait
export let over = false; // and more
export let shown = null; // id of what is open
export let round = 0; // grows with each load: replies to questions of an earlier one are dropped
let next = "";
const rows = new Map(); // list items by comment id
const pageSize = 50;
let anchor = null; // where shift+x started

export const enter = (who, all) => {
  me = who;
  sites = all;
};

export const leave = () => {
  items = [];
  shown = null;
};

export const turn = () => {
  looks = looking ? items.map((i) => i.claim) : [];
  looking = !looking;
};

export const count = (n, more = over) => {
  total = n;
  over = more;
};

export const find = (id) => items.find((i) => i.id === id);
export const idsOf = (list) => list.map((i) => i.id);
export const place = (id) => items.findIndex((i) => i.id === id);
export const current = () => find(shown);

// holder is who else has the item before them, or "".
export const holder = ({ claim: c }) => c && c.by !== me && new Date(c.lease_until) > Date.now() ? c.by : "";

const free = (item) => !item.gone && !holder(item);
const due = (item) => free(item) && !item.skipped;

// meant is the filter as the server knows it. Near-copies are one item unless
// each of them is asked for, or those of one campaign or author alone.
const meant = () => ({ ...filter, group: filter.each || filter.campaign || filter.author ? "" : "campaign" });

// copies says for how many comments an item stands: for all of its campaign
// that wait, where that is one item, and else for itself.
export const copies = ({ campaign: c }) => c && meant().group ? c.pending ?? c.count : 1;

export const sum = (list) => list.reduce((n, i) => n + copies(i), 0);

// Items have their comment's id.
const listed = async (job) => {
  const page = await job;
  for (const i of page.items) i.id = i.comment.id;
  return page;
};

export const list = (query) => listed(get("/queue", { ...meant(), limit: pageSize, ...query }));
export const lease = (limit) => listed(looking ? claimLooks() : post("/queue/claim", { ...meant(), limit }));

// looks claims second looks, as items that say nothing of what was decided.
const claimLooks = async () => {
  const { items: dealt } = await post("/second-looks/claim", { site: filter.site });
  return { total: dealt.length, items: dealt.map(({ id, site, article, comment, parent, lease_until }) => ({
    comment: { ...comment, id, site, article, client: {} }, verdict: { signals: [] }, context: { parent, author: {} },
    claim: { by: me, lease_until }, blind: true,
  })) };
};

// load fetches the list afresh. What is open stays open when it still waits.
export const load = async () => {
  const mine = ++round;
  const [page, all] = await Promise.all(looking ? [lease()] : [list(), list({ limit: 1, group: "" })]);
  if (mine !== round) return;
  const { total: n, more: further } = all || page; // of comments, however they are listed
  count(n, further);
  items = [];
  ({ next } = page);
  selected.clear();
  rows.clear();
  fill("list");
  merge(page.items);
  if (current()) show(shown, false);
  else shown = null;
};

// more appends the next page.
export const more = async () => {
  const [cursor, mine] = [next, round];
  if (!cursor) return;
  next = "";
  const page = await list({ cursor });
  if (mine !== round) return;
  next = page.next;
  merge(page.items);
};

// merge takes in items as the server knows them now: new ones go to the end,
// and nothing in the list moves.
export const merge = (found) => {
  for (const item of found) {
    const known = find(item.id);
    if (known) renew(known, item);
    else insert(item, items.length);
  }
  changed();
};

// renew notes who holds an item by now, and how many near-copies of it wait,
// which a claim's answer does not say.
export const renew = (item, { claim, campaign }) => {
  const before = [holder(item), copies(item)];
  Object.assign(item, { claim, campaign: campaign && { pending: item.campaign?.pending, ...campaign } });
  refresh(item);
  return before[0] !== holder(item) || before[1] !== copies(item);
};

// insert puts an item at a place in the list.
export const insert = (item, at) => {
  if (find(item.id)) return;
  const before = items[at];
  items.splice(at, 0, item);
  $("list").insertBefore(row(item), before ? rows.get(before.id) : null);
  changed();
};

// remove takes an item out, and returns where it was.
export const remove = (id) => {
  const at = place(id);
  items.splice(at, 1);
  rows.get(id).remove();
  rows.delete(id);
  selected.delete(id);
  changed();
  return at;
};

const changed = () => {
  const { sort, site, each, ...narrow } = filter;
  $("more").hidden = !next;
  $("none").hidden = items.length || next;
  fill("none", t(Object.values(narrow).some(Boolean) ? "queue.nothing" : "queue.empty"));
  tell("selected", selected.size);
};

const row = (item) => {
  const { id, comment: c, verdict: v } = item;
  const p = Math.max(v.spam ?? 0, v.abuse ?? 0);
  const li = h("li", { "data-id": id },
    h("label.check", h("input", { type: "checkbox", disabled: item.blind, label: t("select", { name: c.author.name }), click: (e) => select(id, e.shiftKey) })),
    h("button.row", () => show(id),
      h(".row-top", said(c.author.name, "b"), when(c.created_at)),
      said(Array.from(c.body).slice(0, 180).join("").replace(/\s+/g, " "), ".excerpt"),
      h(".row-foot", !item.blind && h(".chip.risk" + Math.floor(p * 3.99), percent(p)),
        c.reason && h(".chip", name("reason", c.reason)), h(".many"), h(".state"), said(c.article.title || c.article.id, "span"))));
  rows.set(id, li);
  refresh(item);
  return li;
};

// refresh shows what may change while an item is in the list.
export const refresh = (item) => {
  const li = rows.get(item.id);
  const time = $("time", li);
  const who = holder(item);
  const n = copies(item) > 1 ? copies(item) : item.campaign?.count;
  fill(time, age(time.dateTime)).className = "age" + urgency(time.dateTime);
  fill($(".many", li), n && h(".chip.warn", "×" + n));
  fill($(".state", li), item.gone ? t("queue.done") : who ? t("queue.held", { name: who }) : item.skipped && t("queue.skipped"));
  li.classList.toggle("busy", !due(item));
  $("input", li).checked = selected.has(item.id);
};

// show opens an item, or nothing.
export const show = (id, byHand = true) => {
  const button = () => rows.get(shown)?.querySelector(".row");
  button()?.removeAttribute("aria-current");
  shown = id;
  button()?.setAttribute("aria-current", "true");
  button()?.parentElement.scrollIntoView({ block: "nearest" });
  if (items.length - place(id) < 15) quiet(more()); // what is in sight is enough for now
  tell("opened", { item: current(), byHand });
};

export const move = (by) => {
  const to = items[place(shown) + by];
  if (to) show(to.id);
};

// upcoming are the items from a place on that are to be dealt.
export const upcoming = (from) => [...items.slice(from), ...items.slice(0, from)].filter(due);

// deal opens the next of them.
export const deal = (from, byHand) => {
  const all = upcoming(from);
  show((all.find((i) => i.claim?.by === me) ?? all[0])?.id ?? null, byHand); // of others' claims one hears late
};

// select turns one item's check mark, or those from the last one up to here.
export const select = (id = shown, range = false) => {
  const at = place(id);
  if (at < 0 || looking) return;
  const on = !selected.has(id);
  const from = range && place(anchor) >= 0 ? place(anchor) : at;
  for (const item of items.slice(Math.min(from, at), Math.max(from, at) + 1)) {
    if (on && free(item)) selected.add(item.id);
    else selected.delete(item.id);
  }
  anchor = id;
  reselect();
};

const reselect = () => {
  items.forEach(refresh);
  changed();
};

// selectAll takes in what was not loaded yet, as far as one decision may go.
export const selectAll = async () => {
  while (next && items.length < 500) await more();
  for (const item of items.filter(free)) selected.add(item.id);
  reselect();
};

export const clearSelection = () => {
  selected.clear();
  reselect();
};
