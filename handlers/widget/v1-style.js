// The widget's style, within its own shadow tree. Of the page it inherits the font alone.

// isDark reports whether a page is dark, whatever colour scheme it declares: by the
// background below an element, or else by the colour of its text.
export function isDark(node) {
  const light = (color) => {
    const [r, g, b, alpha = 1] = color.match(/[\d.]+/g)?.map(Number) ?? [];
    return /^rgb/.test(color) && alpha > 0.5 ? 0.2126 * r + 0.7152 * g + 0.0722 * b : null;
  };
  const text = light(getComputedStyle(node).color);
  for (; node; node = node.parentElement) {
    const ground = light(getComputedStyle(node).backgroundColor);
    if (ground !== null) return ground < 128;
  }
  return text > 128;
}

export default `
:host { display: block }
section {
  all: initial; font: inherit; color-scheme: light;
  --accent: var(--winnow-accent, light-dark(#1d4e89, #8ab8f0));
  --ink: var(--winnow-ink, light-dark(#1c1b19, #eceae5));
  --muted: var(--winnow-muted, light-dark(#5f5c56, #a9a59c));
  --line: var(--winnow-line, light-dark(#d8d3c8, #45423c));
  --paper: var(--winnow-paper, light-dark(#fff, #1b1a18));
  --bad: light-dark(#a3261b, #f29a8f);
  display: block; color: var(--ink); line-height: 1.55; font-style: normal; font-weight: 400;
}
.dark { color-scheme: dark }
* { box-sizing: border-box }
h2, h3, p, ol { margin: 0; padding: 0; list-style: none }
h2 { flex: 1; font-size: 1.4em }
header, .row { display: flex; gap: .8em; align-items: center; flex-wrap: wrap }
label, .by, .error, .link, select, .note { font-size: .85em; color: var(--muted) }
label { display: block }
input, textarea, select, button {
  font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: 6px; padding: .4em .7em;
}
input, textarea { width: 100% }
textarea { min-height: 7em; resize: vertical; display: block }
input { max-width: 24em }
button { cursor: pointer }
button:disabled { opacity: .55 }
.main { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600 }
.link { border: 0; background: none; padding: .15em 0; color: var(--accent) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
[hidden] { display: none }
form {
  display: grid; gap: .9em; margin: 1.2em 0; padding: 1.1em;
  border: 1px solid var(--line); border-radius: 10px; background: var(--paper);
}
form { position: relative }
.honeypot { position: absolute; top: 0; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); opacity: 0 }
.error { color: var(--bad) }
.error:empty, .message:empty { display: none }
[aria-invalid=true] { border-color: var(--bad) }
.message { border-inline-start: 3px solid var(--accent); padding-inline-start: .7em; margin: 1em 0 }
.message.bad { border-color: var(--bad) }
article { padding: 1em 0; border-top: 1px solid var(--line); overflow: clip; overflow-wrap: anywhere }
.own > article { border-inline-start: 3px solid var(--accent); padding-inline-start: .8em }
li li { margin-inline-start: clamp(.7em, 3vw, 1.6em) }
li li li li { margin-inline-start: 0 }
b { color: var(--ink); font-size: 1.1em; margin-inline-end: .5em; unicode-bidi: isolate }
.badge { color: var(--accent); border: 1px solid; border-radius: 4px; padding: 0 .35em; margin-inline-end: .5em }
.text { white-space: pre-wrap; margin: .35em 0; unicode-bidi: plaintext }
.note { font-style: italic }`;
