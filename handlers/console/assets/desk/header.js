// The counters in the head of the page and in its title.
import { byId, element, setContent } from "../lib/dom.js";
import { formatAge, formatNumber, translate, urgencyOf } from "../lib/i18n.js";
import * as queue from "./queue.js";

const arrivals = new Set(); // ids of comments that arrived since the list was loaded
let oldestTime = ""; // arrival of the oldest pending comment

export const addArrival = (id) => arrivals.add(id);
export const removeArrival = (id) => arrivals.delete(id);
export const clearArrivals = () => arrivals.clear();
export const setOldestTime = (time) => { oldestTime = time; };

const isRunning = (claim) => new Date(claim.lease_until) > Date.now();

export const showCounts = () => {
  const { secondLookMode } = queue;
  const secondLooks = secondLookMode ? queue.items : queue.heldSecondLooks.filter(isRunning);
  if (secondLookMode) queue.setTotal(secondLooks.length, false);
  const { total, totalIsMinimum } = queue;
  const newCount = [...arrivals].filter((id) => !queue.itemById(id)).length;
  const age = oldestTime && !secondLookMode && translate("oldest", { age: formatAge(oldestTime) });
  setContent("looks", secondLooks.length > 0 && " " + formatNumber(secondLooks.length));
  setContent("total", formatNumber(total) + (totalIsMinimum ? "+" : ""));
  setContent("total-word", translate("waiting", { n: total }));
  setContent("oldest", age && element(".chip.age" + urgencyOf(oldestTime), age));
  setContent("fresh", translate("fresh", { n: newCount }));
  byId("fresh").hidden = !newCount || secondLookMode;
  document.title = `${total ? `(${total}) ` : ""}${byId("title")?.textContent || translate("pages.queue")} · Winnow`;
};
