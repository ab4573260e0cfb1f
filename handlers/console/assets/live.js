// What happens elsewhere, by server-sent events. The list never jumps: new
// comments are counted, and shown when the moderator asks for them.
import { get, quiet } from "./api.js";
import { update } from "./detail.js";
import { $, fill, h } from "./dom.js";
import { age, number, t, urgency } from "./i18n.js";
import * as queue from "./queue.js";
import { find, list, refresh, renew } from "./queue.js";

const fresh = new Set(); // ids that arrived since the list was loaded
const pause = 1500; // ms between two looks at the server, however much happens
let source = null;
let tries = 0;
let timer = 0;
let oldest = ""; // when the oldest comment arrived

export const connect = () => {
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
};

export const disconnect = () => {
  source?.close();
  source = null;
};

const heard = ({ data }) => {
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
};

const soon = () => {
  timer ||= setTimeout(() => { timer = 0; if (source) quiet(look()); }, pause);
};

// look asks how many wait, since when the oldest does, and who holds what is
// in sight.
export const look = async () => {
  const began = queue.round;
  if (queue.looking) return counts();
  const [page, first] = await Promise.all([
    list({ limit: Math.max(1, Math.min(100, queue.items.length)) }),
    list({ sort: "oldest", limit: 1, group: "" }),
  ]);
  if (began !== queue.round) return;
  for (const now of page.items) {
    const item = find(now.id);
    if (item && renew(item, now)) update(item);
  }
  queue.count(first.total, first.more); // comments, however they are listed
  oldest = first.items[0]?.comment.created_at;
  counts();
};

// counts shows what is known of the queue as a whole.
export const counts = () => {
  const looks = queue.looking ? queue.items : queue.looks.filter((l) => new Date(l.lease_until) > Date.now());
  if (queue.looking) queue.count(looks.length, false);
  fill("looks", looks.length > 0 && " " + number(looks.length));
  const n = queue.total;
  fill("total", number(n) + (queue.over ? "+" : ""));
  fill("total-word", t("waiting", { n }));
  titled();
  fill("oldest", oldest && !queue.looking && h(".chip.age" + urgency(oldest), t("oldest", { age: age(oldest) })));
  const unseen = [...fresh].filter((id) => !find(id)).length;
  $("fresh").hidden = !unseen || queue.looking;
  fill("fresh", t("fresh", { n: unseen }));
};

// titled names the page, and what waits, in the title.
const titled = () => {
  document.title = `${queue.total ? `(${queue.total}) ` : ""}${$("title")?.textContent || t("pages.queue")} · Winnow`;
};

export const seen = () => fresh.clear();

const status = (word) => {
  h($("live"), { class: word, title: t("live." + word) });
};
