// What the widget is made with: elements, what the browser keeps, and errors in words.

export function element(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// What the site says of an author. Anybody can write the name, but not this.
export function badge({ staff, vouched }, translate) {
  const key = staff ? "staff" : vouched && "vouched";
  return key ? element("span", { class: "badge " + key, title: translate(key + "Title") }, translate(key)) : "";
}

// What the browser keeps, unless it forbids that.
export function stored(key) {
  try { return localStorage.getItem("winnow." + key) || ""; } catch { return ""; }
}

export function store(key, value) {
  try { localStorage.setItem("winnow." + key, value); } catch { /* likewise */ }
}

// randomKey names one attempt to post: a repeated one is no second comment.
export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
}

// fieldError says in the reader's language what the server says of a field in English.
export function fieldError({ message }, translate) {
  const most = message.match(/at most (\d+)/)?.[1];
  if (most) return translate("tooLong", { most });
  return /reserved/.test(message) ? translate("reserved") : /empty|seen/.test(message) ? translate("empty") : message;
}
