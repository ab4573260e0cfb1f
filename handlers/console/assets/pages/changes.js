// Comments that a model or settings would treat differently, with what happens now and what would happen then.
import { bdi, element, timestamp } from "../lib/dom.js";
import { label, translate } from "../lib/i18n.js";

// changeList lists changes. wordOf returns the word of the API for an outcome, whose texts are in the group given.
export const changeList = (changes, group, wordOf) =>
  element("ul.changes", changes.map((change) => changeItem(change, group, wordOf)));

const changeItem = (change, group, wordOf) => {
  const { now, then, site, author, created_at: createdAt, text } = change;
  return element("li",
    element("p", outcome("now", group, wordOf(now)), " → ", outcome("then", group, wordOf(then)),
      change.label && element("small", " · ", decided(change))),
    element("p.muted", [site, author].filter(Boolean).map((name) => [bdi(name), " · "]),
      createdAt && timestamp(createdAt)),
    element("blockquote", bdi(text, "p.text")));
};

const decisions = ["decision", "second_look"]; // sources of labels

// decided says which label a text has: by a moderator's decision, as a comment without a source, or from elsewhere.
const decided = ({ label: labelClass, source = "decision" }) => {
  const origin = decisions.includes(source) ? translate("changes.decided") : label("source", source);
  return `${origin}: ${label("class", labelClass)}`;
};

const outcome = (when, group, word) =>
  [element("small", translate("changes." + when), " "), element(".chip." + word, label(group, word))];
