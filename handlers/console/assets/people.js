// The page of the newsroom's people, for admins.
import { call, get, post } from "./api.js";
import { h, said } from "./dom.js";
import { form, table } from "./forms.js";
import { choices, name, names, number, t } from "./i18n.js";

const settings = ({ role = "moderator", sites = [] }, ...more) => [["role", role, choices("role", ["moderator", "editor", "admin"])], ...more, ["sites", sites]];

export default async function (who) {
  const [{ items }, { moderators }] = await Promise.all([get("/v1/moderators"), get("/v1/stats")]);
  const one = items.find((m) => m.name === who);
  if (one) return [h("h3", said(who)), form("save", [["name", who, "username"], ...settings(one, ["renewed", "", "password"], ["disabled", !!one.disabled, "checkbox"])], async ({ renewed, ...v }) => {
    await call("PATCH", "/v1/moderators/" + encodeURIComponent(who), renewed ? { ...v, password: renewed } : v);
  })];
  const count = (m) => { const c = moderators.find((x) => x.moderator === m.name); return number(c ? c.approved + c.rejected : 0); };
  return [
    table(t("pages.people"), [...names("field", ["name", "role"]), t("pages.sites"), t("stats.moderators")], items.map((m) => [
      h("a", { href: "#people/" + encodeURIComponent(m.name) }, said(m.name)), [name("role", m.role), " ", m.disabled && h("span.chip.warn", name("field", "disabled"))], (m.sites || [t("all")]).join(", "), count(m)])),
    form("people.add", [["name", "", "username"], ...settings({}, ["password", "", "password"])], async (v) => { await post("/v1/moderators", v); location.hash = "people/" + encodeURIComponent(v.name); }),
  ];
}
