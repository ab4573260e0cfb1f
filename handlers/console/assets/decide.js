// Deciding: at once on the page, then on the server; and taking it back.
import { post } from "./api.js";
import { stock } from "./claims.js";
import { detail, forget } from "./detail.js";
import { $, h, said } from "./dom.js";
import { age, name, t } from "./i18n.js";
import { current, deal, find, insert, place, queue, remove, show, tell } from "./queue.js";
import { complain, explain, say } from "./toasts.js";

export const reasons = { s: "spam", b: "abuse", o: "off_topic", i: "illegal", x: "other" };
const taken = []; // this session's decisions, newest first
const remembered = 20;

// decide is for the selection, or else for the open comment.
export function decide(action, reason = "") {
  const word = { action, reason, note: $("note")?.value || "" };
  tell("deciding");
  if (queue.selected.size) return decideMany([...queue.selected], word);
  const item = current();
  if (item?.gone) deal(remove(item.comment.id)); // it was only here to be read
  else if (item) decideOne(item, word);
}

const told = (word, who) => t("done." + word.action, { who, reason: name("reason", word.reason) });

async function decideOne(item, word) {
  const { id, author } = item.comment;
  const entry = take([item], told(word, author.name));
  entry.job = post(`/v1/comments/${id}/decision`, { ...word, version: item.version });
  try {
    entry.id = (await entry.job).id;
    forget(id);
  } catch (problem) {
    withdraw(entry);
    refused(problem, entry);
  }
}

async function decideMany(ids, word) {
  const entry = take(ids.map(find), told(word, t("comments", { n: ids.length })));
  entry.job = post("/v1/decisions", { comment_ids: ids, ...word });
  try {
    const { batch, failed } = await entry.job;
    entry.id = batch;
    ids.forEach(forget);
    if (!failed.length) return;
    restore(entry, failed.map((f) => f.id));
    say(t("done.failed", { n: failed.length }) + " " + failed[0].detail);
  } catch (problem) {
    withdraw(entry);
    restore(entry, ids);
    complain(problem);
  }
}

// take removes items from the list and deals the next one, before the server
// has answered. Places are noted from the end, so that they stay true.
function take(items, text) {
  const from = place(queue.current);
  items.sort((a, b) => place(b.comment.id) - place(a.comment.id));
  const at = items.map((i) => remove(i.comment.id));
  const entry = { items, at, text, time: new Date().toISOString() };
  queue.total -= items.length;
  if (!current()) deal(items.length > 1 ? Math.min(from, queue.items.length) : at[0]);
  stock();
  entry.toast = say(text, () => undo(entry));
  taken.unshift(entry);
  taken.splice(remembered);
  recent();
  return entry;
}

function withdraw(entry) {
  entry.toast.remove();
  taken.splice(taken.indexOf(entry), 1);
  recent();
}

// restore puts items back to where they were.
function restore({ items, at }, ids) {
  for (let i = items.length - 1; i >= 0; i--) {
    if (!ids.includes(items[i].comment.id)) continue;
    queue.total++;
    insert(items[i], Math.min(at[i], queue.items.length));
  }
}

// undo takes back a decision: the last one whose toast is still there, or the
// one given.
export async function undo(entry = taken.find((e) => e.toast.isConnected && !e.undone)) {
  if (!entry || entry.undone) return;
  entry.undone = true;
  entry.toast.remove();
  try {
    await entry.job;
    const { comments } = await post(`/v1/decisions/${entry.id}/undo`);
    for (const comment of comments) {
      const item = entry.items.find((i) => i.comment.id === comment.id);
      Object.assign(item, { comment, version: comment.version });
      forget(comment.id);
    }
    restore(entry, comments.map((c) => c.id));
    show(comments[0].id);
    say(t("done.undone"));
  } catch (problem) {
    entry.undone = false;
    say(problem.status === 409 ? t("conflict.undo") : explain(problem));
  }
  recent();
}

// refused tells honestly why a decision was not kept.
async function refused(problem, entry) {
  const [item] = entry.items;
  const { id } = item.comment;
  const { decision, claim } = problem.current || {};
  const lost = (key, values) => say(`${t("conflict." + key, values)} ${t("conflict.lost")}`);
  if (decision) return lost("decided", { name: decision.moderator, action: name("action", decision.action) });
  if (problem.status === 409) {
    if (claim && claim.by !== queue.me) lost("held", { name: claim.by });
    else lost("changed");
    forget(id);
    const now = await detail(id).catch(() => null);
    if (now?.comment.status !== "pending") return;
    Object.assign(item, { comment: now.comment, version: now.comment.version, claim: now.claim });
  } else complain(problem);
  if (problem.status === 404) return;
  restore(entry, [id]);
  if (!queue.current) show(id);
}

// recent lists this session's decisions.
export function recent() {
  const line = (e) => h("li", h("time", { datetime: e.time }, age(e.time)), h("span", { class: e.undone && "undone" }, said(e.text)),
    !e.undone && h("button.small", { click: () => undo(e) }, t("undo")));
  $("recent").replaceChildren(...(taken.length ? [h("h3", t("recent")), h("ol", taken.map(line))] : []));
}
