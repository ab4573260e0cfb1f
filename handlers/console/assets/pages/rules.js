// The rules of a site as sentences with fields in them. While somebody types, the rules are tried on a text and on the
// last comments.
import { post, request } from "../lib/api.js";
import { byId, element, setContent } from "../lib/dom.js";
import { form } from "../lib/forms.js";
import { choices, translate } from "../lib/i18n.js";
import { describeError } from "../lib/toasts.js";
import { signalPhrases } from "../desk/phrases.js";
import * as queue from "../desk/queue.js";
import { previewEntries } from "./entrypreview.js";
import { tryOut } from "./whatif.js";

const pause = 500; // milliseconds without a change
const text = (key) => translate("rules." + key);
const actions = () => choices("action", ["reject", "hold"]);

// The groups of the form, by the API's names of the rules. A field of a group is [name, its value when it is not set,
// type].
const groups = {
  blocked_words: [["action", "reject", actions], ["words", []]],
  suspect_words: [["words", []], ["weight", "", "number"]],
  blocked_domains: [["action", "reject", actions], ["domains", []]],
  links: [["max", "", "number"], ["allowed", []]],
  authors: [["hold_first", false, "checkbox"], ["hold_anonymous", false, "checkbox"],
    ["trust_after", "", "number"], ["trust_days", "", "number"]],
  length: [["min", "", "number"], ["max", "", "number"]],
};

// rulesSection is the form of a site's rules, with the trial beside it.
export const rulesSection = (rules, site) => {
  const path = `/sites/${site}`;
  const fields = Object.entries(groups).flatMap(([rule, inputs]) => inputs.map(([name, unset, type]) =>
    [`${rule}.${name}`, rules[rule]?.[name] ?? unset, typeof type === "function" ? type() : type]));
  const save = async (values) => { await request("PUT", path + "/rules", withOthers(rules, values)); };
  const node = form("save", fields, save);
  node.classList.add("rules");
  for (const [rule, [[name]]] of Object.entries(groups)) {
    node.elements[`${rule}.${name}`].closest("label").before(element("h4", text(rule)));
  }
  previewEntries(node, path, { "blocked_words.words": "blocked_words", "suspect_words.words": "suspect_words" });
  return element("div.rules-page", node, trial(node, path, (values) => withOthers(rules, values), site));
};

// withOthers adds what a newer server knows and this form does not show.
const withOthers = (rules, values) => {
  const all = { ...rules };
  for (const [rule, inputs] of Object.entries(values)) all[rule] = { ...rules[rule], ...inputs };
  return all;
};

// trial tries the rules of a form whenever they, or the text, change. What is still running then is cancelled.
const trial = (node, path, rulesOf, site) => {
  const { comment } = queue.openItem() || {};
  const sample = element("textarea", { id: "rules-text", dir: "auto", spellcheck: "false" },
    comment?.site === site && comment.body);
  const [onText, onComments] = ["on-text", "on-comments"].map((id) => element("output", { id, role: "status" }));
  let running = new AbortController();
  const run = async () => {
    const { signal } = running;
    const rules = rulesOf(node.values());
    const show = async (output, work) => {
      const content = await work().catch((error) => element("p.muted", describeError(error)));
      if (!signal.aborted) setContent(output, content);
    };
    if (sample.value.trim()) await show(onText, () => tryText(path, sample.value, rules, signal));
    else setContent(onText);
    if (!signal.aborted) await show(onComments, () => tryOut(path, { rules }, { signal, shown: 5 }));
    if (!signal.aborted) byId("rules-trial")?.removeAttribute("aria-busy");
  };
  const wait = () => {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    byId("rules-trial").setAttribute("aria-busy", true);
    setTimeout(() => signal.aborted || run(), pause);
  };
  for (const part of [node, sample]) part.addEventListener("input", wait);
  return element("section", { id: "rules-trial" },
    element("h4", text("trial")),
    element("p.muted", text("trial_what")),
    element("label", element("span", text("text")), sample),
    onText, onComments);
};

const tryText = async (path, body, rules, signal) => {
  const { why, signals, causes } = await post(path + "/test", { text: body, rules }, signal);
  return [element("p.lead", why), signalPhrases({ signals, causes })];
};
