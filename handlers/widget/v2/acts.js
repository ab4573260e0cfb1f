// What few readers do or have: comments of their own, with what became of them, a link to a
// comment, a report. This is a script of its own, which only they load. All that it shares with
// the other one comes with the view.
import css from "./acts.css";

export { appeal, confirm, edit, mail } from "./change.js";
export { posted, takeOwn } from "./own.js";
export { opened, post } from "./post.js";
export { openLinked } from "./permalink.js";
export { report, tellOutcomes } from "./report.js";

export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
