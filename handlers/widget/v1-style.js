// The widget's style, within its own shadow tree. light-dark() follows the
// colour scheme that the page around it has declared.
export default `
:host { --a: var(--winnow-accent, light-dark(#1d4e89, #8ab8f0)); --i: var(--winnow-ink, light-dark(#1c1b19, #eceae5)); --m: var(--winnow-muted, light-dark(#5f5c56, #a9a59c));
  --l: var(--winnow-line, light-dark(#d8d3c8, #45423c)); --p: var(--winnow-paper, light-dark(#fff, #1b1a18)); --bad: light-dark(#a3261b, #f29a8f); display: block; color: var(--i); line-height: 1.55 }
* { box-sizing: border-box } h2, h3, p, ol { margin: 0; padding: 0; list-style: none } h2 { font-size: 1.4em }
header, .row { display: flex; gap: .8em; align-items: center; flex-wrap: wrap } h2 { flex: 1 }
label, .by, .error, .quiet, select, .note { font-size: .85em; color: var(--m) } label { display: block }
input, textarea, select, button { font: inherit; color: inherit; background: var(--p); border: 1px solid var(--l); border-radius: 6px; padding: .4em .7em }
input, textarea { width: 100% } textarea { min-height: 7em; resize: vertical; display: block } input { max-width: 24em }
button { cursor: pointer } button:disabled { opacity: .55 } .main { background: var(--a); border-color: var(--a); color: var(--p); font-weight: 600 }
.quiet { border: 0; background: none; padding: .15em 0; color: var(--a) }
:focus-visible { outline: 2px solid var(--a); outline-offset: 2px } [hidden] { display: none }
form { display: grid; gap: .9em; margin: 1.2em 0; padding: 1.1em; border: 1px solid var(--l); border-radius: 10px; background: var(--p) }
.trap { position: absolute; left: -100vw } .error { color: var(--bad) } .error:empty, .say:empty { display: none } [aria-invalid=true] { border-color: var(--bad) }
.say { border-left: 3px solid var(--a); padding-left: .7em; margin: 1em 0 } .say.bad { border-color: var(--bad) }
article { padding: 1em 0; border-top: 1px solid var(--l); overflow: clip; overflow-wrap: anywhere } .own > article { border-left: 3px solid var(--a); padding-left: .8em }
li li { margin-left: clamp(.7em, 3vw, 1.6em) } li li li li { margin-left: 0 } b { color: var(--i); font-size: 1.1em; margin-right: .5em; unicode-bidi: isolate }
.text { white-space: pre-wrap; margin: .35em 0; unicode-bidi: plaintext } .note { font-style: italic }`;
