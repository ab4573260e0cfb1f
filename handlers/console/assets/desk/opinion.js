// The second opinion of another service on a comment, or why there is none.
import { bdi, element } from "../lib/dom.js";
import { formatWeight } from "../lib/highlight.js";
import { formatPercent, label, translate } from "../lib/i18n.js";

const text = (key, values) => translate("opinion." + key, values);

// opinionLine shows what the details of an item have. The reason may be anybody's words, and is text.
export const opinionLine = ({ opinion }) => {
  if (!opinion) return null;
  const { status, source: name, reason, signal } = opinion;
  if (status !== "answered") return element("p.muted", { id: "opinion" }, text(status));
  const head = signal.name.split(":")[1];
  const { decided, rejected, weight } = signal;
  return element("p", { id: "opinion" },
    text("said", { name, head: label("reason", head), p: formatPercent(opinion[head]) }),
    reason && [" ", bdi(translate("quoted", { found: reason }))],
    decided > 0 && element(".muted", text("of", { decided, rejected, weight: formatWeight(weight) })));
};
