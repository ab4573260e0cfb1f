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

// onSingleClick is a listener of clicks that leaves out the second half of a double click: it hits what the first one
// has put there.
export const onSingleClick = (action) => (event) => event.detail < 2 && action(event);

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

// setContent replaces what an element contains. The element is given itself or by its id. What the moderator is at
// stays: a part with an attribute data-keep takes the place of the new part with the same one, when it is a form
// whose fields were changed, an open <details>, or something else that is not empty.
export const setContent = (target, ...children) => {
  const node = typeof target === "string" ? byId(target) : target;
  const kept = new Map(partsOf(node).filter(isInUse).map((part) => [placeOf(part), part]));
  const focused = document.activeElement;
  node.replaceChildren(...flatten(children));
  for (const part of kept.size ? partsOf(node) : []) {
    const earlier = node.contains(part) && kept.get(placeOf(part));
    if (earlier) part.replaceWith(earlier);
  }
  if (focused !== document.activeElement && node.contains(focused)) focused.focus({ preventScroll: true });
  return node;
};

const partsOf = (node) => [...node.querySelectorAll("[data-keep]")];

const isInUse = (part) => {
  if (part.tagName === "FORM") return "changed" in part.dataset;
  return part.tagName === "DETAILS" ? part.open : part.hasChildNodes();
};

// placeOf names a part with the parts around it: forms of different things may have the same fields.
const placeOf = (part) => {
  const outer = part.parentElement?.closest("[data-keep]");
  return (outer ? placeOf(outer) + "\n" : "") + part.dataset.keep;
};

// beforeDrawing runs what needs the places of elements once for all changes until then, and afterDrawing what can wait
// until they are seen: to ask for a place in between makes the browser find all of them anew.
export const beforeDrawing = (action) => requestAnimationFrame(action);
export const afterDrawing = (action) => requestAnimationFrame(() => setTimeout(action));

// closeDialogs closes what is open above the page.
export const closeDialogs = () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());

export const timestamp = (time, text = formatAge(time)) =>
  element("time", { datetime: time, title: formatDateTime(time) }, text);

// bdi isolates what a stranger wrote, so that its writing direction does not reorder the text around it.
export const bdi = (text, selector = "bdi") => element(selector, { dir: "auto" }, text);
