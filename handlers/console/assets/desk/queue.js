// The desk's list: which items are loaded, which is open, which are selected. It shows the queue, the second looks, the
// archive or one comment. The other panes follow by the events "item-opened" and "selection-changed".
import { ignoreErrors } from "../lib/api.js";
import { byId, setContent } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatNumber, translate } from "../lib/i18n.js";
import { isWorst, wantsCalm, worstFrom } from "./calm.js";
import { band, groupsCampaigns, isNarrowed } from "./filter.js";
import { commentCount, holderOf, isDue, isFree, isMine } from "./items.js";
import { orderByLikeness } from "./likeness.js";
import { claimFromQueue, claimSecondLooks, fetchArchive, fetchComment, fetchCounts, fetchQueue } from "./requests.js";
import { clearRows, insertRow, markOpenRow, refreshRow, removeRow } from "./rows.js";

export const selected = new Set(); // ids
export let items = [];
export let openId = null;
export let total = 0; // pending comments
export let totalIsMinimum = false; // there are more than that
export let generation = 0; // grows with each load, so that replies to requests of an earlier one can be dropped
export let mode = "queue"; // or "cards", "looks", "archive", "comment": what the list has
export let secondLookMode = false; // the list has second looks
export let archiveMode = false; // the list has comments of every status, which stay in it when they are decided
export let heldSecondLooks = []; // claims on second looks while the queue is shown

const loadAheadOf = 15; // with fewer items below the open one, the next page is loaded
const maxSelected = 500;
let nextCursor = "";
let rangeStart = null; // id from which shift+x selects
let wasWorst = false; // the item that was opened last
let putOff = null; // id of the item before which a milder one was opened
let commentId = ""; // of the one comment that is shown
let parked = null; // of the queue or the second looks while the archive or one comment is shown

// parkedItems are those of the queue while the archive or one comment is shown.
export const parkedItems = () => parked?.items ?? [];

export const clearQueue = () => {
  items = [];
  openId = null;
  parked = null;
};

const isArchive = (name) => name === "archive" || name === "comment";

// setMode changes what the list has, before it is loaded. It reports whether the list is again what it was before the
// archive took its place: then it has still the items that the moderator has claimed.
export const setMode = (name, id = "") => {
  if (secondLookMode) heldSecondLooks = items.map(({ claim }) => claim);
  if (name === "looks") heldSecondLooks = [];
  if (isArchive(name) && !archiveMode) parked = { mode, items, openId };
  const returnsTo = !isArchive(name) && parked?.mode;
  if (returnsTo) ({ items, openId } = parked);
  if (returnsTo) parked = null;
  else if (isArchive(name)) [items, openId] = [[], null];
  generation++;
  nextCursor = "";
  commentId = id;
  [mode, secondLookMode, archiveMode] = [name, name === "looks", isArchive(name)];
  band.isActive = name === "cards";
  return returnsTo === name;
};

export const setTotal = (count, isMinimum = totalIsMinimum) => {
  total = count;
  totalIsMinimum = isMinimum;
};

// setCounts shows how many comments wait, and how many of them the filter selects.
export const setCounts = ({ waiting, matching }) => {
  setTotal(waiting.total, waiting.more);
  const count = matching && formatNumber(matching.total) + (matching.more ? "+" : "");
  setContent("matches", matching && translate("queue.matches", { count }));
};

export const itemById = (id) => items.find((item) => item.id === id);
export const positionOf = (id) => items.findIndex((item) => item.id === id);
export const openItem = () => itemById(openId);

// targets are the items that a decision is about: those selected, or else the open one.
export const targets = () => (selected.size ? [...selected] : [openId]).map(itemById).filter(Boolean);

const cardsAtOnce = 24;
const maxCards = 50;

// hasFewCards reports whether there is room for more of what waits.
export const hasFewCards = () =>
  items.filter(({ isAside }) => !isAside).length < cardsAtOnce / 2 && total > items.length;

