// Why a comment is held: the probabilities, the thresholds, and the signals.
import { bdi, byId, element, setContent } from "../lib/dom.js";
import { formatWeight, highlight } from "../lib/highlight.js";
import { formatPercent, label, translate } from "../lib/i18n.js";
import * as queue from "./queue.js";

const fewSignals = 6;
let showsAll = false; // stays as it is for the next comment

// explanation is the section of an item's verdict.
export const explanation = ({ verdict, comment, why }) => {
  const isPending = comment.status === "pending";
  const reason = (isPending && comment.reason) || verdict.reason;
  return element("section", { id: "why" },
    element("h2", translate(isPending ? "why._" : "why.filter"), reason && element(".chip", label("reason", reason))),
    !isPending && why && element("p", why),
    element("div.gauges",
      gauge("spam", verdict.spam, [["hold", verdict.hold_at], ["reject", verdict.reject_at]]),
      gauge("abuse", verdict.abuse)),
    verdict.signals.length ? signalsOf(verdict, comment) : element("p.muted", translate("why.none")),
    footer(verdict));
};

export const toggleAllSignals = () => {
  showsAll = !showsAll;
  byId("why")?.replaceWith(explanation(queue.openItem()));
};

const signalsOf = ({ signals }, comment) => {
  const sorted = signals.toSorted((a, b) => rankOf(a) - rankOf(b));
  const highlightBody = (marked) => () => setContent("body", highlight(comment.body, marked));
  const listenersOf = (signal) => ({ mouseenter: highlightBody([signal]), mouseleave: highlightBody(sorted) });
  return signalList(showsAll ? sorted : sorted.slice(0, fewSignals), listenersOf);
};

// rankOf puts sums of signals, and then the prior, behind what the text has.
const rankOf = ({ name }) => ["rest", "prior"].indexOf(name.split(":")[0]);

const footer = ({ signals, model }) => {
  const hidden = signals.length - fewSignals;
  const text = showsAll ? translate("why.less") : translate("why.more", { n: hidden });
  return element("p.muted.why-foot",
    hidden > 0 && element("button.link", toggleAllSignals, text, " ", element("kbd", "e")),
    translate("why.model", { version: model }));
};

// signalList lists signals with their weights; a signal of a rule with the action that the rule demands.
export const signalList = (signals, listenersOf = () => ({})) => {
  const greatest = Math.max(...signals.map(({ weight }) => Math.abs(weight)), 1);
  return element("ul.signals", signals.map((signal) => signalLine(signal, greatest, listenersOf(signal))));
};

const signalLine = ({ name, detail, weight, action }, greatest, listeners) => {
  const [kind, ...rest] = name.split(":");
  const isSum = kind === "rest" && rest.length;
  const content = isSum
    ? translate("why.others", { kind: label("signal", rest[0]) })
    : [...rest, detail].filter(Boolean).join(":");
  const bar = element("i", { class: weight > 0 && "for", variables: { "--length": Math.abs(weight) / greatest } });
  return element("li", listeners,
    element(".kind", content && !isSum && label("signal", kind)),
    bdi(content || label("signal", kind), ".what"),
    element(".bar", bar),
    element(".weight", action ? label("action", action) : formatWeight(weight)));
};

// gauge draws a probability, with a tick for each threshold [action, probability] that is in force.
const gauge = (head, probability, thresholds = []) => {
  if (probability == null) return null;
  const inForce = thresholds.filter(([, threshold]) => threshold);
  const ticks = inForce.map(([, threshold]) => element("i", { variables: { "--threshold": threshold } }));
  const texts = inForce.map(([action, threshold]) => translate("why." + action, { p: formatPercent(threshold) }));
  return element("div.gauge",
    element("span", label("reason", head)), element("b", formatPercent(probability)),
    element(".track", { variables: { "--probability": probability } }, ticks),
    element("small", texts.join(" · ")));
};
