// Deciding: at once on the page, then on the server; and taking it back.
import { post } from "./api.js";
import { stock } from "./claims.js";
import { detail, forget } from "./detail.js";
import { $, fill, h, said, when } from "./dom.js";
import { name, t } from "./i18n.js";
import { clearSelection, current, deal, find, insert, place, queue, refresh, remove, show, tell } from "./queue.js";
import { complain, explain, say } from "./toasts.js";

export const reasons = { s: "spam", b: "abuse", o: "off_topic", i: "illegal", x: "other" };
const taken = []; // this session's decisions, newest first
const remembered = 20;

// decide is for the selection, or else for the open comment. A site's own
// reason stands under one that everybody has.
export function decide(action, reason = "", own = undefined) {
  const word = { action, reason, detail: own?.id, note: $("note")?.value || "" };
  tell("deciding");
  if (queue.selected.size) return decideMany(chosen(), { comment_ids: [...queue.selected] }, word);
  const item = current();
  if (item?.gone) deal(remove(item.comment.id)); // it was only here to be read
  else if (item) decideOne(item, word);
}

const chosen = () => (queue.selected.size ? [...queue.selected] : [queue.current]).map(find).filter(Boolean);
const reasonsOf = (site) => queue.sites.find((s) => s.slug === site)?.reasons || [];

// ownReasons are those of the site that all which is to be decided is on.
export function ownReasons() {
  const [site, ...others] = new Set(chosen().map((i) => i.comment.site));
  return others.length || queue.blind ? [] : reasonsOf(site);
}

// because names a reason: the site's own, or the one that everybody has.
export const because = ({ site, reason, detail: own }) => reasonsOf(site).find((r) => r.id === own)?.name || name("reason", reason);
export const trains = ({ label }) => label && h("small", " ", t("trains", { label: name("reason", label) }));
const told = (word, [{ comment: { site } }], who) => word.action === "escalate" ? `${t("escalate")}: ${who}` : t("done." + word.action, { who, reason: because({ ...word, site }) });

async function decideOne(item, word) {
  const { id, author } = item.comment;
  const { action, reason, note } = word;
  const entry = take([item], told(word, [item], author.name));
  if (item.blind) entry.job = post(`/v1/second-looks/${id}`, { action, reason, note });
  else entry.job = action === "escalate" ? post(`/v1/comments/${id}/escalate`, { note }) : post(`/v1/comments/${id}/decision`, { ...word, version: item.version });
  try {
    Object.assign(entry, await entry.job.then(({ id, label, agreed }) => ({ id, label, agreed })));
    forget(id);
    recent();
  } catch (problem) {
    withdraw(entry);
    refused(problem, entry);
  }
}

// decideMany is one word on what is meant: comments by their ids, or a filter
// with what was seen of it. The items are those of them that are in the list.
export async function decideMany(items, meant, word, n = items.length) {
  const ids = items.map((i) => i.comment.id);
  const entry = take(items, told(word, items, t("comments", { n })));
  entry.job = post("/v1/decisions", { ...meant, ...word });
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
  entry.final = items[0]?.blind;
  entry.toast = say(text, !entry.final && (() => undo(entry)));
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

// skip passes over the selection, or else the open comment, for some hours.
export function skip() {
  const items = chosen();
  if (!items.length || queue.blind) return;
  post("/v1/queue/skip", { comment_ids: items.map((i) => i.comment.id) }).catch(complain);
  for (const item of items) refresh(Object.assign(item, { skipped: true, claim: null }));
  const from = place(queue.current);
  clearSelection();
  deal(from);
  stock();
}

// undo takes back a decision: the last one whose toast is still there, or the
// one given.
export async function undo(entry = taken.find((e) => e.toast.isConnected && !e.undone && !e.final)) {
  if (!entry || entry.undone) return;
  entry.undone = true;
  entry.toast.remove();
  try {
    await entry.job;
    const { comments } = await post(`/v1/decisions/${entry.id}/undo`);
    for (const comment of comments) {
      const item = entry.items.find((i) => i.comment.id === comment.id);
      if (item) Object.assign(item, { comment, version: comment.version });
      forget(comment.id);
    }
    restore(entry, comments.map((c) => c.id));
    if (find(comments[0].id)) show(comments[0].id);
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
  const line = (e) => h("li", when(e.time), h("span", { class: e.undone && "undone" }, said(e.text), trains(e), e.agreed != null && h("small", " ", e.agreed ? t("stats.share") : name("reason", "second_look"))),
    !e.undone && !e.final && h("button.small", { click: () => undo(e) }, t("undo")));
  fill("recent", taken.length && [h("h3", t("recent")), h("ol", taken.map(line))]);
}