// claimCards claims as many cards as there are at once, beside those that were left out.
const claimCards = () => {
  const leftOut = items.filter(({ isAside }) => isAside).length;
  return claimFromQueue(Math.min(maxCards, cardsAtOnce + leftOut));
};

export const claimItems = (limit) => {
  if (mode === "cards") return claimCards();
  return secondLookMode ? claimSecondLooks() : claimSpread(limit);
};

const isMilder = (item) => !isWorst(item);
const leastMilder = 5; // items that are claimed beside the worst: as many of each are open before more are claimed

// claimSpread claims milder items too where few are, for those who want no two of the worst in a row. Of a campaign
// that is in the list nothing else comes.
const claimSpread = async (limit) => {
  const page = await claimFromQueue(limit);
  if (!wantsCalm("spread") || !page.items.length || page.items.filter(isMilder).length >= leastMilder) return page;
  const milder = await ignoreErrors(claimFromQueue(leastMilder, { score_to: worstFrom }));
  const others = milder?.items.filter((item) => itemById(item.id) || ![...items, ...page.items].some(isCopyOf(item)));
  return { ...page, items: [...page.items, ...others ?? []] };
};

const isCopyOf = ({ campaign }) => (item) => groupsCampaigns() && campaign && item.campaign?.id === campaign.id;

// loadQueue fetches the list anew. The open item stays open when it is still in it, or when keepsOpen says that it is
// the same list: it may be on a later page by now. It reports false when another list was asked for meanwhile.
export const loadQueue = async (keepsOpen = false) => {
  const ownGeneration = ++generation;
  const [page, counts] = await Promise.all(firstRequests());
  if (ownGeneration !== generation) return false;
  const before = openItem();
  if (counts) setCounts(counts);
  else if (!archiveMode) setTotal(page.total, page.more);
  items = [];
  nextCursor = page.next;
  selected.clear();
  clearRows();
  if (keepsOpen && before && !before.isDone && !page.items.some(({ id }) => id === before.id)) mergeItems([before]);
  mergeItems(page.items);
  if (openItem() && mode !== "cards") open(openId, false);
  else openId = null;
  return true;
};

const firstRequests = () => {
  if (mode === "comment") return [fetchComment(commentId)];
  if (archiveMode) return [fetchArchive()];
  if (mode === "cards") return [claimCards(), fetchCounts()];
  return secondLookMode ? [claimItems()] : [fetchQueue(), fetchCounts()];
};

export const loadMore = async () => {
  const [cursor, ownGeneration] = [nextCursor, generation];
  if (!cursor) return;
  nextCursor = "";
  const page = await (archiveMode ? fetchArchive(cursor) : fetchQueue({ cursor }));
  if (ownGeneration !== generation) return;
  nextCursor = page.next;
  mergeItems(page.items);
};

// mergeItems merges items in their present state on the server. New ones go to the end, and nothing in the list moves.
export const mergeItems = (found) => {
  for (const item of mode === "cards" ? orderByLikeness(found) : found) {
    const known = itemById(item.id);
    if (known) updateItem(known, item);
    else insertItem(item, items.length);
  }
  showListState();
};

// updateItem notes who has claimed an item by now, and what is pending of its campaign, which the reply to a claim does
// not contain. It reports whether either has changed.
export const updateItem = (item, { claim, campaign }) => {
  const [holder, count] = [holderOf(item), commentCount(item)];
  item.claim = claim;
  const { pending, spam, abuse } = item.campaign || {};
  item.campaign = campaign && { pending, spam, abuse, ...campaign };
  refresh(item);
  return holder !== holderOf(item) || count !== commentCount(item);
};

export const insertItem = (item, position) => {
  if (itemById(item.id)) return;
  const press = mode === "cards" ? () => emit("card-pressed", item) : open;
  insertRow(item, items[position], { open: press, select: toggleSelection, isCard: mode === "cards" });
  items.splice(position, 0, item);
  refresh(item);
  showListState();
};

