// The widget's style, within its own shadow tree. light-dark() follows the
// colour scheme that the page around it has declared.
export default `
:host {
  --accent: var(--winnow-accent, light-dark(#1d4e89, #8ab8f0));
  --ink: var(--winnow-ink, light-dark(#1c1b19, #eceae5));
  --muted: var(--winnow-muted, light-dark(#5f5c56, #a9a59c));
  --line: var(--winnow-line, light-dark(#d8d3c8, #45423c));
  --paper: var(--winnow-paper, light-dark(#fff, #1b1a18));
  --bad: light-dark(#a3261b, #f29a8f);
  display: block; color: var(--ink); line-height: 1.55;
}
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
.honeypot { position: absolute; left: -100vw }
.error { color: var(--bad) }
.error:empty, .message:empty { display: none }
[aria-invalid=true] { border-color: var(--bad) }
.message { border-left: 3px solid var(--accent); padding-left: .7em; margin: 1em 0 }
.message.bad { border-color: var(--bad) }
article { padding: 1em 0; border-top: 1px solid var(--line); overflow: clip; overflow-wrap: anywhere }
.own > article { border-left: 3px solid var(--accent); padding-left: .8em }
li li { margin-left: clamp(.7em, 3vw, 1.6em) }
li li li li { margin-left: 0 }
b { color: var(--ink); font-size: 1.1em; margin-right: .5em; unicode-bidi: isolate }
.badge { color: var(--accent); border: 1px solid; border-radius: 4px; padding: 0 .35em; margin-right: .5em }
.text { white-space: pre-wrap; margin: .35em 0; unicode-bidi: plaintext }
.note { font-style: italic }`;
