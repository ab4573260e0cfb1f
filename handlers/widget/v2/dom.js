// Elements are made one by one: what readers wrote never passes through a parser of HTML,
// and no policy for scripts, styles or Trusted Types is in the way.

export function element(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false && child !== ""));
  return node;
}

// button returns a button that looks like a link, unless a class says otherwise.
export const button = (text, click, props) =>
  element("button", { type: "button", class: "link", click, ...props }, text);

const prefix = `f${Math.random().toString(36).slice(2, 8)}-`; // two scripts make fields in one tree
let fields = 0;

// field returns an input with its label and a place for what is wrong with it.
export function field(label, input) {
  input.id = prefix + ++fields;
  const error = element("p", { class: "error", id: input.id + "-error" });
  input.setAttribute("aria-describedby", error.id);
  const mark = (text) => {
    error.textContent = text ?? "";
    input.setAttribute("aria-invalid", !!text);
  };
  return { input, mark, node: element("div", { class: "field" }, element("label", { for: input.id }, label), input, error) };
}

// focusOn moves the focus to something that is no control, for whoever uses a keyboard or
// a screen reader.
export function focusOn(node) {
  node.tabIndex = -1;
  node.focus();
  node.scrollIntoView({ block: "nearest" });
}
