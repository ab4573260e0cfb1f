// Leases: what is before the moderator, and what comes next, is dealt to nobody
// else. They end by themselves a while after the moderator has gone.
import { post, quiet } from "./api.js";
import { $, hear } from "./dom.js";
import * as queue from "./queue.js";
import { current, deal, find, idsOf, lease, merge, place, show } from "./queue.js";

const ahead = 10; // items held beyond those that were passed over
const fewest = 5; // with fewer ahead, more are claimed
const idle = 4 * 60_000; // ms without a key or pointer: leases are not renewed

let active = Date.now();
let job = null; // the claim that is under way

// Ids that were in this list at some time. A claim's answer can be older than
// the decisions made since, and must not bring back what they took away.
const met = new Set();
let of = 0; // the round of the list that they were in
hear("selected", () => {
  if (of !== queue.round) met.clear();
  of = queue.round;
  for (const i of queue.items) met.add(i.id);
});

for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, () => { active = Date.now(); }, { passive: true });

const mine = () => queue.items.filter((i) => i.claim?.by === queue.me);
const left = () => mine().filter((i) => place(i.id) > place(queue.shown)).length;

// claim leases the next items and renews what is held already.
export const claim = () => job ??= ask().finally(() => { job = null; });

const ask = async () => {
  const began = queue.round;
  const { items } = await lease(Math.min(50, ahead + mine().length - left()));
  if (began !== queue.round) { // the moderator looks elsewhere by now
    await release(items.filter((i) => !find(i.id)));
    return ask();
  }
  merge(items.filter(({ id }) => find(id) || !met.has(id)));
  if (queue.looking && !queue.shown) deal(0, false);
};

// next opens the next item that is leased. When none is, it waits for a claim:
// what looks free may be a colleague's, of whose leases one hears late.
export const next = async (from) => {
  if (queue.items.length && !mine().length) {
    show(null);
    await quiet(claim());
    if (current()) return;
  }
  deal(from);
};

// stock claims when little is left ahead. Without a lease a decision is still
// safe, so a claim that fails is no matter.
export const stock = () => {
  if (left() < fewest && (queue.looking || queue.items.length > left() + 1)) quiet(claim());
};

// renew keeps the leases of a moderator who is at work.
export const renew = () => {
  if (!$("panes").hidden && queue.shown && Date.now() - active < idle) quiet(claim());
};

// release gives items back.
export const release = async (items = mine()) => {
  items = items.filter((i) => !i.blind);
  if (items.length) await quiet(post("/queue/release", { comment_ids: idsOf(items) })); // they run out anyway
};
