// The page of the audit trail: who changed what.
import { get, ignoreErrors, queryString } from "../lib/api.js";
import { bdi, element, timestamp } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { formatDateTime, label, labels, textsOf, translate } from "../lib/i18n.js";
import { navigate } from "../lib/navigation.js";
import { table } from "../lib/table.js";
import { addressOf } from "../desk/items.js";

const filterKeys = ["actor", "action", "site", "subject", "since", "until"];
const dateKeys = ["since", "until"];
const columns = ["at", "actor", "action", "subject", "change", "address"];

// The argument of the page's address is a query with the keys of the filter.
export const auditPage = async (argument) => {
  const filter = Object.fromEntries(new URLSearchParams(argument));
  const query = { ...filter };
  for (const key of dateKeys) if (filter[key]) query[key] = new Date(filter[key]).toISOString();
  const [page, head] = await Promise.all([get("/audit", query), ignoreErrors(get("/audit/head"))]);
  const csv = { href: `../v1/audit?${queryString({ ...query, format: "csv" })}`, download: "audit.csv" };
  return [
    element("details", { open: argument !== "" }, element("summary", translate("find")), filterForm(filter)),
    element("p", element("a", csv, translate("csv")), " ",
      head && element("small", translate("head", { n: head.rows, hash: head.hash }))),
    auditTable(page, query),
  ];
};

const typeOf = (key, filter) => {
  if (key === "action") return actionChoices(filter.action);
  return dateKeys.includes(key) ? "datetime-local" : "text";
};

// actionChoices are all actions that have a text, and the chosen one.
const actionChoices = (chosen = "") => {
  const actions = Object.entries(textsOf("act")).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, text]) => [`${noun}.${verb}`, text]));
  if (!actions.some(([action]) => action === chosen)) actions.push([chosen, chosen]);
  return [["", translate("all")], ...actions.filter(([action]) => action).sort(([, a], [, b]) => a.localeCompare(b))];
};

const filterForm = (filter) => {
  const fields = filterKeys.map((key) => [key, filter[key] || "", typeOf(key, filter)]);
  return form("find", fields, async (values) => {
    navigate("audit/" + queryString(values));
    return "";
  });
};

// auditTable shows a page of the trail, and adds the next ones when asked to.
const auditTable = (firstPage, query) => {
  const container = element("div");
  const addPage = ({ items, next }) => {
    container.append(table(translate("pages.audit"), labels("field", columns), items.map(auditRow)));
    if (!next) return;
    container.append(actionButton("more", async () => {
      container.lastChild.remove();
      addPage(await get("/audit", { ...query, cursor: next }));
    }));
  };
  addPage(firstPage);
  return container;
};

const auditRow = ({ at, actor, action, site, subject, before, after, address }) => [
  timestamp(at, formatDateTime(at)),
  actorText(actor),
  element("span", { title: action }, label("act", action)),
  [site && site !== subject && element(".chip", site), " ", subjectText(action, subject)],
  changeList(before, after),
  address || "",
];

// actorText says who it was: a moderator by the name alone, others with what they are.
const actorText = (actor) => {
  const [kind, ...name] = actor.split(":");
  if (!name.length || kind === "moderator") return bdi(name.join(":") || label("actor", kind));
  return [bdi(name.join(":")), " ", element("small.muted", label("actor", kind))];
};

// subjectText leads to the comment that an action was about.
const subjectText = (action, subject) =>
  (action.startsWith("comment.") ? element("a", { href: addressOf(subject) }, subject) : bdi(subject));

// Values that are words of the API, by their fields.
const wordsOf = { status: "status", reason: "reason", role: "role", mode: "mode", kind: "sanction" };

const valueText = (value, key) => {
  if (value === undefined || value === "") return "–";
  if (key in wordsOf) return label(wordsOf[key], value);
  return typeof value === "string" ? value : JSON.stringify(value);
};

// changeList names what differs, with its values before and after.
const changeList = (before, after) => {
  const [oldValues, newValues] = [before || {}, after || {}];
  const keys = [...new Set([...Object.keys(oldValues), ...Object.keys(newValues)])];
  const changed = keys.filter((key) => valueText(oldValues[key], key) !== valueText(newValues[key], key));
  return element("div", changed.map((key, i) => {
    const [oldText, newText] = [valueText(oldValues[key], key), valueText(newValues[key], key)];
    const separator = i > 0 && (before ? element("br") : " · ");
    return [separator, element("b", label("changed", key)), ": ", bdi(before ? `${oldText} → ${newText}` : newText)];
  }));
};
