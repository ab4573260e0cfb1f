// The part of Markdown that the cards of models are written in: headings, tables, lists and paragraphs.
import { element } from "./dom.js";
import { table } from "./table.js";

const headingTags = ["h3", "h4", "h5"]; // below those of the page

// markdown returns the elements of a text. Nothing in it is taken for HTML.
export const markdown = (source) => {
  let title = "";
  return source.split(/\n{2,}/).filter((block) => block.trim()).flatMap((block) => {
    const lines = block.trim().split("\n");
    const level = /^#+(?= )/.exec(lines[0])?.[0].length;
    if (level) title = plain(lines.shift().slice(level + 1));
    return [level && element(headingTags[level - 1] || "h6", title), lines.length > 0 && content(lines, title)];
  });
};

const content = (lines, title) => {
  if (lines[0].startsWith("|")) {
    const [headings, , ...rows] = lines.map(cellsOf); // the second line says how columns are aligned
    return table(`${title}: ${headings.find(Boolean)}`, headings, rows);
  }
  return lines.every((line) => line.startsWith("- "))
    ? element("ul.points", lines.map((line) => element("li", plain(line.slice(2)))))
    : element("p", plain(lines.join(" ")));
};

const cellsOf = (line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => plain(cell.trim()));

const entities = { "&lt;": "<", "&amp;": "&" };
const plain = (text) => text.replace(/\\(\W|_)|&(?:lt|amp);/g, (match, escaped) => escaped ?? entities[match]);
