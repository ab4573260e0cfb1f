// Deciding: at once on the page, then on the server; and taking it back.
import { post, quiet } from "./api.js";
import { next, stock } from "./claims.js";
import { detail, forget } from "./detail.js";
import { $, fill, h, said, tell, when } from "./dom.js";
import { name, t } from "./i18n.js";
import * as queue from "./queue.js";
import { clearSelection, copies, current, find, idsOf, insert, place, refresh, remove, show, sum } from "./queue.js";
import { complain, explain, say } from "./toasts.js";

export const reasons = { s: "spam", b: "abuse", o: "off_topic", i: "illegal", x: "other" };
const taken = []; // this session's decisions, newest first
const remembered = 20;

// decide is for the selection, or else for the open comment. A site's own
// reason stands under one that everybody has.
export const decide = (action, reason = "", own = undefined) => {
  const [note, message] = ["note", "message"].map((id) => $(id)?.value || "");
  const word = { action, reason, detail: own?.id, note, message };
  const items = chosen();
  tell("deciding");
  if (items[0]?.gone && !queue.selected.size) next(remove(queue.shown)); // it was only here to be read
  else if (queue.selected.size || (sum(items) > 1 && action !== "escalate")) decideMany(items, word);
  else if (items.length) decideOne(items[0], word);
};

export const chosen = () => (queue.selected.size ? [...queue.selected] : [queue.shown]).map(find).filter(Boolean);
const reasonsOf = (site) => queue.sites.find((s) => s.slug === site)?.reasons || [];

// ownReasons are those of the site that all which is to be decided is on.
export const ownReasons = () => {
  const [site, ...others] = new Set(chosen().map((i) => i.comment.site));
  return others.length || queue.looking ? [] : reasonsOf(site);
};

// because names a reason: the site's own, or the one that everybody has.
export const because = ({ site, reason, detail: own }) => reasonsOf(site).find((r) => r.id === own)?.name || name("reason", reason);
export const trains = ({ label }) => label && h("small", " ", t("trains", { label: name("reason", label) }));
const told = (word, [{ comment: { site } }], who) => word.action === "escalate" ? `${t("escalate")}: ${who}` : t("done." + word.action, { who, reason: because({ ...word, site }) });

const decideOne = async (item, word) => {
  const { id, comment: { author, version } } = item;
  const { action, reason, note } = word;
  const entry = take([item], told(word, [item], author.name));
  if (item.blind) entry.job = post("/second-looks/" + id, { action, reason, note });
  else entry.job = post(`/comments/${id}/${action === "escalate" ? action : "decision"}`, { ...word, version });
  try {
    const { id: decision, label, agreed } = await entry.job;
    entry.ids.push(decision);
    Object.assign(entry, { label, agreed });
    forget(id);
    recent();
  } catch (problem) {
    withdraw(entry);
    refused(problem, entry);
  }
};

// preview asks what an item that stands for its campaign is about. What was
// seen of it goes with the decision, which is refused when it is no longer so.
export const preview = (item) => {
  const filter = { site: item.comment.site, campaign: item.campaign.id };
  item.preview ||= post("/decisions/preview", { filter }).then((seen) => ({ ...seen, filter }));
  item.preview.catch(() => { item.preview = null; });
  return item.preview;
};

// batches are what items stand for, and how many comments that is: those by
// their ids are one batch, but for what has changed since it was seen, and each
// campaign is one of its own.
const batches = (items) => {
  const alone = items.filter((i) => copies(i) < 2);
  const many = items.filter((i) => copies(i) > 1).map((i) => ({ items: [i], n: copies(i), meant: preview(i).then(exactly) }));
  const meant = { comment_ids: idsOf(alone), versions: Object.fromEntries(alone.map((i) => [i.id, i.comment.version])) };
  return alone.length ? [{ items: alone, n: alone.length, meant }, ...many] : many;
};

// exactly means the comments that a preview has seen, unchanged.
const exactly = ({ filter, count, token }) => ({ filter, expect: count, token });

