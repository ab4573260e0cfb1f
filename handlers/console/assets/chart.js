// One drawing for all figures: columns, stacked, and a line over them.
import { h, s } from "./dom.js";
import { number, t } from "./i18n.js";
import { table } from "./forms.js";

// chart draws series [name, values], with a value for each label, and a line
// likewise. scale says how high a share of the highest column is. The same
// numbers are in a table below.
export const chart = (title, labels, series, line, scale = (share) => share) => {
  const all = line ? [...series, line] : series;
  const sums = labels.map((_, i) => series.reduce((sum, [, v]) => sum + v[i], 0));
  const most = Math.max(1, ...(line?.[1] || []), ...sums);
  const columns = labels.map((label, i) => {
    let y = 1;
    return s("g", {}, s("title", {}, [label, ...all.map(([word, v]) => `${word} ${number(v[i])}`)].join(" · ")), series.map(([, v], c) => {
      const height = sums[i] && (v[i] / sums[i]) * scale(sums[i] / most);
      y -= height;
      return s("rect", { class: "c" + c, x: i + 0.1, y, width: 0.8, height });
    }));
  });
  const path = line && s("path", { d: "M" + line[1].map((v, i) => `${i + 0.5} ${1 - v / most}`).join("L") });
  return h("figure", h("figcaption", h("b", title), series.length > 1 && series.map(([word], c) => h(".key.c" + c, word))),
    h("p.muted", number(most)),
    s("svg", { viewBox: `0 0 ${labels.length} 1`, preserveAspectRatio: "none", role: "img", label: title }, columns, path),
    h("p.muted", h("span", labels[0]), h("span", labels.at(-1))),
    h("details", h("summary", t("numbers")), table(title, ["", ...all.map(([word]) => word)], labels.map((label, i) => [label, ...all.map(([, v]) => number(v[i]))]))));
};
