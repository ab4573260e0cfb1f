// Decisions that did not reach the server. Each is named, and can be sent again.
import { bdi, byId, element, onSingleClick, setContent } from "../lib/dom.js";
import { translate } from "../lib/i18n.js";
import { excerptOf } from "./items.js";

const excerptLength = 60;
const entries = new Map(); // { text, items, sendAgain } by the ids of the items

const keyOf = (items) => items.map(({ id }) => id).join();

// keepUnsent keeps a decision on some items. text says what was decided.
export const keepUnsent = (text, items, sendAgain) => {
  entries.set(keyOf(items), { text, items, sendAgain });
  show();
};

// dropUnsent forgets what was not sent about an item, because it is decided anew.
export const dropUnsent = (id) => {
  for (const [key, { items }] of entries) if (items.some((item) => item.id === id)) entries.delete(key);
  show();
};

export const forgetUnsent = () => {
  entries.clear();
  show();
};

const show = () => {
  byId("unsent").hidden = !entries.size;
  setContent("unsent", element("b", translate("unsent._")), element("ul", [...entries].map(entryLine)));
};

const entryLine = ([key, { text, items, sendAgain }]) => {
  const drop = (then) => () => {
    entries.delete(key);
    show();
    then?.();
  };
  return element("li", bdi(`${text}: “${excerptOf(items[0].comment, excerptLength)}”`, "span"),
    element("button.small", onSingleClick(drop(sendAgain)), translate("unsent.again")),
    element("button.link", drop(), translate("unsent.drop")));
};
