// The server renders the text of a comment as a small, safe part of HTML. Only the elements
// below are made of it, and of their attributes only the address of a link, so that nothing
// else gets into a page, whatever the server sends. A parser of the browser's is not used:
// pages with Trusted Types allow none.
import { element } from "./dom.js";

const allowed = new Set(["p", "br", "blockquote", "em", "strong", "a"]);
const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

const decode = (text) => text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
  if (name) return entities[name] ?? whole;
  const code = parseInt(hex ?? decimal, hex ? 16 : 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
});

export function markup(html) {
  const top = document.createDocumentFragment();
  const open = [top];
  for (const [, closing, tag, attributes, text] of html.matchAll(/<(\/?)(\w+)((?:[^>"]|"[^"]*")*)>|([^<]+|<)/g)) {
    const name = tag?.toLowerCase();
    if (text) {
      open.at(-1).append(decode(text));
    } else if (allowed.has(name) && !closing) {
      const node = name === "a" ? link(attributes) : element(name);
      open.at(-1).append(node);
      if (name !== "br") open.push(node);
    } else if (allowed.has(name)) {
      const at = open.findLastIndex((node) => node.localName === name);
      if (at > 0) open.length = at;
    }
  }
  return top;
}

function link(attributes) {
  const address = decode(attributes.match(/\shref="([^"]*)"/)?.[1] ?? "");
  if (!/^https?:\/\//i.test(address)) return element("span");
  return element("a", { href: address, rel: "ugc nofollow noopener", target: "_blank" });
}