// returnItem puts an item back into the list that it was taken from. When another one is shown, it is there as soon as
// its own list is loaded again.
export const returnItem = (item, position, from) => {
  if (from === mode) insertItem(item, Math.min(position, items.length));
};

// changeItem notes what has become of an item that stays in the list.
export const changeItem = (item, changes) => {
  Object.assign(item, changes);
  if (itemById(item.id) !== item) return; // another list is shown by now
  refresh(item);
  if (openId === item.id) open(openId, false);
  else emit("selection-changed");
};

// removeItem returns the position that the item had.
export const removeItem = (id) => {
  const position = positionOf(id);
  items.splice(position, 1);
  removeRow(id);
  selected.delete(id);
  showListState();
  return position;
};

export const refresh = (item) => refreshRow(item, selected.has(item.id));

const showListState = () => {
  byId("more").hidden = !nextCursor;
  byId("none").hidden = items.length || (nextCursor && !archiveMode);
  setContent("none", emptyText());
  emit("selection-changed");
};

const emptyText = () => {
  if (archiveMode) return translate(nextCursor ? "archive.further" : "archive.nothing");
  return translate(isNarrowed() ? "queue.nothing" : "queue.empty");
};

// open opens an item, or none when the id is null. byHand is true when the moderator, and not a reload, opens it.
// With isAgain the item was open before, and what is being written about it stays.
export const open = (id, byHand = true) => {
  const isAgain = id !== null && id === openId;
  markOpenRow(openId, id);
  openId = id;
  if (openItem()) wasWorst = isWorst(openItem());
  if (openItem() && !isAgain) putOff = null;
  if (items.length - positionOf(id) < loadAheadOf) ignoreErrors(loadMore()); // the next item opens it again
  emit("item-opened", { item: openItem(), byHand, isAgain });
};

export const move = (step) => {
  const target = items[positionOf(openId) + step];
  if (target) open(target.id);
};

// dueItems returns the free items that were not skipped, from a position on and then from the start.
export const dueItems = (position) => [...items.slice(position), ...items.slice(0, position)].filter(isDue);

// openNext opens the next due item. One's own claims come first: those of colleagues become known late. After one of
// the worst comes a milder one, for those who want it and where one is claimed, and then what was put off for it.
export const openNext = (position, byHand) => {
  const due = dueItems(putOff ? Math.max(positionOf(putOff), 0) : position);
  const own = due.filter(isMine);
  const [first, ...others] = own.length ? own : due;
  const calmer = wasWorst && wantsCalm("spread") && first && isWorst(first) && others.find(isMilder);
  open((calmer || first)?.id ?? null, byHand);
  if (calmer) putOff = first.id;
};

// showNothing empties the list, and says why.
export const showNothing = (text) => {
  items = [];
  nextCursor = "";
  clearRows();
  showListState();
  setContent("none", text);
  open(null);
};

// toggleSelection selects or deselects an item, and with isRange all from the last one to here.
export const toggleSelection = (id = openId, isRange = false) => {
  const position = positionOf(id);
  if (position < 0 || secondLookMode) return;
  const select = !selected.has(id);
  const start = isRange && positionOf(rangeStart) >= 0 ? positionOf(rangeStart) : position;
  for (const item of items.slice(Math.min(start, position), Math.max(start, position) + 1)) {
    if (select && isFree(item)) selected.add(item.id);
    else selected.delete(item.id);
  }
  rangeStart = id;
  showSelection();
};

// select selects further items.
export const select = (ids) => {
  for (const id of ids) selected.add(id);
  showSelection();
};

const showSelection = () => {
  items.forEach(refresh);
  showListState();
};

// selectAll also loads what is not in the list yet.
export const selectAll = async () => {
  while (nextCursor && items.length < maxSelected) await loadMore();
  for (const item of items.filter(isFree)) selected.add(item.id);
  showSelection();
};

export const clearSelection = () => {
  selected.clear();
  showSelection();
};
