// Claims: nobody else can claim a leased item. A lease ends by itself some time after the moderator has left.
import { ignoreErrors, post, sendOnLeave } from "../lib/api.js";
import { byId } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { wantsCalm } from "./calm.js";
import { idsOf, isDue, isMine } from "./items.js";
import * as queue from "./queue.js";
import { moderator } from "../session.js";

const claimedAhead = 10; // items that are claimed beyond those that were passed over
const leastAhead = 5; // with fewer ahead, more are claimed
const maxClaimed = 50;
const idleAfter = 4 * 60_000; // milliseconds without a key or pointer; leases are not renewed then

let lastActivity = Date.now();
let pendingClaim = null;

// Ids that have been in this list. The reply to a claim may be older than the decisions made since, and must not
// bring back items that they removed.
const seenIds = new Set();
let seenGeneration = 0;
on("selection-changed", () => {
  if (seenGeneration !== queue.generation) seenIds.clear();
  seenGeneration = queue.generation;
  for (const { id } of queue.items) seenIds.add(id);
});

for (const event of ["keydown", "pointerdown", "wheel"]) {
  addEventListener(event, () => { lastActivity = Date.now(); }, { passive: true });
}

const claimedItems = () => queue.items.filter(isMine);

// countAhead counts claimed items behind the open one; for those who want calm all others, which come in another order.
const countAhead = () => {
  const position = queue.positionOf(queue.openId);
  const isAhead = ({ id }, i) => (wantsCalm("spread") ? id !== queue.openId : i > position);
  return queue.items.filter((item, i) => isMine(item) && isDue(item) && isAhead(item, i)).length;
};

// claim leases the next items and renews the leases that there are.
export const claim = () => (pendingClaim ??= requestClaim().finally(() => { pendingClaim = null; }));

const requestClaim = async () => {
  const { generation } = queue;
  const missing = Math.max(0, claimedAhead - countAhead());
  const { items } = await queue.claimItems(Math.min(maxClaimed, claimedItems().length + missing));
  if (queue.archiveMode) return; // opened meanwhile; the leases are renewed on the way back, or end
  if (generation !== queue.generation) { // the moderator has changed the filter meanwhile
    await release(items.filter(({ id }) => !queue.itemById(id)));
    return requestClaim();
  }
  queue.mergeItems(items.filter(({ id }) => queue.itemById(id) || !seenIds.has(id)));
  if (queue.secondLookMode && !queue.openId) queue.openNext(0, false);
};

// openNextClaimed opens the next item. Without a claim it waits for one: what looks free may be a colleague's, whose
// claims become known late.
export const openNextClaimed = async (position) => {
  if (queue.items.length && !claimedItems().length) {
    queue.open(null);
    await ignoreErrors(claim());
    if (queue.openItem()) return;
  }
  queue.openNext(position);
};

// claimAhead claims when few items are left. A decision is safe without a lease, so a failure does not matter.
export const claimAhead = () => {
  if (queue.mode === "cards") return queue.hasFewCards() && refillCards();
  const ahead = countAhead();
  const thereAreMore = queue.secondLookMode || queue.items.length > ahead + 1;
  if (ahead < leastAhead && thereAreMore) ignoreErrors(claim());
};

// refillCards claims further cards, with what the server knows by now.
export const refillCards = async () => {
  if (pendingClaim) await ignoreErrors(pendingClaim); // it may not know yet what was decided
  await ignoreErrors(claim());
};

// renewClaims keeps the leases of a moderator who is at work.
export const renewClaims = () => {
  const isActive = Date.now() - lastActivity < idleAfter;
  const isOpen = !queue.archiveMode && (queue.openId || queue.mode === "cards");
  if (!byId("panes").hidden && isOpen && isActive) ignoreErrors(claim());
};

// A closed tab gives back what it has claimed. Other tabs of the same moderator have the same claims, and claim anew.
const releasedAt = "winnow.released";
addEventListener("pagehide", () => {
  const claimed = [...queue.items, ...queue.parkedItems()].filter((item) => isMine(item) && !item.isSecondLook);
  if (!moderator.name || !claimed.length) return;
  sendOnLeave("/queue/release", { comment_ids: idsOf(claimed) });
  localStorage[releasedAt] = Date.now();
});
addEventListener("storage", ({ key }) => key === releasedAt && renewClaims());
addEventListener("pageshow", ({ persisted }) => persisted && renewClaims());

// release gives items back. The leases of second looks cannot be given back.
export const release = async (items = claimedItems()) => {
  const released = items.filter(({ isSecondLook }) => !isSecondLook);
  if (!released.length) return;
  await ignoreErrors(post("/queue/release", { comment_ids: idsOf(released) })); // else they expire
};
