// What happens elsewhere, by server-sent events. The list never jumps: new
// comments are counted, and shown when the moderator asks for them.
import { get } from "./api.js";
import { update } from "./detail.js";
import { $, h } from "./dom.js";
import { age, t, urgency } from "./i18n.js";
import { find, holder, merge, query, queue, refresh } from "./queue.js";

const fresh = new Set(); // ids that arrived since the list was loaded
const quiet = 1500; // ms between two looks at the server, however much happens
let source = null;
let retry = 0;
let timer = 0;
let oldest = ""; // when the oldest comment arrived

export function connect() {
  source = new EventSource("/v1/events");
  source.onopen = () => { retry = 0; status(true); soon(); };
  source.onerror = () => {
    status(false);
    if (source?.readyState === EventSource.CLOSED) reconnect();
  };
  source.onmessage = heard;
  source.addEventListener("reset", soon); // too much was missed to be told one by one
}

// reconnect is for when the browser gave up: the session's token may have run
// out, and any call renews it.
function reconnect() {
  retry = Math.min(retry + 1, 6);
  setTimeout(async () => {
    if (!source) return;
    if (await look().then(() => true, (p) => p.status !== 401)) connect();
  }, 500 * 2 ** retry);
}

export function disconnect() {
  source?.close();
  source = null;
  clearTimeout(timer);
  timer = 0;
}

function heard({ data }) {
  const e = JSON.parse(data);
  if (queue.filter.site && e.site !== queue.filter.site) return;
  const item = find(e.subject);
  if (e.kind !== "comment.claimed") {
    if (item && e.status !== "pending") {
      item.gone = true;
      refresh(item);
      update(item);
    } else if (item) item.gone = false;
    else if (e.status === "pending" && e.kind === "comment.created") fresh.add(e.subject);
    else fresh.delete(e.subject);
  }
  soon();
}

function soon() {
  timer ||= setTimeout(() => { timer = 0; look().catch(() => {}); }, quiet);
}

// look asks how many wait, since when the oldest does, and who holds what is
// in sight.
export async function look() {
  const [page, first] = await Promise.all([
    get("/v1/queue", { ...query(), limit: Math.max(1, Math.min(100, queue.items.length)) }),
    get("/v1/queue", { ...query(), sort: "oldest", limit: 1 }),
  ]);
  queue.total = page.total;
  for (const seen of page.items) {
    const item = find(seen.comment.id);
    if (!item) continue;
    const before = holder(item);
    Object.assign(item, { claim: seen.claim });
    refresh(item);
    if (holder(item) !== before) update(item);
  }
  oldest = first.items[0]?.comment.created_at;
  counts();
}

// counts shows what is known of the queue as a whole.
export function counts() {
  const n = Math.max(0, queue.total);
  $("total").textContent = n.toLocaleString(document.documentElement.lang);
  $("total-word").textContent = t("waiting", { n });
  document.title = n ? `(${n}) Winnow` : "Winnow";
  $("oldest").replaceChildren(...(oldest ? [h("span", { class: "chip age" + urgency(oldest) }, t("oldest", { age: age(oldest) }))] : []));
  const unseen = [...fresh].filter((id) => !find(id)).length;
  $("fresh").hidden = !unseen;
  $("fresh").textContent = t("fresh", { n: unseen });
}

export const seen = () => fresh.clear();

function status(on) {
  $("live").className = on ? "on" : "off";
  $("live").setAttribute("aria-label", t(on ? "live.on" : "live.off"));
  $("live").title = t(on ? "live.on" : "live.off");
}
