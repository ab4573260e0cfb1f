// What all pages but the desk are made of: tables, forms and buttons.
import { $, fill, go, h } from "./dom.js";
import { name, t } from "./i18n.js";
import { complain, explain } from "./toasts.js";

// table makes a table that may be wider than the page. The first cell of a row
// is its heading.
export const table = (label, heads, rows) => h("div.wide", { role: "region", tabindex: 0, label }, rows.length ? h("table", {},
  h("thead", h("tr", heads.map((x) => (x ? h("th", { scope: "col" }, x) : h("td"))))),
  h("tbody", rows.map(([first, ...rest]) => h("tr", h("th", { scope: "row" }, first), rest.map((x) => h("td", x)))))) : t("none"));

export const button = (word, act, kind) => h("button", { class: kind, click: () => act().catch(complain) }, t(word));

// select makes a choice of [value, text].
export const select = (props, all, chosen) => h("select", props, all.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));

// pick makes a choice of one site, for a page that has one for each.
export const pick = (page, site) => $("site").options.length > 2 && h("p",
  select({ label: t("field.site"), change: (e) => go(page + "/" + e.target.value) }, Array.from($("site").options, (o) => [o.value, o.text]), site));

// field makes the label and input for a value: a choice of [value, text], a
// switch, lines, or a text of the kind that an input has. "" means a number
// that is not given. A username that is there stays.
const field = ([key, value, kind = "text"]) => {
  const props = { name: key, dir: "auto", spellcheck: "false" };
  let input;
  if (Array.isArray(kind)) input = select(props, kind, value);
  else if (Array.isArray(value) || kind === "area") input = h("textarea", props, [value].flat().join("\n"));
  else input = h("input", { ...props, type: kind === "username" ? "text" : kind, value: kind !== "checkbox" && value, checked: value === true, step: "any", autocomplete: { password: "new-password", username: "username" }[kind] || "off", readonly: kind === "username" && value !== "" });
  return h("label", h("span", name("field", key.replace(/^\d+\./, ""))), input);
};

const read = (e, [, value, kind]) => {
  if (Array.isArray(value)) return e.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (kind === "number") return e.value === "" ? null : Number(e.value);
  if (kind === "file") return e.files[0];
  return kind === "checkbox" ? e.checked : e.value;
};

// form makes a form of fields [key, value, kind]. A key "a.b" is the b of a; of "0.b" the label is that of b. send gets
// what was filled in, and returns what there is to say then.
export const form = (word, fields, send, locked = false) => {
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
      fill(said, h(".error", [problem instanceof SyntaxError ? problem.message : explain(problem), ...wrong.map((f) => `${name("field", f.field)} ${f.message}`)].join(" · ")));
    }
  } }, h("fieldset", { disabled: locked }, inputs, !locked && h("button.main", { type: "submit" }, t(word))), said);
};
