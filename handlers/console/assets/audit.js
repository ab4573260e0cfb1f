// The page of the audit trail: who changed what.
import { get, given, quiet } from "./api.js";
import { go, h, said, when } from "./dom.js";
import { button, form, table } from "./forms.js";
import { moment, names, t } from "./i18n.js";

const keys = ["actor", "action", "site", "subject", "since", "until"];
const dates = ["since", "until"];

export default async function (wanted) {
  const filter = Object.fromEntries(new URLSearchParams(wanted));
  const query = { ...filter };
  for (const key of dates) if (filter[key]) query[key] = new Date(filter[key]).toISOString();
  const [page, head] = await Promise.all([get("/audit", query), quiet(get("/audit/head"))]);
  const rows = h("div");
  const show = ({ items, next }) => {
    rows.append(table(t("pages.audit"), names("field", ["at", "actor", "action", "subject", "change", "address"]), items.map(row)));
    if (next) rows.append(button("more", async () => { rows.lastChild.remove(); show(await get("/audit", { ...query, cursor: next })); }));
  };
  show(page);
  return [
    h("details", { open: wanted !== "" }, h("summary", t("find")), form("find", keys.map((k) => [k, filter[k] || "", dates.includes(k) ? "datetime-local" : "text"]), async (v) => { go("audit/" + given(v)); return ""; })),
    h("p", h("a", { href: `/v1/audit?${given({ ...query, format: "csv" })}`, download: "audit.csv" }, t("csv")), " ", head && h("small", t("head", { n: head.seq, hash: head.hash }))), rows,
  ];
}

const row = (a) => [when(a.at, moment(a.at)), said(a.actor), a.action, [a.site && a.site !== a.subject && h(".chip", a.site), " ", said(a.subject)], changes(a.before, a.after), a.address || ""];

const text = (v) => (v === undefined ? "–" : typeof v === "string" ? v : JSON.stringify(v));

// changes names what differs, each with what it was and what it became.
const changes = (before, after) => {
  const [old, now] = [before || {}, after || {}];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((k) => text(old[k]) !== text(now[k]));
  return h("div", keys.map((k, i) => [i > 0 && (before ? h("br") : " · "), h("b", k), ": ", said(before ? `${text(old[k])} → ${text(now[k])}` : text(now[k]))]));
};
