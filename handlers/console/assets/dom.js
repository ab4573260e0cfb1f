// Building pages out of elements and text. Strings only ever become text nodes.

import { age, moment } from "./i18n.js";

// $ finds an element by its id, or the first that a selector means within another.
export const $ = (what, within) => (within ? within.querySelector(what) : document.getElementById(what));

// h makes an element by its tag and classes ("p.muted.empty"; without a tag a span), or fills in the one
// given. Functions become listeners, a function alone that of clicks, "vars" CSS custom properties, "label"
// the name for those who do not see it, everything else attributes; they may be left out, as is what is
// false, undefined or null. A button sends no form unless it says so.
export const h = (tag, props, ...children) => {
  const [kind, ...classes] = tag.tagName ? [] : tag.split(".");
  const e = tag.tagName ? tag : document.createElement(kind || "span");
  if (classes.length) e.className = classes.join(" ");
  if (kind === "button") e.type = kind;
  if (typeof props === "function") props = { click: props };
  if (props?.constructor !== Object) children.unshift(props);
  else for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") e.addEventListener(name, value);
    else if (name === "vars") for (const [k, v] of Object.entries(value)) e.style.setProperty(k, v);
    else if (value !== false && value != null) e.setAttribute(name === "label" ? "aria-label" : name, value === true ? "" : value);
  }
  e.append(...children.flat(Infinity).filter(Boolean));
  return e;
};

// fill puts nodes in the place of what an element has, given itself or by its id.
export const fill = (place, ...nodes) => {
  const e = place.tagName ? place : $(place);
  e.replaceChildren();
  return h(e, ...nodes);
};

export const hear = (event, act) => document.addEventListener(event, act);
export const tell = (event, detail) => document.dispatchEvent(new CustomEvent(event, { detail }));
export const go = (page) => { location.hash = page; };
export const when = (time, text = age(time)) => h("time", { datetime: time, title: moment(time) }, text);

// s makes an element of a drawing.
export const s = (tag, ...rest) => h(document.createElementNS("http://www.w3.org/2000/svg", tag), ...rest);

// What a stranger typed: isolated, so that its writing direction stays inside.
export const said = (text, tag = "bdi") => h(tag, { dir: "auto" }, text);

// Characters that people do not see and that change what they do see.
const hidden = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

const faint = 1e-3; // what a rule found may weigh nothing, and is shown all the same

// marked returns a text as nodes, with hidden characters named and the given
// places ({ at: [[start, end]], weight }, in code points) highlighted.
export const marked = (text, signals = []) => {
  const points = Array.from(text);
  const weights = new Array(points.length).fill(0);
  for (const s of signals) {
    for (const [from, to] of s.at || []) {
      for (let i = from; i < Math.min(to, points.length); i++) weights[i] += s.weight || (s.action ? faint : 0);
    }
  }
  const nodes = [];
  for (let i = 0, end; i < points.length; i = end) {
    end = i + 1;
    const weight = weights[i];
    const odd = hidden.test(points[i]);
    while (!odd && weights[end] === weight && !hidden.test(points[end])) end++;
    const piece = odd ? h(".hidden-char", "U+" + points[i].codePointAt(0).toString(16).padStart(4, "0")) : points.slice(i, end).join("");
    nodes.push(weight ? h("mark", { class: weight > 0 && "for", title: signed(weight), vars: { "--l": Math.min(3, Math.ceil(Math.abs(weight))) } }, piece) : piece);
  }
  return nodes;
};

export const signed = (n) => (n > 0 ? "+" : "−") + Math.abs(n).toFixed(2);
