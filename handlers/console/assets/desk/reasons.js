// The reasons of rejections: those that every site has, and a site's own.
import { element } from "../lib/dom.js";
import { label, translate } from "../lib/i18n.js";
import { sites } from "../session.js";
import * as queue from "./queue.js";

export const reasonsByKey = { s: "spam", b: "abuse", o: "off_topic", i: "illegal", x: "other" };

const reasonsOf = (slug) => sites.find((site) => site.slug === slug)?.reasons || [];

// siteReasons returns the own reasons of the site that all targets of a decision belong to.
export const siteReasons = () => {
  const [slug, ...others] = new Set(queue.targets().map(({ comment }) => comment.site));
  return others.length || queue.secondLookMode ? [] : reasonsOf(slug);
};

// reasonText names the reason of a decision. Its detail is the id of a site's own reason.
export const reasonText = ({ site, reason, detail }) =>
  reasonsOf(site).find(({ id }) => id === detail)?.name || label("reason", reason);

// trainingNote shows which label a decision has given to the comment.
export const trainingNote = (decision) =>
  decision.label && element("small", " ", translate("trains", { label: label("reason", decision.label) }));
