// What the browser keeps, unless it forbids that: the reader's name, a token by which the
// server knows the browser again, drafts, and what was reported. It is no cookie.

export function kept(key) {
  try { return localStorage.getItem("winnow." + key) ?? ""; } catch { return ""; }
}

export function keep(key, value) {
  try { localStorage.setItem("winnow." + key, value); } catch { /* it is not allowed to */ }
}

const mostEntries = 30;

// keptMap is a small map that is kept, without its oldest entries.
export function keptMap(key) {
  const read = () => {
    try { return new Map(JSON.parse(kept(key) || "[]")); } catch { return new Map(); }
  };
  return {
    all: read,
    get: (name) => read().get(name),
    set(name, value) {
      const map = read();
      map.delete(name);
      if (value) map.set(name, value);
      keep(key, JSON.stringify([...map].slice(-mostEntries)));
    },
  };
}
