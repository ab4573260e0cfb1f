// The rows of the queue's list.
import { bdi, beforeDrawing, byId, element, setContent, timestamp } from "../lib/dom.js";
import { formatAge, formatPercent, label, translate, urgencyOf } from "../lib/i18n.js";
import { bodyInLists } from "./calm.js";
import { addressOf, commentCount, decisionOf, excerptOf, holderOf, isDue, reasonText } from "./items.js";
import { illegalChip } from "./reports.js";

const rows = new Map(); // list items by comment id
const excerptLength = 180;

export const clearRows = () => {
  rows.clear();
  byId("list").replaceChildren();
};

// insertRow puts the row of an item before that of another one, or at the end.
export const insertRow = (item, nextItem, actions) => {
  const row = createRow(item, actions);
  rows.set(item.id, row);
  byId("list").insertBefore(row, nextItem ? rows.get(nextItem.id) : null);
};

export const removeRow = (id) => {
  rows.get(id).remove();
  rows.delete(id);
};

const createRow = (item, { open, select, isCard }) => {
  const { id, comment } = item;
  const checkbox = element("input", {
    type: "checkbox",
    disabled: item.isSecondLook,
    label: translate("select", { name: comment.author.name }),
    click: (event) => select(id, event.shiftKey),
  });
  return element("li", { "data-id": id },
    element("label.check", checkbox, isCard && element("kbd.card-key")),
    element("button.row", () => open(id),
      element(".row-top", bdi(comment.author.name, "b"), timestamp(comment.created_at)),
      bdi("", ".excerpt"),
      element(".row-foot", element(".reason"), element(".outcome"),
        element(".since"), element(".many"), element(".state"),
        bdi(comment.article.title || comment.article.id, "span"))),
    isCard && element("a.open-card", { href: addressOf(id) }, translate("cards.open")));
};

const reasonChips = (item) =>
  [riskChip(item), item.comment.reason && element(".chip", reasonText(item, false))];

// outcome says in words what has become of an item of the archive, and who decided it.
export const outcome = (item) => {
  const { status, reason, featured, written_by: writtenBy } = item.comment;
  const decider = writtenBy || decisionOf(item)?.moderator;
  const who = decider ? translate("archive.by", { name: decider }) : translate("archive.by_filter");
  return [
    element(".chip." + status, label("status", status), reason && ": " + label("reason", reason)),
    status !== "pending" && [" ", bdi(who)],
    featured && [" ", element(".chip", translate("feature.is"))],
  ];
};

// riskChip has the risk of an item, which is the highest of its campaign where that is one item.
export const riskChip = (item) => {
  const scores = commentCount(item) > 1 ? [item.verdict, item.campaign] : [item.verdict];
  const highest = (head) => Math.max(...scores.map((score) => score[head] ?? -1));
  const heads = ["spam", "abuse"].filter((head) => highest(head) >= 0);
  const risk = Math.max(0, ...heads.map(highest));
  const title = heads.map((head) => `${label("reason", head)} ${formatPercent(highest(head))}`).join(" · ");
  return !item.isSecondLook && element(".chip.risk.risk" + Math.floor(risk * 3.99), { title }, formatPercent(risk));
};

// refreshRow shows what changes while an item is in the list.
export const refreshRow = (item, isSelected) => {
  const row = rows.get(item.id);
  const time = row.querySelector("time");
  const copies = commentCount(item) > 1 ? commentCount(item) : item.campaign?.count;
  const isCard = row.querySelector(".card-key");
  const body = bodyInLists(item);
  setContent(row.querySelector(".excerpt"), isCard ? body : excerptOf({ body }, excerptLength));
  if (!item.isArchived) setContent(row.querySelector(".reason"), reasonChips(item));
  const isWaiting = !item.isArchived || item.comment.status === "pending";
  setContent(time, formatAge(time.dateTime)).className = isWaiting ? "age" + urgencyOf(time.dateTime) : "";
  if (item.isArchived) setContent(row.querySelector(".outcome"), outcome(item));
  setContent(row.querySelector(".since"), illegalChip(item));
  setContent(row.querySelector(".many"), copies && element(".chip.warn", "×" + copies));
  setContent(row.querySelector(".state"), stateText(item));
  row.classList.toggle("busy", !isDue(item));
  row.querySelector("input").checked = isSelected;
};

const stateText = (item) => {
  const holder = holderOf(item);
  if (item.isDone) return translate("queue.done");
  if (holder) return translate("queue.held", { name: holder });
  if (item.isSkipped) return translate("queue.skipped");
  return item.isEdited && translate("queue.edited");
};

// markOpenRow marks the row of the open item as the current one.
export const markOpenRow = (previousId, id) => {
  rows.get(previousId)?.querySelector(".row").removeAttribute("aria-current");
  rows.get(id)?.querySelector(".row").setAttribute("aria-current", "true");
  beforeDrawing(() => rows.get(id)?.scrollIntoView({ block: "nearest" }));
};
