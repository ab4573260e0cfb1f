// Stacked columns with a line over them: the one kind of chart that the pages have.
import { element, svgElement } from "./dom.js";
import { formatNumber, translate } from "./i18n.js";
import { table } from "./table.js";

const linear = (share) => share;

// chart draws series [name, values], with one value for each label, and a line of the same form. scale turns a
// column's share of the highest one into its height. The numbers are in a table below.
export const chart = (title, labels, series, line = null, scale = linear) => {
  const allSeries = line ? [...series, line] : series;
  const sums = labels.map((_, i) => series.reduce((sum, [, values]) => sum + values[i], 0));
  const highest = Math.max(1, ...(line?.[1] || []), ...sums);
  const columns = labels.map((label, i) => {
    const numbers = allSeries.map(([name, values]) => `${name} ${numberText(values[i])}`);
    return svgElement("g", svgElement("title", [label, ...numbers].join(" · ")),
      stackedBars(i, series.map(([, values]) => values[i]), sums[i], scale(sums[i] / highest)));
  });
  const path = line && svgElement("path", {
    d: "M" + line[1].map((value, i) => `${i + 0.5} ${1 - value / highest}`).join("L"),
  });
  const drawing = { viewBox: `0 0 ${labels.length} 1`, preserveAspectRatio: "none", role: "img", label: title };
  return element("figure",
    element("figcaption", element("b", title),
      series.length > 1 && series.map(([name], i) => element(".key.series-" + i, name))),
    element("div.plot",
      element("p.muted.y-axis", element("span", formatNumber(highest)), element("span", "0")),
      svgElement("svg", drawing, columns, path),
      element("p.muted.x-axis", ticksOf(labels.length).map((i) => element("span", labels[i])))),
    element("details", element("summary", translate("numbers")), numbersTable(title, labels, allSeries)));
};

// ticksOf are the columns whose labels stand below the drawing.
const ticksOf = (count) => [...new Set([0, Math.floor((count - 1) / 2), count - 1])];

// numberText is a number, or a dash where there is none.
const numberText = (number) => (number == null ? "–" : formatNumber(number));

// stackedBars draws the values of a column above one another. The drawing is one unit high, and y grows downward.
const stackedBars = (column, values, sum, columnHeight) => {
  let y = 1;
  return values.map((value, i) => {
    const height = sum && (value / sum) * columnHeight;
    y -= height;
    return svgElement("rect", { class: "series-" + i, x: column + 0.1, y, width: 0.8, height });
  });
};

const numbersTable = (title, labels, series) => table(title, ["", ...series.map(([name]) => name)],
  labels.map((label, i) => [label, ...series.map(([, values]) => numberText(values[i]))]));
