// The machine's risks, and other thresholds to try out on them.
import { chart } from "./chart.js";
import { $, fill, h } from "./dom.js";
import { table } from "./forms.js";
import { local, name, percent, t } from "./i18n.js";

const keys = ["hold", "reject"];

// scores draws the histograms, and with thresholds what others would have
// changed. These are estimates, as if comments were even within a bin.
export const scores = ({ width, arrived, approved, rejected }, thresholds) => {
  const approve = name("action", "approve");
  const reject = name("action", "reject");
  const open = arrived.map((n, i) => n - approved[i] - rejected[i]);
  const figure = chart(t("stats.scores"), arrived.map((_, i) => "≥ " + percent(i * width)), [[approve, approved], [t("stats.open"), open], [reject, rejected]], null, Math.sqrt);
  if (!thresholds) return figure;
  const now = [thresholds.hold, thresholds.reject ?? 1]; // 1: no comment
  const then = [...now];
  const inputs = keys.map((key, i) => h("input", { type: "range", max: 1, step: 0.01, value: now[i], label: name("field", key), input: (e) => {
    then[i] = Number(e.target.value);
    then[1 - i] = (i ? Math.min : Math.max)(...then);
    inputs[1 - i].value = then[1 - i];
    show();
  } }));
  const above = (bins, at) => bins.reduce((sum, n, i) => sum + n * Math.min(1, Math.max(0, i + 1 - at / width)), 0);
  const caught = (bins, [hold, reject], i) => (i ? above(bins, reject) : Math.max(0, above(bins, hold) - above(bins, reject)));
  const said = h("div", { role: "status" });
  const show = () => fill(said, table(t("stats.try"), [t("stats.try"), t("stats.count"), approve, reject], keys.map((key, i) => [
    `${name("field", key)} ${percent(then[i])}`,
    ...[arrived, approved, rejected].map((bins) => local(Math.round(caught(bins, then, i) - caught(bins, now, i)), { signDisplay: "exceptZero" })),
  ])));
  show();
  $("svg", figure).after(...inputs);
  return [figure, said];
};
