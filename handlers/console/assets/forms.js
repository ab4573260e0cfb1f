// What all pages but the desk are made of: tables, forms and buttons.
import { $, fill, h } from "./dom.js";
import { name, t } from "./i18n.js";
import { complain, explain } from "./toasts.js";

// table makes a table that may be wider than the page. The first cell of a row
// is its heading.
export const table = (label, heads, rows) => h("div.wide", { role: "region", tabindex: 0, "aria-label": label }, rows.length ? h("table", {},
  h("thead", h("tr", heads.map((x) => (x ? h("th", { scope: "col" }, x) : h("td"))))),
  h("tbody", rows.map(([first, ...rest]) => h("tr", h("th", { scope: "row" }, first), rest.map((x) => h("td", x)))))) : t("none"));

export const button = (word, act, kind) => h("button", { class: kind, click: () => act().catch(complain) }, t(word));

// pick makes a choice of one site, which go is told.
export const pick = (site, go) => $("site").options.length > 2 && h("p", h("select", { "aria-label": t("field.site"), change: (e) => go(e.target.value) },
  [...$("site").options].map((o) => h("option", { value: o.value, selected: o.value === site }, o.text))));

// field makes the label and input for a value: a choice of [value, text], a
// switch, lines, or a text of the kind that an input has. "" means a number
// that is not given. A username that is there stays.
function field([key, value, kind = "text"]) {
  const props = { name: key, dir: "auto", spellcheck: "false" };
  let input;
  if (Array.isArray(kind)) input = h("select", props, kind.map(([v, text]) => h("option", { value: v, selected: v === value }, text)));
  else if (Array.isArray(value) || kind === "area") input = h("textarea", props, [value].flat().join("\n"));
  else input = h("input", { ...props, type: kind === "username" ? "text" : kind, value: kind !== "checkbox" && value, checked: value === true, step: "any", autocomplete: { password: "new-password", username: "username" }[kind] || "off", readonly: kind === "username" && value !== "" });
  return h("label", h("span", name("field", key)), input);
}

const read = (e, [, value, kind]) => {
  if (Array.isArray(value)) return e.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (kind === "number") return e.value === "" ? null : Number(e.value);
  if (kind === "file") return e.files[0];
  return kind === "checkbox" ? e.checked : e.value;
};

// form makes a form of fields [key, value, kind]. A key "a.b" is the b of a. send gets
// what was filled in, and returns what there is to say then.
export function form(word, fields, send, locked = false) {
  const said = h("output");
  const inputs = fields.map(field);
  return h("form", { submit: async (event) => {
    event.preventDefault();
    const { elements } = event.target;
    const values = {};
    for (const f of fields) {
      const [a, b] = f[0].split(".");
      const v = read(elements[f[0]], f);
      elements[f[0]].removeAttribute("aria-invalid");
      if (b) (values[a] ??= {})[b] = v;
      else values[a] = v;
    }
    try {
      fill(said, (await send(values)) ?? t("saved"));
    } catch (problem) {
      const wrong = problem.fields || [];
      for (const { field: at } of wrong) elements[at.replace(/\[.*/, "")]?.setAttribute("aria-invalid", true);
      fill(said, h("span.error", [problem instanceof SyntaxError ? problem.message : explain(problem), ...wrong.map((f) => `${name("field", f.field)} ${f.message}`)].join(" · ")));
    }
  } }, h("fieldset", { disabled: locked }, inputs, !locked && h("button.main", { type: "submit" }, t(word))), said);
}
