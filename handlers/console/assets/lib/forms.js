// Buttons, selects and forms of the pages.
import { element, onSingleClick, setContent } from "./dom.js";
import { label, translate } from "./i18n.js";
import { describeError, showError } from "./toasts.js";

// actionButton runs something that may fail when it is pressed.
export const actionButton = (key, action, className) =>
  element("button", { class: className, click: onSingleClick(() => action().catch(showError)) }, translate(key));

// select offers options [value, text].
export const select = (properties, options, chosen) => element("select", properties,
  options.map(([value, text]) => element("option", { value, selected: value === chosen }, text)));

// setOptions replaces the options [value, text] of a select, which is given by its id.
export const setOptions = (id, options) =>
  setContent(id, options.map(([value, text]) => element("option", { value }, text)));

// A field of a form is [key, value, type]. The type is a list of options [value, text], "area", "percent" for a share,
// or the type of an input; "text" when it is left out. A list as the value is edited as lines. In a key "group.name"
// the group becomes an object of the result; a number as the group ("0.name") does not change the label. A label that
// is a sentence has the field at its "{field}", and other fields of the group at their names.
const fieldElements = (fields) => {
  const controls = new Map(fields.map(([key, value, type = "text"]) => [key, control(key, value, type)]));
  const placed = new Set();
  return fields.map(([key]) => {
    if (placed.has(key)) return null;
    const keyOf = (name) => (name === "field" ? key : key.replace(/[^.]*$/, name));
    const parts = labelOf(key).split(/{(\w+)}/); // every second one is a name
    const keys = parts.filter((_, i) => i % 2).map(keyOf);
    keys.forEach((each) => placed.add(each));
    if (!keys.length) return element("label", element("span", parts), controls.get(key));
    const sentence = element("span", parts.map((part, i) => (i % 2 ? controls.get(keyOf(part)) : part)));
    if (keys.length === 1) return element("label.sentence", sentence);
    for (const each of keys) controls.get(each).ariaLabel = nameOf(each);
    return element("div.sentence", sentence);
  });
};

const labelOf = (key) => label("field", key.replace(/^\d+\./, ""));

const control = (key, value, type) => {
  const properties = { name: key, dir: "auto", spellcheck: "false" };
  if (Array.isArray(type)) return select(properties, type, value);
  if (Array.isArray(value) || type === "area") return element("textarea", properties, [value].flat().join("\n"));
  return element("input", {
    ...properties,
    type: { username: "text", percent: "number" }[type] || type,
    value: type === "percent" ? percentOf(value) : type !== "checkbox" && value,
    min: type === "percent" && "0",
    max: type === "percent" && "100",
    checked: value === true,
    step: "any",
    autocomplete: { password: "new-password", username: "username" }[type] || "off",
    readonly: type === "username" && value !== "", // the name of somebody who exists cannot be changed
  });
};

const percentOf = (share) => share != null && String(Number((share * 100).toFixed(6)));

const readControl = (input, [, value, type]) => {
  if (Array.isArray(value)) return input.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (type === "number") return input.value === "" ? null : Number(input.value);
  if (type === "percent") return input.value === "" ? null : Number((Number(input.value) / 100).toFixed(8));
  if (type === "file") return input.files[0];
  return type === "checkbox" ? input.checked : input.value;
};

const readForm = (controls, fields) => {
  const values = {};
  for (const field of fields) {
    const [key] = field;
    const [group, name] = key.split(".");
    const value = readControl(controls[key], field);
    controls[key].removeAttribute("aria-invalid");
    if (name) (values[group] ??= {})[name] = value;
    else values[group] = value;
  }
  return values;
};

// nameOf names a field by its label, and an entry of a list with its line.
const nameOf = (field) => {
  const [, list, entry] = field.match(/^(.*?)(?:\[(\d+)\])?$/);
  const name = labelOf(list).replace(/{\w+}/g, "…");
  return entry ? `${name}, ${translate("line", { n: Number(entry) + 1 })}:` : name;
};

const errorText = (error, invalidFields) => {
  const message = error instanceof SyntaxError ? error.message : describeError(error);
  return [message, ...invalidFields.map(({ field, message }) => `${nameOf(field)} ${message}`)].join(" · ");
};

// form makes a form. submit is called with the values, and returns what is shown then ("saved" when it is nothing).
// setContent keeps it while it has changes that are not saved. values of the form returns them at any time.
// trial, a [key, action], is a second button whose action gets the values too.
export const form = (buttonKey, fields, submit, isDisabled = false, trial = null) => {
  const output = element("output");
  const run = async (action) => {
    const controls = node.elements;
    const { changed } = node.dataset;
    const keepChanges = () => { if (changed) node.dataset.changed = changed; };
    if (action === submit) delete node.dataset.changed; // the action may show the page anew, with what is saved
    try {
      const result = await action(readForm(controls, fields));
      setContent(output, result ?? translate("saved"));
      if (result != null) keepChanges();
    } catch (error) {
      keepChanges();
      const invalidFields = error.fields || [];
      for (const { field } of invalidFields) {
        controls[field.replace(/\[.*/, "")]?.setAttribute("aria-invalid", true);
      }
      setContent(output, element(".error", errorText(error, invalidFields)));
    }
  };
  const onSubmit = (event) => {
    event.preventDefault();
    return run(submit);
  };
  const submitButton = element("button.main", { type: "submit" }, translate(buttonKey));
  const buttons = [submitButton, trial && [" ", element("button", () => run(trial[1]), translate(trial[0]))]];
  const change = () => { node.dataset.changed = "true"; };
  const key = [buttonKey, ...fields.map(([field]) => field)].join(" ");
  const node = element("form", { submit: onSubmit, input: change, "data-keep": key },
    element("fieldset", { disabled: isDisabled }, fieldElements(fields), !isDisabled && element("p", buttons)),
    output);
  node.values = () => readForm(node.elements, fields);
  return node;
};
