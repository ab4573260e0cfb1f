// Whether the comments have changed since the live model went live.
import { get } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { bdi, element } from "../lib/dom.js";
import { label, language, translate } from "../lib/i18n.js";

const minDays = 2; // with a difference, to draw one
const tones = { drifting: "reject", watch: "hold", stable: "approve" };

export const driftSection = async () => {
  const { items } = await get("/models/drift", { lang: language });
  return items.length > 0 && [element("h3", translate("drift._")), items.map(siteDrift)];
};

const siteDrift = ({ site, state, sentence, days }) => [
  element("p", element("b", bdi(site)), " ",
    element(".chip." + (tones[state] || "muted"), label("drift", state)), " ", sentence),
  days.filter(({ psi }) => psi != null).length < minDays
    ? element("p.muted", translate("drift.few")) : dayChart(days),
];

const dayChart = (days) => chart(translate("drift.days"), days.map(({ day }) => day),
  [[translate("drift.distance"), days.map(({ psi }) => psi ?? 0)]],
  [translate("drift.unknown"), days.map(({ unknown }) => unknown ?? 0)]);
