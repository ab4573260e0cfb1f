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
import { closingSection, readerSection } from "./readers.js";
import { rulesSection } from "./rules.js";
import { tryOut } from "./whatif.js";

const newSiteFields = ["name", "mode", "origins"];
const maxReasonId = 60;

export const sitesPage = async (slug, { reload }) => {
  const { items } = await get("/sites");
  setSites(items);
  const site = items.find((item) => item.slug === slug);
  return site ? sitePage(site, reload) : siteList(items);
};

const siteList = (sites) => {
  const percentOf = (threshold) => (threshold == null ? "–" : formatPercent(threshold));
  const add = async (values) => {
    const reply = await post("/sites", values);
    return [keyNotice(reply), element("a", { href: "#sites/" + values.slug }, values.name || values.slug)];
  };
  return [
    table(translate("pages.sites"), labels("field", ["name", "mode", "hold", "reject"]),
      sites.map(({ slug, name, mode, thresholds: { hold, reject } }) => [
        element("a", { href: "#sites/" + slug }, name), label("mode", mode), percentOf(hold), percentOf(reject)])),
    isAdminOfAllSites() && form("sites.add",
      [["slug", ""], ...settingFields({}).filter(([key]) => newSiteFields.includes(key))], add),
  ];
};

const sitePage = async (site, reload) => {
  const path = `/sites/${site.slug}`;
  const rules = await get(path + "/rules");
  return [
    sitePicker("sites", site.slug),
    element("h3", bdi(site.name)),
    site.names_no_client && element("p.notice", translate("sites.nameless")),
    element("h3", translate("sites.settings")),
    settingsForm(site, path),
    closingSection(site, path),
    readerSection(site, path),
    isAdmin() && await keySection(path),
    element("h3", translate("sites.reasons")),
    reasonsForm(site, path, reload),
    element("h3", translate("sites.rules")),
    rulesSection(rules, site.slug),
  ];
};

const settingsForm = (site, path) => form("save", settingFields(site),
  async ({ hold_budget: budget, ...values }) => {
    await request("PATCH", path, { ...values, hold_budget: budget === null ? null : budget / 100 });
  }, !isAdmin(),
  ["changes.try", ({ mode, thresholds, surge, campaign_copies: copies }) =>
    tryOut(path, { mode, thresholds, surge, campaign_copies: copies })]);

const settingFields = (site) => {
  const { name = "", mode = "post", origins = [] } = site;
  const { second_look: secondLook, training_sample: sample, hold_budget: budget } = site;
  const { campaign_copies: copies, reports_to_hold: reports } = site;
  const { retention = {}, surge = {}, thresholds = {} } = site;
  const numbers = (group, values, keys, empty) =>
    keys.map((key) => [`${group}.${key}`, values[key] ?? empty, "number"]);
  return [
    ["name", name],
    ["mode", mode, choices("mode")],
    ["second_look", secondLook ?? "", "number"],
    ["training_sample", sample ?? "", "number"],
    ["hold_budget", budget == null ? "" : Number((budget * 100).toFixed(4)), "number"],
    ["campaign_copies", copies ?? "", "number"],
    ["reports_to_hold", reports ?? "", "number"],
    ...numbers("retention", retention, ["addresses", "rejected", "labels"], 0),
    ...numbers("surge", surge, ["count", "minutes", "hold_minutes"], 0),
    ...numbers("thresholds", thresholds, ["abuse", "hold", "reject"], ""),
    ["origins", origins],
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
