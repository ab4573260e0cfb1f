// Leases: what is before the moderator, and what comes next, is dealt to nobody
// else. They end by themselves a while after the moderator has gone.
import { post } from "./api.js";
import { merge, query, queue } from "./queue.js";

const ahead = 10; // items held beyond those that were skipped
const fewest = 5; // fewer than that ahead: claim more
const idle = 4 * 60_000; // no key and no pointer for so long: leases are not renewed

let active = Date.now();
let claiming = null;
for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, () => { active = Date.now(); }, { passive: true });

const mine = () => queue.items.filter((i) => i.claim?.by === queue.me);

// claim leases the next items and renews what is held already.
export function claim() {
  claiming ||= lease().finally(() => { claiming = null; });
  return claiming;
}

async function lease() {
  const limit = Math.min(50, ahead + mine().filter((i) => queue.items.indexOf(i) < queue.items.findIndex((x) => x.comment.id === queue.current)).length);
  const { items } = await post("/v1/queue/claim", { ...query(), limit });
  merge(items);
}

// stock claims when little is left ahead of what is open.
export function stock() {
  const from = queue.items.findIndex((i) => i.comment.id === queue.current);
  const left = mine().filter((i) => queue.items.indexOf(i) > from).length;
  if (left < fewest && queue.items.length > left + 1) claim().catch(() => {}); // a decision without a lease is still safe
}

// renew keeps the leases of a moderator who is at work. A claim that shows
// another holder by now was taken over, and the next list says so.
export function renew() {
  if (Date.now() - active < idle && queue.current) claim().catch(() => {});
}

// release gives everything back, for another filter or at the end.
export async function release() {
  const ids = mine().map((i) => i.comment.id);
  if (ids.length) await post("/v1/queue/release", { comment_ids: ids }).catch(() => {}); // they run out anyway
}
