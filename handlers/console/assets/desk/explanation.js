// Why a comment is held: what decided, how sure the filter was, and behind a disclosure the signals with their numbers.
import { bdi, byId, element, setContent } from "../lib/dom.js";
import { formatWeight, highlight } from "../lib/highlight.js";
import { formatPercent, label, translate } from "../lib/i18n.js";
import { reasonText } from "./items.js";
import { opinionLine } from "./opinion.js";
import { isCause, signalPhrases } from "./phrases.js";

let showsNumbers = false; // stays as it is for the next comment

// deciding returns the signals that the sentence is about. Only their places are marked in the text.
export const deciding = ({ verdict, causes }) => verdict.signals.filter(isCause(causes));

// explanation is the section of an item's verdict.
export const explanation = (item) => {
  const { verdict, comment, why } = item;
  const isPending = comment.status === "pending";
  const reason = reasonText(item);
  return element("section", { id: "why" },
    element("h2", translate(isPending ? "why._" : "why.filter"), reason && element(".chip", reason)),
    !isPending && why && element("p", why),
    experienceLine(item),
    opinionLine(item),
    phrases(item),
    scales(item),
    numbers(verdict));
};

// explainFurther adds to the open item's explanation what its details have.
export const explainFurther = (item, { why, causes, similar, hold_abuse_at, opinion }) => {
  Object.assign(item, { causes, similar, hold_abuse_at, opinion }, item.isArchived && { why });
  byId("why")?.replaceWith(explanation(item));
};

export const toggleNumbers = () => {
  showsNumbers = !showsNumbers;
  byId("numbers")?.toggleAttribute("open", showsNumbers);
};

const phrases = (item) => {
  const { verdict: { signals, reason }, causes, comment } = item;
  if (!signals.length) return element("p.muted", translate("why.none"));
  const highlightBody = (marked) => () => setContent("body", highlight(comment.body, marked));
  const listenersOf = (marked) =>
    ({ mouseenter: highlightBody(marked), mouseleave: highlightBody(deciding(item)) });
  return signalPhrases({ signals, causes, reason: comment.reason || reason }, listenersOf);
};

// experienceLine says how moderators decided on comments with such a risk. The details of the item have it.
const experienceLine = ({ similar, verdict: { reason } }) => {
  if (!similar || !["spam", "abuse"].includes(reason)) return null;
  const n = Math.round((100 * similar.rejected) / similar.decided);
  return element("p", { id: "experience" }, translate("why.of_100", { n }));
};

const scales = ({ verdict, hold_abuse_at: holdAbuse }) => {
  const { spam, abuse, action, reason, hold_at: hold, reject_at: reject } = verdict;
  const decided = action === "hold" && reason;
  return element(".gauges", scale("spam", spam, decided, hold, reject), scale("abuse", abuse, decided, holdAbuse));
};

// scale draws a probability between what is published, held and rejected. A threshold that is 0 or absent is not in
// force. decided is the head for which a comment was held: below the threshold, a signal alone did that.
const scale = (head, probability, decided, hold, reject) => {
  if (probability == null) return null;
  const thresholds = Object.entries({ hold, reject }).filter(([, threshold]) => threshold);
  const ticks = thresholds.map(([, threshold]) => element("i", { variables: { "--threshold": threshold } }));
  const texts = thresholds.map(([action, threshold]) => translate("why." + action, { p: formatPercent(threshold) }));
  if (decided === head && probability < hold) texts.push(translate("why.anyway"));
  const zones = { "--probability": probability, "--hold": hold || reject || 1, "--reject": reject || 1 };
  return element("div.gauge",
    element("span", label("reason", head)), element("b", formatPercent(probability)),
    element(".track", { variables: zones }, ticks, element("b")),
    element("small", texts.join(" · ")));
};

const numbers = ({ signals, model }) => element("details", {
  id: "numbers",
  open: showsNumbers,
  toggle: (event) => { showsNumbers = event.target.open; },
},
element("summary", translate("why.numbers"), " ", element("kbd", "e")),
signalList(signals.toSorted((a, b) => rankOf(a) - rankOf(b))),
element("p.muted", translate("why.model", { version: model })));

// rankOf puts sums of signals, and then the prior, behind what the text has.
const rankOf = ({ name }) => ["rest", "prior"].indexOf(name.split(":")[0]);

// signalList lists signals with their weights; a signal of a rule with the action that the rule demands.
const signalList = (signals) => {
  const greatest = Math.max(...signals.map(({ weight }) => Math.abs(weight)), 1);
  return element("ul.signals", signals.map((signal) => signalLine(signal, greatest)));
};

const signalLine = ({ name, detail, weight, action }, greatest) => {
  const bar = element("i", { class: weight > 0 && "for", variables: { "--length": Math.abs(weight) / greatest } });
  return element("li",
    bdi([name, detail].filter(Boolean).join(": "), ".what"),
    element(".bar", bar),
    element(".weight", action ? label("action", action) : formatWeight(weight)));
};
