// What few readers do: follow a link to a comment, report one, and change, delete or appeal
// for one's own. This is a script of its own, which is loaded when somebody does. All that it
// shares with the other one comes with the view.
import css from "./acts.css";

export { appeal, confirm, edit } from "./change.js";
export { openLinked } from "./permalink.js";
export { report, tellOutcomes } from "./report.js";

export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
