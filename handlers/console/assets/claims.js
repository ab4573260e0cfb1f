// Leases: what is before the moderator, and what comes next, is dealt to nobody
// else. They end by themselves a while after the moderator has gone.
import { post } from "./api.js";
import { $, hear } from "./dom.js";
import { deal, find, looks, merge, place, queue } from "./queue.js";

const ahead = 10; // items held beyond those that were passed over
const fewest = 5; // with fewer ahead, more are claimed
const idle = 4 * 60_000; // ms without a key or pointer: leases are not renewed

let active = Date.now();
let busy = false;

// Ids that were in this list at some time. A claim's answer can be older than
// the decisions made since, and must not bring back what they took away.
const met = new Set();
let round = 0;
hear("selected", () => {
  if (round !== queue.round) met.clear();
  round = queue.round;
  for (const i of queue.items) met.add(i.comment.id);
});

for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, () => { active = Date.now(); }, { passive: true });

const mine = () => queue.items.filter((i) => i.claim?.by === queue.me);
const left = () => mine().filter((i) => place(i.comment.id) > place(queue.current)).length;

// claim leases the next items and renews what is held already.
export async function claim() {
  const { round, filter } = queue;
  busy = true;
  const limit = Math.min(50, ahead + mine().length - left());
  const { items } = await (queue.blind ? looks() : post("/v1/queue/claim", { ...filter, limit })).finally(() => { busy = false; });
  if (round === queue.round) {
    merge(items.filter(({ comment: { id } }) => find(id) || !met.has(id)));
    if (queue.blind && !queue.current) deal(0, false);
  } else await release(items.filter((i) => !find(i.comment.id))); // the moderator looks elsewhere by now
}

// stock claims when little is left ahead. Without a lease a decision is still
// safe, so a claim that fails is no matter.
export function stock() {
  if (!busy && left() < fewest && (queue.blind || queue.items.length > left() + 1)) claim().catch(() => {});
}

// renew keeps the leases of a moderator who is at work.
export function renew() {
  if (!busy && !$("panes").hidden && queue.current && Date.now() - active < idle) claim().catch(() => {});
}

// release gives items back.
export async function release(items = mine()) {
  items = items.filter((i) => !i.blind);
  if (items.length) await post("/v1/queue/release", { comment_ids: items.map((i) => i.comment.id) }).catch(() => {}); // they run out anyway
}
