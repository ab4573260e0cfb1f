// Tables of the pages.
import { element } from "./dom.js";
import { translate } from "./i18n.js";

// table makes a table that scrolls when it is wider than the page. The first cell of a row is its heading. An empty
// heading is no heading.
export const table = (label, headings, rows) => {
  const head = element("tr", headings.map((text) => (text ? element("th", { scope: "col" }, text) : element("td"))));
  const body = rows.map(([heading, ...cells]) =>
    element("tr", element("th", { scope: "row" }, heading), cells.map((cell) => element("td", cell))));
  return element("div.wide", { role: "region", tabindex: 0, label },
    rows.length ? element("table", element("thead", head), element("tbody", body)) : translate("none"));
};
