// Saved views: filters of the queue under a name, the moderator's own and those that a site shares.
import { get, pathSegment, post, request } from "../lib/api.js";
import { bdi, byId, element, setContent } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { actionButton, form } from "../lib/forms.js";
import { formatNumber, translate } from "../lib/i18n.js";
import { showError } from "../lib/toasts.js";
import { isEditor, moderator, sites } from "../session.js";
import { filter, filterQuery } from "./filter.js";

const unset = { ...filter }; // the filter of the page before anything is chosen
let chosen = null; // the name of a view, and what the filter is then

const text = (key, values) => translate("views." + key, values);

const showViews = async () => {
  const { items } = await get("/views");
  setContent("view-list",
    items.length > 0 && element("ul", items.map(viewLine)),
    form("views.save", [["name", ""], ["shared", false, "checkbox"]], save));
};

const viewLine = (view) => {
  const { id, name, owner, shared_with: site, waiting, more } = view;
  const isOwn = owner === moderator.name;
  const remove = async () => {
    await request("DELETE", "/views/" + pathSegment(id));
    await showViews();
  };
  return element("li.by",
    isKnown(view) ? element("button.link", () => choose(view), bdi(name)) : bdi(name),
    waiting != null && element(".chip", formatNumber(waiting) + (more ? "+" : "")),
    site && element("small", text("shared", { site }), !isOwn && [" · ", bdi(owner)]),
    (isOwn || isEditor()) && actionButton("views.remove", remove, "link"));
};

// isKnown reports whether this page has all that a view selects by: another client may have saved it, and its site may
// be none of the moderator's any more.
const isKnown = ({ filter: { site, ...criteria } }) => (!site || sites.some(({ slug }) => slug === site))
  && Object.keys(criteria).every((key) => key in filter || key === "group");

const choose = ({ name, filter: { group, ...criteria } }) => {
  const isSingle = !group && !criteria.campaign && !criteria.author;
  byId("views").open = false;
  chosen = { name, change: { ...unset, ...criteria, each: isSingle ? "1" : "" } };
  emit("filter-requested", { change: chosen.change });
};

// showChosenView names the chosen view, as long as the filter is what it was saved with.
export const showChosenView = () => {
  const isChanged = ([key, value]) => filter[key] !== value;
  if (chosen && Object.entries(chosen.change).some(isChanged)) chosen = null;
  byId("chosen-view").hidden = !chosen;
  setContent("chosen-view", chosen && text("chosen", { name: chosen.name }) + " ×");
};
byId("chosen-view").addEventListener("click", () => emit("filter-requested", { change: unset }));

const save = async ({ name, shared }) => {
  const site = filter.site || (shared && sites.length === 1 && sites[0].slug);
  const criteria = Object.entries({ ...filterQuery(), site }).filter(([, value]) => value);
  await post("/views", { name, shared, filter: Object.fromEntries(criteria) });
  await showViews();
};

byId("views").addEventListener("toggle", ({ target }) => target.open && showViews().catch(showError));
