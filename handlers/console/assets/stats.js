// The page of statistics.
import { get } from "./api.js";
import { chart } from "./chart.js";
import { $, h } from "./dom.js";
import { pick, table } from "./forms.js";
import { age, names, number, percent, t } from "./i18n.js";
import { scores } from "./scores.js";

const text = (key) => t("stats." + key);
const part = (key, ...rest) => [h("h3", text(key)), table(text(key), ...rest)];

export default async function (site) {
  const sites = $("site").options; // the first stands for all
  if (sites.length === 2) site = sites[1].value;
  const { days, moderators, agreement, second_looks: second, waiting, ...rest } = await get("/stats", { site });
  const bounds = waiting.bounds_minutes.map((n) => age(Date.now() - n * 60_000));
  const words = names("action", ["approve", "hold", "reject"]);
  const labels = days.map((d) => d.day);
  const series = (word, key) => [word, days.map((d) => d[key])];
  const machine = ["approved", "held", "rejected"].map((did, i) => {
    const yes = agreement[did + "_approved"];
    const no = agreement[did + "_rejected"];
    return [words[i], number(yes), number(no), did !== "held" && yes + no > 0 ? percent((did === "approved" ? yes : no) / (yes + no)) : ""];
  });
  const looks = Object.entries(second).map(([at, a]) => {
    const same = a.approved_approved + a.rejected_rejected;
    const all = same + a.approved_rejected + a.rejected_approved;
    return [text(at), number(all), all > 0 && percent(same / all), a.kappa != null && number(a.kappa)];
  });
  return [
    pick("stats", site),
    chart(text("arrivals"), labels, ["approved", "held", "rejected"].map((k, i) => series(words[i], k))),
    chart(text("decisions"), labels, [series(text("decisions"), "decisions")]),
    chart(text("waiting"), [...bounds.map((b) => "< " + b), "≥ " + bounds.at(-1)], [[text("count"), waiting.counts]]),
    scores(rest.scores, rest.thresholds),
    part("agreement", [text("machine"), words[0], words[2], text("share")], machine),
    part("looks", ["", text("count"), text("share"), "κ"], looks),
    part("moderators", [t("role.moderator"), words[0], words[2]], moderators.map((m) => [m.moderator, number(m.approved), number(m.rejected)])),
  ];
}
