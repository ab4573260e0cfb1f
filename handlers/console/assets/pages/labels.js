// What models learn from: labels that contradict each other, how often moderators agree, the golden examples, and
// labels as a file.
import { get, pathSegment, post, queryString, request } from "../lib/api.js";
import { bdi, element } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { actionButton, form } from "../lib/forms.js";
import { choices, formatDateTime, formatNumber, formatPercent, label, labels, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { showToast } from "../lib/toasts.js";
import { siteOptions, siteOptionsForChanges } from "./sitepicker.js";

const labelClasses = ["ham", "spam", "abuse"];
const maxConflicts = 10;

const text = (key, values) => translate("learning." + key, values);
const heading = (key) => [element("h3", text(key)), element("p.muted", text(key + "_what"))];

export const agreementSection = async () => {
  const { moderator_agreement: agreement } = await get("/stats");
  return [...heading("agreement"), table(text("agreement"),
    [translate("role.moderator"), translate("stats.count"), translate("stats.share")],
    agreement.map(({ moderator, agreed, disagreed }) => [bdi(moderator), formatNumber(agreed + disagreed),
      agreed + disagreed > 0 && formatPercent(agreed / (agreed + disagreed))]))];
};

// sampleSection shows how far the training samples of the sites are.
export const sampleSection = async () => {
  const { sites } = await get("/second-looks");
  const rows = sites.filter(({ training_sample: sample }) => sample?.total > 0);
  return rows.length > 0 && [...heading("sample"), rows.map(({ site, training_sample: { looked, total } }) =>
    element("p", bdi(site), ": ", translate("queue.sample", { looked, n: total }), " ",
      element("progress", { max: total, value: looked, label: site })))];
};

export const conflictSection = async () => {
  const { items } = await get("/labels/conflicts", { limit: maxConflicts });
  return [...heading("conflicts"), table(text("conflicts"), labels("field", ["text", "labels"]),
    items.map((item) => [bdi(item.text), item.labels.map(conflictingLabel)]))];
};

const conflictingLabel = ({ label: labelClass, labelled_by: by, created_at: createdAt }) =>
  element("div", element("b", label("reason", labelClass)), " ",
    element("small", [by, formatDateTime(createdAt)].filter(Boolean).join(", ")));

// goldenSection lists the golden examples; refresh shows the section anew.
export const goldenSection = async (refresh) => {
  const { items } = await get("/golden-examples");
  const add = async (values) => {
    await post("/golden-examples", values);
    showToast(translate("saved"));
    await refresh();
  };
  const fields = [["text", "", "area"], ["label", "ham", choices("reason", labelClasses)],
    ["site", "", siteOptionsForChanges()], ["golden_note", ""]];
  return [...heading("golden"),
    table(text("golden"), [...labels("field", ["text", "label", "site", "golden_note"]), ""],
      items.map((item) => goldenRow(item, refresh))),
    form("learning.add", fields, ({ golden_note: note, ...values }) => add({ ...values, note }))];
};

// exportSection saves labels as a file, for training elsewhere.
export const exportSection = () => {
  const formats = [["jsonl", "JSON Lines"], ["csv", translate("csv")]];
  const fields = [["site", "", siteOptions()], ["since", "", "date"], ["format", "jsonl", formats]];
  return [...heading("export"), form("learning.save", fields, async ({ site, since, format }) => {
    const time = since && new Date(since).toISOString();
    await download("/labels?" + queryString({ site, since: time, format }), "labels." + format);
    return text("saving");
  })];
};

const goldenRow = ({ id, text: body, label: labelClass, site, note, added_by: by }, refresh) => {
  const remove = async () => {
    await request("DELETE", "/golden-examples/" + pathSegment(id));
    showToast(text("removed"));
    await refresh();
  };
  return [bdi(body), label("reason", labelClass), site || translate("queue.sites"),
    [note, by].filter(Boolean).join(" – "), actionButton("learning.remove", remove, "small")];
};
