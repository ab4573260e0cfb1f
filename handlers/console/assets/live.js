// What happens elsewhere, by server-sent events. The list never jumps: new
// comments are counted, and shown when the moderator asks for them.
import { get } from "./api.js";
import { update } from "./detail.js";
import { $, fill, h } from "./dom.js";
import { age, lang, t, urgency } from "./i18n.js";
import { find, holder, queue, refresh } from "./queue.js";

const fresh = new Set(); // ids that arrived since the list was loaded
const quiet = 1500; // ms between two looks at the server, however much happens
let source = null;
let tries = 0;
let timer = 0;
let oldest = ""; // when the oldest comment arrived

export function connect() {
  source = new EventSource("/v1/events");
  source.onopen = () => { tries = 0; status("on"); soon(); };
  source.onmessage = heard;
  source.addEventListener("reset", soon); // too much was missed to be told one by one
  source.onerror = () => {
    status("off");
    if (source?.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
    tries = Math.min(tries + 1, 6);
    setTimeout(async () => {
      // The session's token may have run out: any call renews it.
      if (source && (await look().then(() => true, (problem) => problem.status !== 401))) connect();
    }, 500 * 2 ** tries);
  };
}

export function disconnect() {
  source?.close();
  source = null;
}

function heard({ data }) {
  const { kind, site, subject, status: now } = JSON.parse(data);
  if (queue.filter.site && site !== queue.filter.site) return;
  const item = find(subject);
  if (kind !== "comment.claimed" && item) {
    item.gone = now !== "pending";
    refresh(item);
    update(item);
  } else if (kind === "comment.created" && now === "pending") fresh.add(subject);
  else if (now !== "pending") fresh.delete(subject);
  soon();
}

function soon() {
  timer ||= setTimeout(() => { timer = 0; if (source) look().catch(() => {}); }, quiet);
}

// look asks how many wait, since when the oldest does, and who holds what is
// in sight.
export async function look() {
  const { round, filter } = queue;
  if (queue.blind) return counts();
  const [page, first] = await Promise.all([
    get("/v1/queue", { ...filter, limit: Math.max(1, Math.min(100, queue.items.length)) }),
    get("/v1/queue", { ...filter, sort: "oldest", limit: 1 }),
  ]);
  if (round !== queue.round) return;
  for (const { comment, claim } of page.items) {
    const item = find(comment.id);
    if (!item) continue;
    const before = holder(item);
    item.claim = claim;
    refresh(item);
    if (holder(item) !== before) update(item);
  }
  Object.assign(queue, { total: page.total, over: page.more });
  oldest = first.items[0]?.comment.created_at;
  counts();
}

// counts shows what is known of the queue as a whole.
export function counts() {
  if (queue.blind) queue.total = queue.items.length;
  const n = queue.total;
  $("total").textContent = n.toLocaleString(lang) + (queue.over ? "+" : "");
  $("total-word").textContent = t("waiting", { n });
  titled();
  fill("oldest", oldest && !queue.blind && h("span.chip.age" + urgency(oldest), t("oldest", { age: age(oldest) })));
  const unseen = [...fresh].filter((id) => !find(id)).length;
  $("fresh").hidden = !unseen || queue.blind;
  $("fresh").textContent = t("fresh", { n: unseen });
}

// titled names the page, and what waits, in the title.
export function titled() {
  document.title = `${queue.total ? `(${queue.total}) ` : ""}${$("title")?.textContent || t("pages.queue")} · Winnow`;
}

export const seen = () => fresh.clear();

function status(word) {
  h($("live"), { class: word, title: t("live." + word) });
}
