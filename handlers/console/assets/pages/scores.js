// The histogram of probabilities, and what other thresholds would have changed.
import { chart } from "../lib/chart.js";
import { element, setContent } from "../lib/dom.js";
import { formatNumber, formatPercent, label, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";

const thresholdKeys = ["hold", "reject"];
const HOLD = 0;
const REJECT = 1;
const rejectsNothing = 1; // a threshold that no probability reaches

// scoreChart draws the histogram by what moderators decided; with the thresholds of one site also what others would
// have done.
export const scoreChart = (scores, thresholds) => {
  const { width, arrived, approved, rejected } = scores;
  const undecided = arrived.map((count, i) => count - approved[i] - rejected[i]);
  const bins = arrived.map((_, i) => "≥ " + formatPercent(i * width));
  const series = [
    [label("action", "approve"), approved],
    [translate("stats.open"), undecided],
    [label("action", "reject"), rejected],
  ];
  const figure = chart(translate("stats.scores"), bins, series, null, Math.sqrt);
  return thresholds ? withThresholds(figure, scores, thresholds) : figure;
};

const withThresholds = (figure, scores, { hold, reject }) => {
  const current = [hold, reject ?? rejectsNothing];
  const tried = [...current];
  const result = element("div", { role: "status" });
  const showResult = () => setContent(result, changeTable(scores, current, tried));
  // A comment that is rejected was at least to be held, so each slider takes the other one along.
  const change = (i, value) => {
    tried[i] = value;
    if (i === HOLD) tried[REJECT] = Math.max(...tried);
    else tried[HOLD] = Math.min(...tried);
    sliders.forEach((slider, j) => { slider.value = tried[j]; });
    showResult();
  };
  const sliders = thresholdKeys.map((key, i) => element("input", {
    type: "range", max: 1, step: 0.01, value: current[i], label: label("field", key),
    input: (event) => change(i, Number(event.target.value)),
  }));
  figure.querySelector("svg").after(...sliders);
  showResult();
  return [figure, result];
};

const changeTable = ({ width, arrived, approved, rejected }, current, tried) => {
  const heading = translate("stats.try");
  const headings = [heading, translate("stats.count"), label("action", "approve"), label("action", "reject")];
  return table(heading, headings, thresholdKeys.map((key, i) => {
    const changes = [arrived, approved, rejected].map((bins) =>
      countCaught(bins, width, tried, i) - countCaught(bins, width, current, i));
    return [`${label("field", key)} ${formatPercent(tried[i])}`, ...changes.map(formatChange)];
  }));
};

const formatChange = (change) => formatNumber(Math.round(change), { signDisplay: "exceptZero" });

// countCaught estimates how many comments are held, or rejected.
const countCaught = (bins, width, [hold, reject], i) => {
  const rejected = countAbove(bins, width, reject);
  return i === REJECT ? rejected : Math.max(0, countAbove(bins, width, hold) - rejected);
};

// countAbove takes the probabilities of a bin as evenly spread.
const countAbove = (bins, width, threshold) => bins.reduce((sum, count, i) =>
  sum + count * Math.min(1, Math.max(0, i + 1 - threshold / width)), 0);
