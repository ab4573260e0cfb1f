// What other settings of a site would have done with its last comments.
import { post } from "../lib/api.js";
import { element } from "../lib/dom.js";
import { language, translate } from "../lib/i18n.js";
import { changeList } from "./changes.js";

const comments = 1000;

// tryOut returns what is shown of a trial of settings.
export const tryOut = async (path, settings) => {
  const { sentence, summary, changes } = await post(`${path}/what-if?lang=${language}`, { comments, ...settings });
  return [
    element("p.lead", sentence ?? summary),
    changes.length
      ? changeList(changes, "status", ({ status }) => status)
      : element("p.muted", translate("changes.none")),
  ];
};
