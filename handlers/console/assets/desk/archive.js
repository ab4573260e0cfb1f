// The archive: comments of every status, found by words and fields that are in the page's address. Its list, its panes
// and its keys are those of the queue.
import { ignoreErrors, queryString } from "../lib/api.js";
import { byId, element, setContent } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { setOptions } from "../lib/forms.js";
import { choices, translate } from "../lib/i18n.js";
import { navigate } from "../lib/navigation.js";
import { describeError } from "../lib/toasts.js";
import { moderator, sites } from "../session.js";
import { archiveFilter } from "./filter.js";
import * as queue from "./queue.js";
import { startSettling } from "./settle.js";
import { refreshItem } from "./undo.js";

const addressDelay = 300; // milliseconds
const neverFound = ["erased", "ham"]; // reasons that no comment with a text has

const fields = () => [...byId("archive").elements].filter(({ name }) => name in archiveFilter);

// archiveAddress is the address of the archive with a filter.
export const archiveAddress = (filter) => "archive/" + queryString(filter);

// showArchive loads what an address of the archive selects, or the one comment of an id. The item that was open is in
// the address too, so that going back to it opens it again.
export const showArchive = async (argument) => {
  const parameters = new URLSearchParams(argument);
  for (const key of Object.keys(archiveFilter)) archiveFilter[key] = parameters.get(key) || "";
  fillForm();
  byId("none").hidden = true;
  try {
    if (!(await queue.loadQueue())) return;
    const wanted = queue.itemById(parameters.get("open")) || queue.items[0];
    const isAsked = queue.mode === "comment" || parameters.has("open");
    queue.open(wanted?.id ?? null, isAsked);
    if (!argument) focusSearch();
  } catch (error) {
    const text = error.status === 404 ? translate("archive.unknown") : describeError(error);
    queue.showNothing(text);
    setContent("comment", element("p.muted.empty", text));
  }
};

export const focusSearch = () => byId("archive-q").focus();

const fillForm = () => {
  setOptions("archive-status", [["", translate("archive.any")], ...choices("status")]);
  setOptions("archive-site", [["", translate("queue.sites")], ...sites.map(({ slug, name }) => [slug, name])]);
  byId("archive-site").closest("label").hidden = sites.length < 2;
  setOptions("archive-reason", [["", translate("archive.any")],
    ...choices("reason").filter(([reason]) => !neverFound.includes(reason)).flatMap(withOwnReasons)]);
  setOptions("archive-replies", [["", translate("archive.any")], ["reported", translate("archive.reported")]]);
  for (const field of fields()) field.value = archiveFilter[field.name];
  const { q, site, status, ...finer } = archiveFilter;
  if (Object.values(finer).some(Boolean)) byId("archive-finer").open = true;
};

// withOwnReasons adds to an option of a common reason those of the sites' own under it: of the chosen site, or of all.
const withOwnReasons = ([reason, text]) => {
  const isSearched = ({ slug }) => !archiveFilter.site || slug === archiveFilter.site;
  const own = sites.filter(isSearched).flatMap(({ reasons }) => reasons || []).filter(({ under }) => under === reason);
  return [[reason, text], ...new Map(own.map(({ id, name }) => [`${reason}:${id}`, `${text}: ${name}`]))];
};

const search = () => {
  const filter = Object.fromEntries(fields().map(({ name, value }) => [name, value.trim()]));
  const isSame = Object.entries(filter).every(([key, value]) => archiveFilter[key] === value);
  if (isSame) return showArchive(queryString(filter)); // the address stays, and so there is no event of it
  return navigate(archiveAddress(filter));
};

byId("archive").addEventListener("submit", (event) => {
  event.preventDefault();
  document.activeElement.blur(); // the next key is one of the desk's
  search();
});
for (const name of ["status", "site", "reason", "replies"]) {
  byId("archive-" + name).addEventListener("change", search);
}

// isAddressShown reports whether the list is that of the address: not while another one, or another page, is about to
// be opened.
const isAddressShown = () => {
  const [page, argument] = location.hash.split("/");
  const parameters = new URLSearchParams(argument);
  const isShown = (key) => (parameters.get(key) || "") === archiveFilter[key];
  return page === "#archive" && Object.keys(archiveFilter).every(isShown);
};

// noteOpenItem puts the open item into the address, but not each one that is passed by: browsers limit such changes.
const noteOpenItem = () => {
  if (!queue.openId || !isAddressShown()) return;
  history.replaceState(null, "", "#" + archiveAddress({ ...archiveFilter, open: queue.openId }));
};
let addressTimer = 0;
on("item-opened", () => {
  clearTimeout(addressTimer);
  if (queue.mode === "archive") addressTimer = setTimeout(noteOpenItem, addressDelay);
});

const isOwnDecision = ({ comment, decision }, status = comment.status) =>
  status === comment.status && decision?.moderator === moderator.name;

// A colleague's decision on an item of the list is shown, with a notice where the item is open.
on("comment-changed", async ({ id, status }) => {
  const item = queue.itemById(id);
  if (!item?.isArchived || (queue.openId !== id && isOwnDecision(item, status))) return;
  const { version } = item.comment;
  const earlier = item.decision?.id;
  await ignoreErrors(refreshItem(item));
  if (item.comment.version === version || isOwnDecision(item)) return;
  if (queue.openId === id) startSettling();
  if (item.decision && item.decision.id !== earlier) queue.changeItem(item, { news: item.decision });
});
