// The page of statistics.
import { get } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { bdi, element } from "../lib/dom.js";
import { formatAge, formatNumber, formatPercent, formatTime, label, translate } from "../lib/i18n.js";
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
  const [stats, people] = await Promise.all([
    get("/stats", { site: slug }),
    get("/stats/moderators", { site: slug }),
  ]);
  const { days, hours, waiting, scores, thresholds, agreement, second_looks, nudges } = stats;
  return [
    isAdminOfAllSites() && await findingsSection(),
    sitePicker("stats", slug),
    headline(stats),
    element("h3", text("hours")),
    element("div.multiples", hourCharts(hours)),
    element("h3", text("days")),
    ...dayCharts(days),
    waitingChart(waiting),
    scoreChart(scores, thresholds),
    element("h3", text("agreement")),
    filterOutcome(days, agreement),
    nudges.shown > 0 && element("p", translate("stats.nudges", nudges)),
    section("looks", ["", text("count"), text("share"), text("kappa")], secondLookRows(second_looks)),
    element("h3", text("moderators")),
    moderatorTable(people),
  ];
};

// headline has the four figures that are read first.
const headline = (stats) => {
  const { pending, oldest_pending_at: oldest, published_today: published, days, waiting, agreement } = stats;
  const unseen = sum(days.map(({ approved }) => approved));
  const takenDown = Math.min(agreement.approved_rejected, unseen);
  const median = waiting.median_today;
  const share = unseen > 0 && formatPercent(takenDown / unseen, 1);
  const figures = {
    waiting_now: [pending, oldest && translate("oldest", { age: formatAge(oldest) })],
    published_today: [published],
    decided_today: [days.at(-1).decisions, median != null && translate("stats.median", { n: median })],
    taken_down: [takenDown, share && translate("stats.of", { n: unseen, share })],
  };
  return element("dl.headline", Object.entries(figures).map(([key, [number, detail]]) =>
    element("div", element("dt", text(key)), element("dd", element("b", formatNumber(number)), " ", detail))));
};

const hourCharts = (hours) => {
  const times = hours.map(({ hour }) => formatTime(hour));
  const series = (name, key) => [name, hours.map((hour) => hour[key])];
  return [
    chart(text("arrived"), times, Object.keys(outcomes).map((outcome) => series(actionLabel(outcome), outcome))),
    chart(text("decided"), times, [series(text("decided"), "decisions")]),
    chart(text("wait"), times, [series(text("wait"), "median_wait")]),
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

const sum = (values) => values.reduce((total, value) => total + value, 0);

// moderatorTable has the load of each moderator by day, and how often second looks said the same.
const moderatorTable = ({ days, moderators }) => table(text("moderators"),
  [translate("role.moderator"), actionLabel("approved"), actionLabel("rejected"), text("same"), text("decisions"),
    text("looks_by_day")],
  moderators.map(({ moderator, approved, rejected, agreed, disagreed }) => {
    const looks = sum(agreed) + sum(disagreed);
    return [
      bdi(moderator), formatNumber(sum(approved)), formatNumber(sum(rejected)),
      looks > 0 && `${formatNumber(sum(agreed))} / ${formatNumber(looks)}`,
      foldedChart(`${moderator}: ${text("decisions")}`, days,
        [[actionLabel("approved"), approved], [actionLabel("rejected"), rejected]]),
      looks > 0 && foldedChart(`${moderator}: ${text("looks_by_day")}`, days,
        [[text("share"), agreed], [label("reason", "second_look"), disagreed]]),
    ];
  }));

// foldedChart is a chart that is drawn when it is opened: there may be hundreds.
const foldedChart = (title, ...content) => {
  const draw = ({ target }) => target.querySelector("figure") || target.append(chart(title, ...content));
  return element("details", { toggle: draw }, element("summary", title));
};

const secondLookRows = (secondLooks) => Object.entries(secondLooks).map(([subject, counts]) => {
  const agreed = counts.approved_approved + counts.rejected_rejected;
  const total = agreed + counts.approved_rejected + counts.rejected_approved;
  return [text("looks_at_" + subject), formatNumber(total), total > 0 && formatPercent(agreed / total),
    counts.kappa != null && formatNumber(counts.kappa)];
});
