// The page of sites: the settings of each, its reasons, its words and rules, and a test of a text against them.
import { get, post, request } from "../lib/api.js";
import { bdi, element } from "../lib/dom.js";
import { form } from "../lib/forms.js";
import { choices, formatPercent, label, labels, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { showToast } from "../lib/toasts.js";
import { signalList } from "../desk/explanation.js";
import { reasonsByKey } from "../desk/reasons.js";
import { isAdmin, isAdminOfAllSites, setSites } from "../session.js";
import { keyNotice, keySection } from "./keys.js";
import { sitePicker } from "./sitepicker.js";
import { previewEntries } from "./entrypreview.js";
import { closingSection, readerSection } from "./readers.js";
import { tryOut } from "./whatif.js";

const newSiteFields = ["name", "mode", "origins"];
const maxReasonId = 60;

// Lists of the rules that have fields of their own; everything else is edited as JSON.
const ruleLists = ["blocked_words.words", "suspect_words.words", "blocked_domains.domains", "links.allowed"];

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
    rulesForm(rules, path),
    element("h3", translate("test")),
    testForm(path),
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

const rulesForm = (rules, path) => {
  const node = form("save", ruleFields(rules),
    async (values) => { await request("PUT", path + "/rules", rulesOf(values)); }, false,
    ["changes.try", async (values) => tryOut(path, { rules: rulesOf(values) })]);
  previewEntries(node, path, { "blocked_words.words": "blocked_words", "suspect_words.words": "suspect_words" });
  return node;
};

const rulesOf = ({ rest, ...lists }) => {
  const rules = JSON.parse(rest || "{}");
  for (const [rule, values] of Object.entries(lists)) rules[rule] = { ...rules[rule], ...values };
  return rules;
};

const ruleFields = (rules) => {
  const rest = structuredClone(rules);
  const fields = ruleLists.map((key) => {
    const [rule, list] = key.split(".");
    const { [list]: entries = [], ...others } = rest[rule] || {};
    if (Object.keys(others).length) rest[rule] = others;
    else delete rest[rule];
    return [key, entries];
  });
  const json = JSON.stringify(rest, null, 1);
  return [...fields, ["rest", json === "{}" ? "" : json, "area"]];
};

const testForm = (path) => form("test", [["text", "", "area"]], async (values) => {
  const { action, spam, signals } = await post(path + "/test", values);
  return [element("b", label("action", action)), spam == null ? "" : ` ${formatPercent(spam)} `, signalList(signals)];
});