// decideMany is one word on several comments. The items are those of them that
// are in the list.
export const decideMany = async (items, word, n = sum(items), parts = batches(items)) => {
  const entry = take(items, told(word, items, t("comments", { n })));
  entry.job = Promise.all(parts.map(async (part) => {
    try {
      const { batch, failed } = await post("/decisions", { ...(await part.meant), ...word });
      entry.ids.push(batch);
      return failed.map((f) => ({ ids: [f.id], n: 1, why: f.detail }));
    } catch (problem) {
      return { ids: idsOf(part.items), n: part.n, why: explain(problem) };
    }
  }));
  const failed = (await entry.job).flat();
  for (const i of items) {
    forget(i.id);
    i.preview = null;
  }
  if (!entry.ids.length) withdraw(entry);
  if (!failed.length) return;
  restore(entry, failed.flatMap((f) => f.ids));
  say(t("done.failed", { n: failed.reduce((n, f) => n + f.n, 0) }) + " " + failed[0].why);
};

// take removes items from the list and deals the next one, before the server
// has answered. Places are noted from the end, so that they stay true.
const take = (items, text) => {
  const from = place(queue.shown);
  items.sort((a, b) => place(b.id) - place(a.id));
  queue.count(queue.total - sum(items));
  const at = items.map((i) => remove(i.id));
  const final = items[0]?.blind; // a second look stands
  const entry = { items, at, text, final, ids: [], time: new Date().toISOString() };
  if (!current()) next(items.length > 1 ? Math.min(from, queue.items.length) : at[0]);
  stock();
  entry.toast = say(text, !final && (() => undo(entry)));
  taken.unshift(entry);
  taken.splice(remembered);
  recent();
  return entry;
};

const withdraw = (entry) => {
  entry.toast.remove();
  taken.splice(taken.indexOf(entry), 1);
  recent();
};

// restore puts items back to where they were.
const restore = ({ items, at }, ids) => {
  for (let i = items.length - 1; i >= 0; i--) {
    if (!ids.includes(items[i].id)) continue;
    queue.count(queue.total + copies(items[i]));
    insert(items[i], Math.min(at[i], queue.items.length));
  }
};

// skip passes over the selection, or else the open comment, for some hours.
export const skip = () => {
  const items = chosen();
  if (!items.length || queue.looking) return;
  post("/queue/skip", { comment_ids: idsOf(items) }).catch(complain);
  for (const item of items) refresh(Object.assign(item, { skipped: true, claim: null }));
  const from = place(queue.shown);
  clearSelection();
  next(from);
  stock();
};

// undo takes back a decision: the last one whose toast is still there, or the
// one given.
export const undo = async (entry = taken.find((e) => e.toast.isConnected && !e.undone && !e.final)) => {
  if (!entry || entry.undone) return;
  entry.undone = true;
  entry.toast.remove();
  try {
    await entry.job;
    const replies = await Promise.all(entry.ids.map((id) => post(`/decisions/${id}/undo`)));
    const comments = replies.flatMap((r) => r.comments);
    for (const comment of comments) {
      const item = entry.items.find((i) => i.id === comment.id);
      if (item) item.comment = comment;
      forget(comment.id);
    }
    restore(entry, comments.map((c) => c.id));
    const back = entry.items.findLast((i) => find(i.id)); // the first in the list
    if (back) show(back.id);
    say(t("done.undone"));
  } catch (problem) {
    entry.undone = false;
    say(problem.status === 409 ? t("conflict.undo") : explain(problem));
  }
  recent();
};

// refused tells honestly why a decision was not kept.
const refused = async (problem, entry) => {
  const [item] = entry.items;
  const { id } = item;
  const { decision, claim } = problem.current || {};
  const lost = (key, values) => say(`${t("conflict." + key, values)} ${t("conflict.lost")}`);
  if (decision) return lost("decided", { name: decision.moderator, action: name("action", decision.action) });
  if (problem.status === 409) {
    if (claim && claim.by !== queue.me) lost("held", { name: claim.by });
    else lost("changed");
    forget(id);
    const now = await quiet(detail(id));
    if (now?.comment.status !== "pending") return;
    Object.assign(item, { comment: now.comment, claim: now.claim });
  } else complain(problem);
  if (problem.status === 404) return;
  restore(entry, [id]);
  if (!queue.shown) show(id);
};

// recent lists this session's decisions.
export const recent = () => {
  const line = (e) => h("li", when(e.time), h("span", { class: e.undone && "undone" }, said(e.text), trains(e), e.agreed != null && h("small", " ", e.agreed ? t("stats.share") : name("reason", "second_look"))),
    !e.undone && !e.final && h("button.small", () => undo(e), t("undo")));
  fill("recent", taken.length && [h("h2", t("recent")), h("ol", taken.map(line))]);
};
