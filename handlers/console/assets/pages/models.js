// The page of models: the live one and the latest others side by side.
import { get, post, request } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { byId, element } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { formatDateTime, formatNumber, formatPercent, label, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { showToast } from "../lib/toasts.js";
import { isAdmin } from "../session.js";

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

export const modelsPage = async (_, { reload }) => {
  const { items, training } = await get("/models");
  const models = items.toSorted((a, b) => b.live - a.live).slice(0, maxShown);
  const headings = models.map(({ version, live }) => [version, " ", live && element(".chip.approved", text("live"))]);
  const train = () => changeModel("train", reload);
  const upload = async ({ file }) => {
    await request("POST", "/models", file);
    await reload();
  };
  return [
    table(translate("pages.models"), ["", ...headings], [
      ...modelRows(models),
      ...(isAdmin() && items.length > 1 ? [actionRow(models, items, reload)] : []),
    ]),
    element("div", { id: "training" }, trainingState(training, reload)),
    isAdmin() && element("p", actionButton("models.train", train)),
    isAdmin() && form("models.upload", [["file", "", "file"]], upload),
  ];
};

const changeModel = async (path, reload) => {
  await post("/models/" + path);
  showToast(translate("saved"));
  await reload();
};

const row = (heading, models, valueOf) => [heading, ...models.map((model) => valueOf(model) || "–")];

const modelRows = (models) => [
  row(text("origin"), models, ({ origin, by }) => [origin, by].filter(Boolean).join(", ")),
  row(text("created_at"), models, ({ created_at }) => formatDateTime(created_at)),
  row(text("labels"), models, labelCounts),
  ...heads.flatMap((head) => metricRows(head, models)),
];

const labelCounts = ({ manifest: { sources = {} } }) => {
  const countOf = (labelClass) => Object.values(sources).reduce((sum, source) => sum + source[labelClass], 0);
  return labelClasses.map((labelClass) => formatNumber(countOf(labelClass))).join(" · ");
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
    return bins && reliabilityDiagram(bins);
  });
  return [...numbers, diagrams];
};

// reliabilityDiagram compares predicted probabilities with observed frequencies. Bins without a prediction are 0.
const reliabilityDiagram = (bins) => {
  const centers = bins.map((_, i) => formatPercent((i + 0.5) / bins.length));
  const observed = [text("observed"), bins.map((bin) => bin.observed ?? 0)];
  const predicted = [text("predicted"), bins.map((bin) => bin.foretold ?? 0)];
  return chart(text("bins"), centers, [observed], predicted);
};

const actionRow = (models, all, reload) => {
  const canRollBack = all.some(({ promoted_at, live }) => promoted_at && !live);
  const button = ({ live, version }) => {
    if (!live) return actionButton("models.promote", () => changeModel(version + "/promote", reload), "main");
    return canRollBack && actionButton("models.rollback", () => changeModel("rollback", reload));
  };
  return ["", ...models.map(button)];
};

// trainingState shows the last training of the installation, and follows one that is running.
const trainingState = (training, reload) => {
  if (!training) return "";
  const isRunning = training.state === "running";
  if (isRunning) setTimeout(followTraining, pollEvery, reload);
  const progress = { max: training.total || 1, value: training.done, label: text("train") };
  return element("p", { role: "status" },
    text(training.state, training), " ", isRunning && element("progress", progress),
    isRunning && isAdmin() && actionButton("models.cancel", () => request("DELETE", "/models/train")));
};

const followTraining = async (reload) => {
  if (!byId("training")) return; // another page is open
  const { training } = await get("/models");
  if (training?.state === "running") byId("training")?.replaceChildren(trainingState(training, reload));
  else if (byId("training")) await reload();
};
