// The counters in the head of the page and in its title.
import { byId, element, setContent } from "../lib/dom.js";
import { formatAge, formatNumber, translate, urgencyOf } from "../lib/i18n.js";
import * as queue from "./queue.js";
import { fetchSecondLookState } from "./requests.js";

const arrivals = new Set(); // ids of comments that arrived since the list was loaded
const refreshInterval = 30_000; // milliseconds between requests for second looks that nobody waits for
let oldestTime = ""; // arrival of the oldest pending comment
let secondLookState = { open: 0, sites: [] };
let nextRequest = 0;

export const addArrival = (id) => arrivals.add(id);
export const removeArrival = (id) => arrivals.delete(id);
export const clearArrivals = () => arrivals.clear();
export const setOldestTime = (time) => { oldestTime = time; };

const isRunning = ({ endsAt }) => endsAt > Date.now();

// refreshSecondLooks fetches how many second looks are open. It does so at once when somebody has just decided one.
export const refreshSecondLooks = async (isUrgent) => {
  if (isUrgent || Date.now() > nextRequest) {
    nextRequest = Date.now() + refreshInterval;
    secondLookState = await fetchSecondLookState();
  }
  showCounts();
};

// sampleText says how far the training samples are that are not complete.
const sampleText = () => secondLookState.sites
  .filter(({ training_sample: sample }) => sample?.looked < sample?.total)
  .map(({ site, training_sample: { looked, total } }) => `${site}: ${translate("queue.sample", { looked, n: total })}`)
  .join(" · ");

export const showCounts = () => {
  const { secondLookMode } = queue;
  const ownLooks = secondLookMode ? queue.items : queue.heldSecondLooks.filter(isRunning);
  const openLooks = Math.max(ownLooks.length, secondLookState.open);
  if (secondLookMode) queue.setTotal(openLooks, false);
  setContent("sample", secondLookMode && sampleText());
  const { total, totalIsMinimum } = queue;
  const newCount = [...arrivals].filter((id) => !queue.itemById(id)).length;
  const age = oldestTime && !secondLookMode && translate("oldest", { age: formatAge(oldestTime) });
  setContent("looks", openLooks > 0 && " " + formatNumber(openLooks));
  setContent("total", formatNumber(total) + (totalIsMinimum ? "+" : ""));
  setContent("total-word", translate("waiting", { n: total }));
  setContent("oldest", age && element(".chip.age" + urgencyOf(oldestTime), age));
  setContent("fresh", translate("fresh", { n: newCount }));
  byId("fresh").hidden = !newCount || queue.mode !== "queue";
  const title = byId("title")?.textContent || translate("pages." + queue.mode);
  document.title = `${total ? `(${total}) ` : ""}${title} · Winnow`;
};
