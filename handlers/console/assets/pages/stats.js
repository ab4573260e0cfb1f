// The page of statistics.
import { get } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { element } from "../lib/dom.js";
import { formatAge, formatNumber, formatPercent, label, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { isAdminOfAllSites, sites } from "../session.js";
import { findingsSection } from "./findings.js";
import { scoreChart } from "./scores.js";
import { sitePicker } from "./sitepicker.js";

const minute = 60_000; // milliseconds
const outcomes = { approved: "approve", held: "hold", rejected: "reject" };

const text = (key) => translate("stats." + key);
const actionLabel = (outcome) => label("action", outcomes[outcome]);
const section = (key, headings, rows) => [element("h3", text(key)), table(text(key), headings, rows)];

export const statsPage = async (argument) => {
  const slug = sites.length === 1 ? sites[0].slug : argument;
  const stats = await get("/stats", { site: slug });
  const { days, waiting, scores, thresholds, agreement, second_looks, moderators, moderator_agreement } = stats;
  return [
    isAdminOfAllSites() && await findingsSection(),
    sitePicker("stats", slug),
    ...dayCharts(days),
    waitingChart(waiting),
    scoreChart(scores, thresholds),
    element("h3", text("agreement")),
    filterOutcome(days, agreement),
    section("looks", ["", text("count"), text("share"), text("kappa")], secondLookRows(second_looks)),
    section("moderators",
      [translate("role.moderator"), actionLabel("approved"), actionLabel("rejected"), text("same")],
      moderators.map(({ moderator, approved, rejected }) =>
        [moderator, formatNumber(approved), formatNumber(rejected), secondLooksAt(moderator, moderator_agreement)])),
  ];
};

const dayCharts = (days) => {
  const dates = days.map(({ day }) => day);
  const series = (name, key) => [name, days.map((day) => day[key])];
  return [
    chart(text("arrivals"), dates, Object.keys(outcomes).map((outcome) => series(actionLabel(outcome), outcome))),
    chart(text("decisions"), dates, [series(text("decisions"), "decisions")]),
  ];
};

const waitingChart = ({ bounds_minutes, counts }) => {
  const bounds = bounds_minutes.map((minutes) => formatAge(Date.now() - minutes * minute));
  const bins = [...bounds.map((bound) => "< " + bound), "≥ " + bounds.at(-1)];
  return chart(text("waiting"), bins, [[text("count"), counts]]);
};

// filterOutcome says in sentences what became of the filter's decisions.
const filterOutcome = (days, agreement) => {
  const total = (key) => days.reduce((sum, day) => sum + day[key], 0);
  const changed = (outcome, action) => {
    const n = total(outcome);
    const undone = Math.min(agreement[`${outcome}_${action}`], n);
    return { n, changed: undone, share: n > 0 && formatPercent(undone / n, 1) };
  };
  const held = { n: total("held"), approved: agreement.held_approved, rejected: agreement.held_rejected };
  const lines = { published: changed("approved", "rejected"), held, refused: changed("rejected", "approved") };
  const shown = Object.entries(lines).filter(([, { n }]) => n);
  return shown.length
    ? element("ul.points", shown.map(([key, values]) => element("li", translate("stats." + key, values))))
    : element("p.muted", translate("none"));
};

// secondLooksAt says how many second looks agreed with a moderator, of how many.
const secondLooksAt = (name, counts) => counts.filter(({ moderator }) => moderator === name)
  .map(({ agreed, disagreed }) => `${formatNumber(agreed)} / ${formatNumber(agreed + disagreed)}`);

const secondLookRows = (secondLooks) => Object.entries(secondLooks).map(([subject, counts]) => {
  const agreed = counts.approved_approved + counts.rejected_rejected;
  const total = agreed + counts.approved_rejected + counts.rejected_approved;
  return [text("looks_at_" + subject), formatNumber(total), total > 0 && formatPercent(agreed / total),
    counts.kappa != null && formatNumber(counts.kappa)];
});
