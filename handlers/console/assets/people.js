// The page of the newsroom's people, for admins.
import { call, get, post, segment } from "./api.js";
import { go, h, said } from "./dom.js";
import { form, table } from "./forms.js";
import { choices, name, names, number, t } from "./i18n.js";

const settings = ({ role = "moderator", sites = [] }, ...more) => [["role", role, choices("role")], ...more, ["sites", sites]];

export default async function (who) {
  const [{ items }, { moderators }] = await Promise.all([get("/moderators"), get("/stats")]);
  const one = items.find((m) => m.name === who);
  if (one) return [h("h3", said(who)), form("save", [["name", who, "username"], ...settings(one, ["renewed", "", "password"], ["disabled", !!one.disabled, "checkbox"])], async ({ renewed, ...v }) => {
    await call("PATCH", "/moderators/" + segment(who), renewed ? { ...v, password: renewed } : v);
  })];
  const count = (m) => { const c = moderators.find((x) => x.moderator === m.name); return number(c ? c.approved + c.rejected : 0); };
  return [
    table(t("pages.people"), [...names("field", ["name", "role"]), t("pages.sites"), t("stats.moderators")], items.map((m) => [
      h("a", { href: "#people/" + segment(m.name) }, said(m.name)), [name("role", m.role), " ", m.disabled && h(".chip.warn", name("field", "disabled"))], (m.sites || [t("all")]).join(", "), count(m)])),
    form("people.add", [["name", "", "username"], ...settings({}, ["password", "", "password"])], async (v) => { await post("/moderators", v); go("people/" + segment(v.name)); }),
  ];
}
