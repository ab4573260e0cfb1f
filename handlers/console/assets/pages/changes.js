// Comments that a model or settings would treat differently, with what happens now and what would happen then.
import { bdi, element, timestamp } from "../lib/dom.js";
import { label, translate } from "../lib/i18n.js";

// changeList lists changes. wordOf returns the word of the API for an outcome, whose texts are in the group given.
export const changeList = (changes, group, wordOf) =>
  element("ul.changes", changes.map((change) => changeItem(change, group, wordOf)));

const changeItem = ({ now, then, site, author, label: labelClass, created_at: createdAt, text }, group, wordOf) =>
  element("li",
    element("p", outcome("now", group, wordOf(now)), " → ", outcome("then", group, wordOf(then)),
      labelClass && element("small", " · ", translate("trains", { label: label("reason", labelClass) }))),
    element("p.muted", [site, author].filter(Boolean).map((name) => [bdi(name), " · "]),
      createdAt && timestamp(createdAt)),
    element("blockquote", bdi(text, "p.text")));

const outcome = (when, group, word) =>
  [element("small", translate("changes." + when), " "), element(".chip." + word, label(group, word))];
