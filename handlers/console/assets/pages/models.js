// The page of models: the live one and the latest others, what a candidate would change, and what models learn from.
import { get, getText, ignoreErrors, pathSegment, post, queryString, request } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { byId, element, setContent } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { formatDateTime, formatNumber, formatPercent, label, language, translate } from "../lib/i18n.js";
import { markdown } from "../lib/markdown.js";
import { table } from "../lib/table.js";
import { showError, showToast } from "../lib/toasts.js";
import { isAdminOfAllSites } from "../session.js";
import { compare, comparisonSection } from "./comparison.js";
import { driftSection } from "./drift.js";
import { agreementSection, conflictSection, exportSection, goldenSection, sampleSection } from "./labels.js";
import { isRunning, shadowState } from "./shadow.js";

const maxShown = 5;
const pollEvery = 1000; // milliseconds, while a training runs
const heads = ["spam", "abuse"];
const labelClasses = ["ham", "spam", "abuse"];

// A model's own test says something of its false alarms from so many rows on: none in 150 means, with a probability
// of 95 %, fewer than 2 of 100.
const minHam = 150;
const minPositive = 20;

// The metrics of a head, by their texts.
const metrics = {
  auc: (values) => values.auc,
  recall: (values) => values.recall_at_fpr?.["0.01"],
  mcc: (values) => values.mcc,
  ece: (values) => values.ece,
};

const text = (key, values) => translate("models." + key, values);

export const modelsPage = async () => {
  const reply = await listModels();
  const upload = async ({ file }) => {
    await request("POST", "/models", file);
    await refreshModels();
  };
  return [
    element("p", text("what")),
    element("div", { id: "models" }, modelsPart(reply)),
    comparisonSection(),
    element("div", { id: "card", tabindex: -1, role: "region", label: text("card"), hidden: true }),
    isAdminOfAllSites() && form("models.upload", [["file", "", "file"]], upload),
    // A server that has no figures of drift does not keep the rest from being shown.
    loaded(() => ignoreErrors(driftSection())),
    ...[sampleSection, goldenSection, conflictSection, agreementSection].map(loaded),
    ...exportSection(),
  ];
};

const listModels = () => get("/models", { lang: language });

// loaded is a part of the page that appears when it has come. build is given a function that shows it anew.
const loaded = (build) => {
  const part = element("div");
  const refresh = async () => setContent(part, await build(refresh));
  refresh().catch(showError);
  return part;
};

// refreshModels shows the models and the training anew, and leaves alone what is read or written below.
const refreshModels = async () => {
  const reply = await listModels();
  if (byId("models")) setContent("models", modelsPart(reply));
};

const modelsPart = ({ items, training }) => {
  const models = items.toSorted((a, b) => b.live - a.live).slice(0, maxShown);
  const headings = models.map(({ version, live }) =>
    [version, " ", live ? element(".chip.approved", text("live")) : element(".chip", text("candidate"))]);
  const shadowed = items.find(isRunning)?.version;
  const train = async () => {
    await post("/models/train");
    await refreshModels();
  };
  return [
    table(translate("pages.models"), ["", ...headings], [
      ...modelRows(models),
      row(text("verdict"), models, verdict),
      row(text("beside"), models, (model) => shadowState(model, shadowed, refreshModels)),
      actionRow(models, items),
    ]),
    element("div", { id: "training" }, trainingState(training)),
    isAdminOfAllSites() && element("p", actionButton("models.train", train)),
    element("details", element("summary", text("own")),
      element("p.muted", text("own_what", { compare: text("compare") })),
      table(text("own"), ["", ...headings.map((heading) => heading[0])],
        heads.flatMap((head) => ownRows(head, models)))),
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
  return labelClasses.map((name) => `${formatNumber(countOf(name))} ${label("class", name)}`).join(", ");
};

// verdict is what the comparison of a candidate with the live model said, as far as the server knows.
const verdict = ({ live, comparison }) => {
  if (live) return "";
  if (!comparison) return element(".muted", text("not_compared"));
  const { refused, reason, at } = comparison;
  return [
    element(".chip." + (refused ? "reject" : "approve"), text(refused ? "refused" : "accepted")), " ",
    refused && [reason, " "], element("small", formatDateTime(at)),
  ];
};

// ownRows are the figures of a head by the own test of each model, where it has enough rows.
const ownRows = (head, models) => {
  const valuesOf = ({ manifest }) => manifest.figures?.[head];
  if (!models.some(valuesOf)) return [];
  const ownRow = (key, valueOf) => row(`${label("reason", head)}: ${text(key)}`, models, (model) => {
    const values = valuesOf(model);
    if (!values) return "";
    return isEnough(values) ? valueOf(values, model) : element(".muted", text("too_few"));
  });
  return [
    row(`${label("reason", head)}: ${text("measured")}`, models, (model) => measuredOn(head, valuesOf(model))),
    ownRow("alarms", alarms),
    ...Object.entries(metrics).map(([key, metricOf]) => ownRow(key, (values) => {
      const metric = metricOf(values);
      return metric != null && formatNumber(metric);
    })),
    ownRow("bins", ({ reliability: bins }, { version }) =>
      bins && reliabilityDiagram(`${version}: ${label("reason", head)}: ${text("bins")}`, bins)),
  ];
};

const isEnough = ({ ham, positive }) => ham >= minHam && positive >= minPositive;

const measuredOn = (head, values) =>
  values && text("measured_on", { ham: values.ham, positive: values.positive, head: label("class", head) });

const alarms = ({ at_hold: held }) => {
  const { false_positive: wrong, true_negative: passed } = held || {};
  return wrong + passed > 0
    && text("alarms_of", { n: formatNumber(100 * wrong / (wrong + passed), { maximumSignificantDigits: 2 }) });
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
  return [text("actions"), ...models.map(({ live, version, comparison }) => [
    !live && actionButton("models.compare", () => compare(version, refreshModels), !comparison?.refused && "main"),
    live && canRollBack && actionButton("models.rollback", rollBack),
    " ", actionButton("models.card", () => showCard(version)),
  ])];
};

const showCard = async (version) => {
  const card = await getText(`/models/${pathSegment(version)}/card?${queryString({ lang: language })}`);
  const place = byId("card");
  if (!place) return; // another page is open
  setContent(place, markdown(card)).hidden = false;
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
  const { training } = await listModels();
  if (training?.state === "running") byId("training")?.replaceChildren(trainingState(training));
  else if (byId("training")) await refreshModels();
};
