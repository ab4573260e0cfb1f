// The page of models: the live one and the latest others, what a candidate would change, and what models learn from.
import { get, getText, ignoreErrors, pathSegment, post, request } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { byId, element, setContent } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { formatDateTime, formatNumber, formatPercent, label, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { showError, showToast } from "../lib/toasts.js";
import { isAdminOfAllSites } from "../session.js";
import { compare, comparisonSection } from "./comparison.js";
import { driftSection } from "./drift.js";
import { agreementSection, conflictSection, goldenSection, sampleSection } from "./labels.js";
import { shadowState } from "./shadow.js";

const maxShown = 5;
const pollEvery = 1000; // milliseconds, while a training runs
const heads = ["spam", "abuse"];
const labelClasses = ["ham", "spam", "abuse"];

// The metrics of a head, by their texts.
const metrics = {
  auc: (values) => values.auc,
  recall: (values) => values.recall_at_fpr?.["0.01"],
  mcc: (values) => values.mcc,
  ece: (values) => values.ece,
};

const text = (key, values) => translate("models." + key, values);

export const modelsPage = async () => {
  const reply = await get("/models");
  const upload = async ({ file }) => {
    await request("POST", "/models", file);
    await refreshModels();
  };
  return [
    element("p", text("what")),
    element("div", { id: "models" }, modelsPart(reply)),
    comparisonSection(),
    element("pre.text", { id: "card", tabindex: 0, role: "region", label: text("card"), hidden: true }),
    isAdminOfAllSites() && form("models.upload", [["file", "", "file"]], upload),
    // A server that has no figures of drift does not keep the rest from being shown.
    loaded(() => ignoreErrors(driftSection())),
    ...[sampleSection, goldenSection, conflictSection, agreementSection].map(loaded),
  ];
};

// loaded is a part of the page that appears when it has come. build is given a function that shows it anew.
const loaded = (build) => {
  const part = element("div");
  const refresh = async () => setContent(part, await build(refresh));
  refresh().catch(showError);
  return part;
};

// refreshModels shows the models and the training anew, and leaves alone what is read or written below.
const refreshModels = async () => {
  const reply = await get("/models");
  if (byId("models")) setContent("models", modelsPart(reply));
};

const modelsPart = ({ items, training }) => {
  const models = items.toSorted((a, b) => b.live - a.live).slice(0, maxShown);
  const headings = models.map(({ version, live }) =>
    [version, " ", live ? element(".chip.approved", text("live")) : element(".chip", text("candidate"))]);
  const train = async () => {
    await post("/models/train");
    await refreshModels();
  };
  return [
    table(translate("pages.models"), ["", ...headings], [
      ...modelRows(models),
      ...heads.flatMap((head) => heldRow(head, models)),
      row(text("beside"), models, (model) => shadowState(model, refreshModels)),
      actionRow(models, items),
    ]),
    element("div", { id: "training" }, trainingState(training)),
    isAdminOfAllSites() && element("p", actionButton("models.train", train)),
    element("details", element("summary", text("own")), element("p.muted", text("own_what")),
      table(text("own"), ["", ...headings.map((heading) => heading[0])],
        heads.flatMap((head) => metricRows(head, models)))),
  ];
};

const row = (heading, models, valueOf) => [heading, ...models.map((model) => valueOf(model) || "–")];

const modelRows = (models) => [
  row(text("origin"), models, ({ origin, by }) => [label("origin", origin), by].filter(Boolean).join(", ")),
  row(text("created_at"), models, ({ created_at }) => formatDateTime(created_at)),
  row(text("labels"), models, labelCounts),
];

const labelCounts = ({ manifest: { sources = {} } }) => {
  const countOf = (labelClass) => Object.values(sources).reduce((sum, source) => sum + source[labelClass], 0);
  return labelClasses.map((labelClass) => formatNumber(countOf(labelClass))).join(" · ");
};

// heldRow says in words how many comments that are neither spam nor abuse each model holds in its own tests.
const heldRow = (head, models) => {
  const held = row(text("alarms", { head: label("reason", head) }), models, ({ manifest }) => {
    const { false_positive: alarms, true_negative: passed } = manifest.figures?.[head]?.at_hold || {};
    return alarms + passed > 0
      && text("alarms_of", { n: formatNumber(100 * alarms / (alarms + passed), { maximumSignificantDigits: 2 }) });
  });
  return models.some(({ manifest }) => manifest.figures?.[head]?.at_hold) ? [held] : [];
};

const metricRows = (head, models) => {
  const valuesOf = ({ manifest }) => manifest.figures?.[head];
  if (!models.some(valuesOf)) return [];
  const heading = (key) => `${label("reason", head)}: ${text(key)}`;
  const numbers = Object.entries(metrics).map(([key, metricOf]) => row(heading(key), models, (model) => {
    const metric = metricOf(valuesOf(model) || {});
    return metric != null && formatNumber(metric);
  }));
  const diagrams = row(heading("bins"), models, (model) => {
    const bins = valuesOf(model)?.reliability;
    return bins && reliabilityDiagram(`${model.version}: ${heading("bins")}`, bins);
  });
  return [...numbers, diagrams];
};

// reliabilityDiagram compares predicted probabilities with observed frequencies. Bins without a prediction are 0.
const reliabilityDiagram = (title, bins) => {
  const centers = bins.map((_, i) => formatPercent((i + 0.5) / bins.length));
  const observed = [text("observed"), bins.map((bin) => bin.observed ?? 0)];
  const predicted = [text("predicted"), bins.map((bin) => bin.foretold ?? 0)];
  return chart(title, centers, [observed], predicted);
};

const actionRow = (models, all) => {
  const canRollBack = isAdminOfAllSites() && all.some(({ promoted_at, live }) => promoted_at && !live);
  const rollBack = async () => {
    await post("/models/rollback");
    showToast(translate("saved"));
    await refreshModels();
  };
  return [text("actions"), ...models.map(({ live, version }) => [
    !live && actionButton("models.compare", () => compare(version, refreshModels), "main"),
    live && canRollBack && actionButton("models.rollback", rollBack),
    " ", actionButton("models.card", () => showCard(version)),
  ])];
};

const showCard = async (version) => {
  const card = await getText(`/models/${pathSegment(version)}/card`);
  const place = byId("card");
  if (!place) return; // another page is open
  setContent(place, card).hidden = false;
  place.focus();
};

// trainingState shows the last training of the installation, and follows one that is running.
const trainingState = (training) => {
  if (!training) return "";
  const isRunning = training.state === "running";
  if (isRunning) setTimeout(followTraining, pollEvery);
  const progress = { max: training.total || 1, value: training.done, label: text("train") };
  return element("p", { role: "status" },
    text(training.state, training), " ", isRunning && element("progress", progress),
    isRunning && isAdminOfAllSites() && actionButton("models.cancel", () => request("DELETE", "/models/train")));
};

const followTraining = async () => {
  if (!byId("training")) return; // another page is open
  const { training } = await get("/models");
  if (training?.state === "running") byId("training")?.replaceChildren(trainingState(training));
  else if (byId("training")) await refreshModels();
};
