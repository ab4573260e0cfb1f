// Building pages out of elements and text. Strings only ever become text nodes.

import { age, moment } from "./i18n.js";

export const $ = (id) => document.getElementById(id);

// h makes an element by its tag and classes ("p.muted.empty"), or fills in the one given. Functions become
// listeners, "vars" CSS custom properties, everything else attributes; they may be left out, as is what is
// false, undefined or null. A button sends no form unless it says so.
export function h(tag, props, ...children) {
  const [kind, ...classes] = tag.tagName ? [] : tag.split(".");
  const e = kind ? document.createElement(kind) : tag;
  if (classes.length) e.className = classes.join(" ");
  if (kind === "button") e.type = kind;
  if (props?.constructor !== Object) children.unshift(props);
  else for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") e.addEventListener(name, value);
    else if (name === "vars") for (const [k, v] of Object.entries(value)) e.style.setProperty(k, v);
    else if (value !== false && value != null) e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...children.flat(Infinity).filter((c) => c || c === ""));
  return e;
}

// fill puts nodes in the place of what an element has, given itself or by its id.
export function fill(place, ...nodes) {
  const e = place.tagName ? place : $(place);
  e.replaceChildren();
  return h(e, ...nodes);
}

export const hear = (event, act) => document.addEventListener(event, act);
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
export function marked(text, signals = []) {
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
    const piece = odd ? h("span.hidden-char", "U+" + points[i].codePointAt(0).toString(16).padStart(4, "0")) : points.slice(i, end).join("");
    nodes.push(weight ? h("mark", { class: weight > 0 && "for", title: signed(weight), vars: { "--level": Math.min(3, Math.ceil(Math.abs(weight))) } }, piece) : piece);
  }
  return nodes;
}

export const signed = (n) => (n > 0 ? "+" : "−") + Math.abs(n).toFixed(2);
