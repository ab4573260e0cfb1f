// The page of sites: the settings of each, its reasons, and its rules.
import { get, post, request } from "../lib/api.js";
import { bdi, element } from "../lib/dom.js";
import { form } from "../lib/forms.js";
import { choices, formatPercent, label, labels, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { showToast } from "../lib/toasts.js";
import { reasonsByKey } from "../desk/reasons.js";
import { isAdmin, isAdminOfAllSites, setSites } from "../session.js";
import { keyNotice, keySection } from "./keys.js";
import { sitePicker } from "./sitepicker.js";
import { rulesSection } from "./rules.js";
import {
  basicFields, card, dataForm, failureNotice, nameForm, noticesForm, opinionForm, postingForm, screeningForm,
} from "./sitesettings.js";
import { webhookSection } from "./webhooks.js";

const maxReasonId = 60;

export const sitesPage = async (slug, { reload }) => {
  const { items } = await get("/sites");
  setSites(items);
  const site = items.find((item) => item.slug === slug);
  return site ? sitePage(site, reload) : siteList(items);
};

const siteList = (sites) => {
  const percentOf = (threshold) => (threshold == null ? translate("sites.by_model") : formatPercent(threshold));
  const add = async (values) => {
    const reply = await post("/sites", values);
    return [keyNotice(reply), element("a", { href: "#sites/" + values.slug }, values.name || values.slug)];
  };
  return [
    table(translate("pages.sites"),
      [label("field", "name"), translate("sites.passed"), ...labels("field", ["hold", "reject"])],
      sites.map(({ slug, name, mode, thresholds: { hold, reject } }) => [
        element("a", { href: "#sites/" + slug }, name), label("mode", mode), percentOf(hold), percentOf(reject)])),
    isAdminOfAllSites() && form("sites.add", [["slug", ""], ...Object.values(basicFields({}))], add),
  ];
};

const sitePage = async (site, reload) => {
  const path = `/sites/${site.slug}`;
  const [rules, failures] = await Promise.all([
    get(path + "/rules"), isAdmin() ? get(path + "/notices/failures") : { items: [] },
  ]);
  return [
    sitePicker("sites", site.slug),
    element("h3", bdi(site.name)),
    site.names_no_client && element("p.notice", translate("sites.nameless")),
    site.under_attack && element("p.notice", translate("sites.under_attack")),
    card("posting", postingForm(site, path), isAdmin() && await keySection(path)),
    card("screening", screeningForm(site, path)),
    card("readers", nameForm(site, path),
      element("h4", translate("sites.reasons")), reasonsForm(site, path, reload)),
    card("notices", failures.items.map(failureNotice), noticesForm(site, path)),
    card("opinion", opinionForm(site, path)),
    card("data", dataForm(site, path)),
    isAdmin() && card("webhooks", await webhookSection(path)),
    element("h3", translate("sites.rules")),
    rulesSection(rules, site.slug),
  ];
};

// reasonsForm has the site's own reasons, and one more to be filled in. A reason whose name is cleared is removed.
const reasonsForm = ({ reasons }, path, reload) => {
  const all = [...(reasons || []), {}];
  const options = choices("reason", Object.values(reasonsByKey));
  const fields = all.flatMap(({ name = "", under, message = "" }, i) =>
    [[i + ".name", name], [i + ".under", under, options], [i + ".message", message]]);
  return form("save", fields, async (values) => {
    const edited = all.map(({ id }, i) => ({ id: id || reasonId(values[i].name) || "reason-" + i, ...values[i] }));
    await request("PATCH", path, { reasons: edited.filter(({ name }) => name) });
    showToast(translate("saved"));
    await reload();
  }, !isAdmin());
};

// reasonId derives a reason's permanent id from its first name.
const reasonId = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, maxReasonId).replace(/^-|-$/g, "");
