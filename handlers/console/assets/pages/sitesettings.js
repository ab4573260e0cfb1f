// The settings of a site: cards of sentences with fields in them. Each card is saved by itself.
import { post, request } from "../lib/api.js";
import { element } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { choices, formatDateTime, translate } from "../lib/i18n.js";
import { showToast } from "../lib/toasts.js";
import { isAdmin } from "../session.js";
import { tryOut } from "./whatif.js";

const text = (key, values) => translate("sites." + key, values);

// card is a titled part of the page. Its form comes first.
export const card = (key, ...content) =>
  element("section.card", { "aria-labelledby": "card-" + key },
    element("h3", { id: "card-" + key }, text("card." + key)), content);

// settings is a form of sentences. toPatch makes what the API is sent of the values. Only what was changed here is
// sent: colleagues may have changed the rest since the page was loaded.
const settings = (fields, path, toPatch = (values) => values, trial = null) => {
  const save = async (values) => {
    const isChanged = ([key]) => JSON.stringify(values[key]) !== JSON.stringify(saved[key]);
    const patch = Object.fromEntries(Object.entries(toPatch(values)).filter(isChanged));
    if (Object.keys(patch).length) await request("PATCH", path, patch);
    saved = values;
  };
  const node = form("save", fields, save, !isAdmin(), trial);
  let saved = node.values();
  node.classList.add("sentences");
  return node;
};

const numbers = (group, values, keys, unset) => keys.map((key) => [`${group}.${key}`, values[key] ?? unset, "number"]);

// basicFields are those that a new site is given.
export const basicFields = ({ name = "", mode = "post", origins = [] }) => ({
  name: ["name", name],
  mode: ["mode", mode, choices("mode")],
  origins: ["origins", origins],
});

// postingForm says who may post, what readers may do about their comments, and until when.
export const postingForm = (site, path) => {
  const { slug, has_sso_secret: hasSecret, reserved_names: names, reader_tokens: tokens = {} } = site;
  const { days = 0, sections } = site.closing ?? {};
  const node = settings([
    basicFields(site).origins,
    ["reserved_names", names || []],
    ["edit_minutes", site.edit_minutes ?? "", "number"],
    ["appeals", site.appeals ?? true, "checkbox"],
    ["nudge", Boolean(site.nudge), "checkbox"],
    ["links_in_comments", Boolean(site.links_in_comments), "checkbox"],
    ["proof_of_work", site.proof_of_work, choices("proof_of_work")],
    ["minimum_seconds", site.minimum_seconds ?? 0, "number"],
    ["closing.days", days, "number"],
    ["closing.sections", Object.entries(sections || {}).map(([name, age]) => `${name}: ${age}`)],
    ...["jwks_url", "issuer", "audience"].map((key) => ["reader_tokens." + key, tokens[key] ?? ""]),
    ["reader_tokens.require_site", Boolean(tokens.require_site), "checkbox"],
  ], path, ({ closing, ...values }) => ({
    ...values,
    closing: { days: closing.days ?? 0, sections: Object.fromEntries(closing.sections.map(sectionOf)) },
  }));
  node.elements["reader_tokens.jwks_url"].closest("label").before(
    element("h4", text("tokens")),
    element("p.muted", text("tokens_what"), " ", text(hasSecret ? "secret_set" : "secret_none", { slug })));
  return node;
};

// sectionOf reads a line such as "Sport: 3".
const sectionOf = (line) => {
  const [, name, days] = line.match(/^(.*\S)\s*:\s*(\d+)$/) || [];
  if (!name) throw new SyntaxError(text("section_line", { line }));
  return [name, Number(days)];
};

// screeningForm says what is held and rejected. It can be tried on the last comments.
export const screeningForm = (site, path) => {
  const { surge = {}, thresholds = {}, campaign_copies: copies, reports_to_hold: reports } = site;
  const trial = ({ mode, thresholds, surge, campaign_copies: copies }) =>
    tryOut(path, { mode, thresholds, surge, campaign_copies: copies });
  return settings([
    basicFields(site).mode,
    ...["hold", "reject", "abuse"].map((key) => ["thresholds." + key, thresholds[key], "percent"]),
    ["campaign_copies", copies ?? "", "number"],
    ["reports_to_hold", reports ?? "", "number"],
    ...numbers("surge", surge, ["count", "minutes", "hold_minutes"], 0),
  ], path, undefined, ["changes.try", trial]);
};

// nameForm says under which names readers see the site and its newsroom.
export const nameForm = (site, path) =>
  settings([basicFields(site).name, ["newsroom", site.newsroom ?? ""]], path);

// noticesForm says what the newsroom and readers are sent. The webhook is a secret, and not shown.
export const noticesForm = (site, path) => {
  const { addresses = [], queue = 0, drift, digest } = site.notices ?? {};
  const { report_hours: hours = 0, digest_hour: hour = 0 } = site.notices ?? {};
  return [
    settings([
      ["notices.webhook_url", "", "url"],
      ...(site.has_notice_webhook ? [["notices.no_webhook", false, "checkbox"]] : []),
      ["notices.addresses", addresses],
      ["notices.queue", queue, "number"],
      ["notices.report_hours", hours, "number"],
      ["notices.drift", Boolean(drift), "checkbox"],
      ["notices.digest", Boolean(digest), "checkbox"],
      ["notices.digest_hour", hour, "number"],
      ["reader_mail", Boolean(site.reader_mail), "checkbox"],
      ["language", site.language || "en", [["en", "English"], ["de", "Deutsch"]]],
    ], path, ({ notices: { webhook_url: url, no_webhook: none, ...notices }, ...values }) => ({
      ...values,
      notices: { ...notices, ...((url || none) && { webhook_url: none ? "" : url }) },
    })),
    isAdmin() && actionButton("sites.test_notices", async () => {
      const { messages: n } = await post(path + "/notices/test");
      showToast(text("tested_notices", { n }));
    }),
  ];
};

// failureNotice says what cannot be sent, and why.
export const failureNotice = ({ target, recipient = "", since, error, given_up: lost }) => element("p.error",
  text("failing." + target, { recipient, since: formatDateTime(since) }), " ",
  element("span", { lang: "en" }, error), lost > 0 && [" · ", text("failing.lost", { n: lost })]);

// opinionForm says which service is asked about held comments, and what it is sent. Its key is a secret, and not shown.
export const opinionForm = (site, path) => {
  const { kind, url = "", model = "", policy = "", daily_calls: calls = "" } = site.opinion ?? {};
  return [
    element("ul", ["off", "sent", "else", "fails"].map((key) =>
      element("li", text("opinion_" + key, { slug: site.slug })))),
    settings([
      ["opinion.kind", kind || "off", choices("opinion_kind")],
      ["opinion.url", url, "url"],
      ["opinion.model", model],
      ["opinion.policy", policy, "area"],
      ["opinion.daily_calls", calls, "number"],
      ["opinion.key", "", "password"],
      ...(site.has_opinion_key ? [["opinion.no_key", false, "checkbox"]] : []),
    ], path, ({ opinion: { kind, key, no_key: none, ...opinion } }) => ({
      opinion: { ...opinion, kind: kind === "off" ? "" : kind, ...((key || none) && { key: none ? "" : key }) },
    })),
  ];
};

// dataForm says what models learn from, and how long data is kept.
export const dataForm = (site, path) => settings([
  ["training_sample", site.training_sample ?? "", "number"],
  ["second_look", site.second_look, "percent"],
  ["hold_budget", site.hold_budget, "percent"],
  ...numbers("retention", site.retention ?? {}, ["addresses", "rejected", "labels"], 0),
], path);
