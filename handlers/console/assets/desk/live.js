// Changes made elsewhere, by server-sent events. The list never jumps: new comments are counted, and shown when the
// moderator asks for them.
import { ignoreErrors } from "../lib/api.js";
import { byId, configure } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { translate } from "../lib/i18n.js";
import { claimAhead } from "./claims.js";
import { showOpinion, updateDetail } from "./detail.js";
import { refreshText, takeEdit } from "./edits.js";
import { filter } from "./filter.js";
import { addArrival, refreshSecondLooks, removeArrival, setOldestTime, showCounts } from "./header.js";
import * as queue from "./queue.js";
import { fetchCounts, fetchQueue } from "./requests.js";
import { sites } from "../session.js";

const refreshDelay = 1500; // milliseconds: the queue is fetched no more often, however many events there are
const firstRetry = 500; // milliseconds, doubled with each further one
const maxDoublings = 6;
const maxRefreshed = 100; // items

let source = null;
let failures = 0;
let refreshTimer = 0;

export const connect = () => {
  source = new EventSource("../v1/events");
  source.onopen = () => {
    failures = 0;
    showStatus("on");
    scheduleRefresh();
  };
  source.onmessage = ({ data }) => handleEvent(JSON.parse(data));
  source.addEventListener("reset", scheduleRefresh); // too many events were missed
  source.onerror = () => {
    showStatus("off");
    if (source?.readyState !== EventSource.CLOSED) return; // the browser reconnects by itself
    failures = Math.min(failures + 1, maxDoublings);
    setTimeout(reconnect, firstRetry * 2 ** failures);
  };
};

// reconnect renews the session first, which any request does: its access token may have expired.
const reconnect = async () => {
  if (source && (await refreshQueue().then(() => true, (error) => error.status !== 401))) connect();
};

export const disconnect = () => {
  source?.close();
  source = null;
};

const handleEvent = ({ kind, site, subject, status }) => {
  if (site && !sites.some(({ slug }) => slug === site)) emit("unknown-site");
  if (kind === "comment.changed") emit("comment-changed", { id: subject, status });
  if (filter.site && site !== filter.site) return;
  if (kind === "handover.changed") return emit("handover-changed");
  if (kind === "comment.opinion") return ignoreErrors(showOpinion(subject));
  const item = queue.itemById(subject);
  if (kind !== "comment.claimed" && item && !item.isArchived) {
    item.isDone = status !== "pending";
    queue.refresh(item);
    updateDetail(item);
    if (!item.isDone && !item.isSecondLook) ignoreErrors(refreshText(item));
  } else if (kind === "comment.created" && status === "pending") addArrival(subject);
  else if (status !== "pending") removeArrival(subject);
  scheduleRefresh();
};

const scheduleRefresh = () => {
  refreshTimer ||= setTimeout(() => {
    refreshTimer = 0;
    if (source) ignoreErrors(refreshQueue());
  }, refreshDelay);
};

// refreshQueue fetches how many comments are pending, since when, and who has claimed what is in the list; and from
// time to time how many second looks are open.
export const refreshQueue = async () => {
  const { generation } = queue;
  if (queue.secondLookMode) return refreshSecondLooks();
  const [page, counts] = await Promise.all([
    fetchQueue({ limit: Math.max(1, Math.min(maxRefreshed, queue.items.length)) }),
    fetchCounts(),
    refreshSecondLooks(),
  ]);
  if (generation !== queue.generation) return;
  for (const found of page.items) {
    const item = queue.itemById(found.id);
    if (!item) continue;
    if (queue.updateItem(item, found)) updateDetail(item);
    takeEdit(item, found);
  }
  queue.setCounts(counts);
  setOldestTime(counts.waiting.items[0]?.comment.created_at);
  if (queue.mode === "cards") claimAhead(); // what a claim brought was less than there is
  showCounts();
};

const showStatus = (status) => configure(byId("live"), { class: status, title: translate("live." + status) });
