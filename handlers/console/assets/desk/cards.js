// Many at once: what waits within a band of scores, as cards with their whole text. A card is selected as soon as all
// of it has been on the screen, unless the moderator takes it out by its key; a decision is about those selected.
import { ignoreErrors } from "../lib/api.js";
import { byId, element, setContent } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { formatNumber, formatPercent, translate } from "../lib/i18n.js";
import { release } from "./claims.js";
import { band } from "./filter.js";
import { isFree } from "./items.js";
import * as queue from "./queue.js";
import { fetchScores } from "./requests.js";
import { startSettling } from "./settle.js";

// The keys of the cards, in the order of their places. Those of decisions and of the desk are left out.
const cardKeys = [..."1234567890qwetyiopsdhjkl"];

let observer = null;
const seenIds = new Set(); // whose whole text has been on the screen
let seenGeneration = 0; // of the list; a new one is shown from its start
let scores = null; // histogram of what waits

// inOrder are the cards as they stand: what an earlier decision has left out comes last.
const inOrder = () => queue.items.toSorted((a, b) => Boolean(a.isAside) - Boolean(b.isAside));

const rowOf = (id) => byId("list").querySelector(`[data-id="${CSS.escape(id)}"]`);

// updateCards gives the cards their keys, and watches which of them are on the screen.
const updateCards = () => {
  if (queue.mode !== "cards") return;
  if (seenGeneration !== queue.generation) seenIds.clear();
  seenGeneration = queue.generation;
  inOrder().forEach((item, i) => {
    const row = rowOf(item.id);
    setContent(row.querySelector(".card-key"), cardKeys[i]);
    row.classList.toggle("aside", Boolean(item.isAside));
    row.classList.toggle("chosen", queue.selected.has(item.id));
  });
  watch();
};

const watch = () => {
  observer?.disconnect();
  observer = new IntersectionObserver(noteSeen, { root: byId("queue"), threshold: [0.99] });
  for (const { id } of queue.items) if (!seenIds.has(id)) observer.observe(rowOf(id));
};

const noteSeen = (entries) => {
  const ids = entries.filter(({ isIntersecting, target }) => isIntersecting && !isCut(target))
    .map(({ target }) => target.dataset.id);
  const fresh = ids.filter((id) => !seenIds.has(id) && queue.itemById(id) && isFree(queue.itemById(id)));
  for (const id of fresh) seenIds.add(id);
  if (!fresh.length) return;
  startSettling(); // nobody has read them yet
  queue.select(fresh);
};

// isCut reports whether the text is longer than the card.
const isCut = (row) => {
  const text = row.querySelector(".excerpt");
  return !row.classList.contains("whole") && text.scrollHeight > text.clientHeight + 1;
};

// toggleCard takes a card out of the decision, or back into it. A cut text is shown whole first.
const toggleCard = (id) => {
  const row = rowOf(id);
  if (isCut(row)) {
    row.classList.add("whole");
    seenIds.add(id);
    row.scrollIntoView({ block: "nearest" });
    startSettling();
  } else if (!seenIds.has(id)) return row.scrollIntoView({ block: "nearest" }); // which selects it
  queue.toggleSelection(id);
};

// actionOfKey returns what a key does here beside the keys of the desk.
export const actionOfKey = (key) => {
  const item = queue.mode === "cards" && inOrder()[cardKeys.indexOf(key)];
  return item && (() => toggleCard(item.id));
};

// showBand shows the histogram of what waits with the two ends of the band.
export const showBand = async () => {
  scores = await fetchScores();
  drawBand();
};

const countText = (n, isMinimum) => formatNumber(n) + (isMinimum ? "+" : "");

const drawBand = () => {
  const { counts, width, most } = scores;
  const highest = Math.max(1, ...counts);
  const bars = counts.map((n, i) => element("i", {
    class: isInBand(i) && "in",
    title: `${formatPercent(i * width)}–${formatPercent((i + 1) * width)}: ${countText(n, n === most)}`,
    variables: { "--level": Math.sqrt(n / highest) },
  }));
  const handle = (end) => element("input", {
    type: "range", min: 0, max: counts.length, value: band[end], label: translate("cards." + end),
    "aria-valuetext": formatPercent(band[end] * width),
    input: (event) => moveEnd(end, event.target),
    change: applyBand,
  });
  const inBand = counts.slice(band.from, band.to).reduce((sum, n) => sum + n, 0);
  const hasMore = counts.slice(band.from, band.to).includes(most);
  setContent("cards",
    element("div.bars", { role: "img", label: translate("cards.waiting") }, bars),
    handle("from"), handle("to"),
    element("p.muted", translate("cards.band", {
      from: formatPercent(band.from * width),
      to: formatPercent(band.to * width),
      n: countText(inBand, hasMore),
    })));
};

const isInBand = (bin) => bin >= band.from && bin < band.to;

const moveEnd = (end, input) => {
  const value = Number(input.value);
  band[end] = end === "from" ? Math.min(value, band.to - 1) : Math.max(value, band.from + 1);
  input.value = band[end];
  byId("cards").querySelectorAll("i").forEach((bar, i) => bar.classList.toggle("in", isInBand(i)));
};

const applyBand = async () => {
  await release();
  await ignoreErrors(queue.loadQueue());
  await showBand();
};

on("selection-changed", updateCards);
on("card-pressed", ({ id }) => toggleCard(id));
on("before-decision", () => {
  if (queue.mode !== "cards") return;
  for (const item of queue.items) if (seenIds.has(item.id) && !queue.selected.has(item.id)) item.isAside = true;
});
