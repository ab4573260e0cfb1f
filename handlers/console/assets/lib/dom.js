// Building pages out of elements and text. Strings only ever become text nodes.
import { formatAge, formatDateTime } from "./i18n.js";

const svgNamespace = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

// element makes an element by its tag and classes ("p.muted.empty"); without a tag it is a span.
export const element = (selector, properties, ...children) => {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag || "span");
  if (classes.length) node.className = classes.join(" ");
  if (tag === "button") node.type = "button"; // the default type would submit a form
  return configure(node, properties, ...children);
};

export const svgElement = (tag, properties, ...children) =>
  configure(document.createElementNS(svgNamespace, tag), properties, ...children);

// configure sets properties of an element and appends children. The properties may be left out, or be the click
// listener alone. Children that are false, empty or null are skipped, so that "condition && node" can be written.
export const configure = (node, properties, ...children) => {
  if (typeof properties === "function") node.addEventListener("click", properties);
  else if (properties?.constructor === Object) setProperties(node, properties);
  else children.unshift(properties);
  node.append(...flatten(children));
  return node;
};

// Functions become listeners, "variables" custom properties of the style, "label" the accessible name, and all else
// attributes. What is false or null is not set.
const setProperties = (node, properties) => {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (name === "variables") setVariables(node, value);
    else if (value === false || value == null) continue;
    else node.setAttribute(name === "label" ? "aria-label" : name, value === true ? "" : value);
  }
};

const setVariables = (node, variables) => {
  for (const [name, value] of Object.entries(variables)) node.style.setProperty(name, value);
};

const flatten = (children) => children.flat(Infinity).filter(Boolean);

// setContent replaces what an element contains. The element is given itself or by its id.
export const setContent = (target, ...children) => {
  const node = typeof target === "string" ? byId(target) : target;
  node.replaceChildren(...flatten(children));
  return node;
};

export const timestamp = (time, text = formatAge(time)) =>
  element("time", { datetime: time, title: formatDateTime(time) }, text);

// bdi isolates what a stranger wrote, so that its writing direction does not reorder the text around it.
export const bdi = (text, selector = "bdi") => element(selector, { dir: "auto" }, text);
