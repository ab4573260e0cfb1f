// Deciding: at once on the page, then on the server; and taking it back.
import { post } from "./api.js";
import { stock } from "./claims.js";
import { detail, forget } from "./detail.js";
import { $, h, said } from "./dom.js";
import { age, name, t } from "./i18n.js";
import { current, deal, find, place, putBack, queue, remove, show } from "./queue.js";
import { complain, explain, tell, toast } from "./toasts.js";

export const reasons = { s: "spam", b: "abuse", o: "off_topic", i: "illegal", x: "other" };
const taken = []; // this session's decisions, newest first
const remembered = 20;

// decide is for the selection, or else for the open comment.
export async function decide(action, reason = "") {
  const note = $("note")?.value || "";
  const ids = [...queue.selected];
  document.dispatchEvent(new Event("deciding"));
  if (ids.length) return decideMany(ids, { action, reason, note });
  const item = current();
  if (!item) return;
  const at = remove(item.comment.id);
  if (!item.gone) queue.total--;
  deal(at);
  if (item.gone) return; // it was only here to be read
  const entry = remember({ items: [item], at: [at], action, reason, text: t("done." + action, { name: item.comment.author.name, reason: reason && name("reason", reason) }) });
  stock();
  entry.job = post(`/v1/comments/${item.comment.id}/decision`, { action, reason, note, version: item.version });
  try {
    entry.id = (await entry.job).id;
    forget(item.comment.id);
  } catch (problem) {
    withdraw(entry);
    refused(problem, item, at);
  }
}

async function decideMany(ids, word) {
  const items = ids.map(find).filter(Boolean).sort((a, b) => place(b.comment.id) - place(a.comment.id)); // from the end, so that places stay true
  const from = place(queue.current);
  const at = items.map((i) => remove(i.comment.id));
  queue.total -= items.length;
  if (!current()) deal(Math.max(0, Math.min(from, queue.items.length - 1)));
  const entry = remember({ items, at, ...word, text: t(`done.${word.action}.many`, { n: items.length }) });
  stock();
  entry.job = post("/v1/decisions", { comment_ids: ids, ...word });
  try {
    const reply = await entry.job;
    entry.id = reply.batch;
    ids.forEach(forget);
    const failed = new Set(reply.failed.map((f) => f.id));
    if (!failed.size) return;
    restore(entry, (i) => failed.has(i.comment.id));
    tell(t("done.failed", { n: failed.size }) + " " + reply.failed[0].detail);
  } catch (problem) {
    withdraw(entry);
    restore(entry);
    complain(problem);
  }
}

// undo takes back a decision: the last one whose toast is still there, or the
// one given.
export async function undo(entry = taken.find((e) => e.toast?.isConnected)) {
  if (!entry || entry.undone) return;
  entry.undone = true;
  entry.toast?.remove();
  try {
    await entry.job;
    const { comments } = await post(`/v1/decisions/${entry.id}/undo`);
    for (const c of comments) {
      const item = entry.items.find((i) => i.comment.id === c.id);
      if (item) Object.assign(item, { comment: c, version: c.version });
      forget(c.id);
    }
    restore(entry, (i) => comments.some((c) => c.id === i.comment.id));
    show(entry.items[0].comment.id);
    tell(t("done.undone"));
  } catch (problem) {
    entry.undone = false;
    tell(problem.status === 409 ? t("conflict.undo") : explain(problem));
  }
  recent();
}

// restore puts items back into the list: from the front, as the places were
// noted from the end.
function restore(entry, which = () => true) {
  for (let i = entry.items.length - 1; i >= 0; i--) {
    if (!which(entry.items[i])) continue;
    putBack(entry.items[i], Math.min(entry.at[i], queue.items.length));
    queue.total++;
  }
}

function remember(entry) {
  taken.unshift(entry);
  taken.splice(remembered);
  entry.time = new Date().toISOString();
  entry.toast = toast(said(entry.text), () => undo(entry));
  recent();
  return entry;
}

function withdraw(entry) {
  entry.toast.remove();
  taken.splice(taken.indexOf(entry), 1);
  recent();
}

// refused tells honestly why a decision was not kept.
async function refused(problem, item, at) {
  const now = problem.current;
  if (now?.decision) {
    tell(t("conflict.decided", { name: now.decision.moderator, action: name("action", now.decision.action) }));
    return;
  }
  if (problem.status === 409) {
    const held = now?.claim && now.claim.by !== queue.me;
    tell(held ? t("conflict.held", { name: now.claim.by }) : t("conflict.changed"));
    forget(item.comment.id);
    const fresh = await detail(item.comment.id).catch(() => null);
    if (fresh?.comment.status !== "pending") return;
    Object.assign(item, { comment: fresh.comment, version: fresh.comment.version, claim: fresh.claim });
  } else if (problem.status === 404) return;
  else complain(problem);
  queue.total++;
  putBack(item, Math.min(at, queue.items.length));
  if (!queue.current) show(item.comment.id);
}

// recent lists this session's decisions.
export function recent() {
  const line = (e) => h("li", { class: e.undone ? "undone" : "" }, h("time", { datetime: e.time }, age(e.time)), said(e.text, "span"),
    !e.undone && h("button", { type: "button", class: "small", click: () => undo(e) }, t("undo")));
  $("recent").replaceChildren(...(taken.length ? [h("h3", {}, t("recent")), h("ol", { role: "list" }, taken.map(line))] : []));
}
