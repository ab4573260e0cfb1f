// What other settings of a site would have done with its last comments.
import { post } from "../lib/api.js";
import { element } from "../lib/dom.js";
import { language, translate } from "../lib/i18n.js";
import { changeList } from "./changes.js";

const comments = 1000;

const keepsStatus = ({ now, then }) => now.status === then.status;

// tryOut returns what is shown of a trial of settings. Comments that only have another reason are counted apart.
export const tryOut = async (path, settings, { signal, shown } = {}) => {
  const result = await post(`${path}/what-if?lang=${language}`, { comments, ...settings }, signal);
  const changes = result.changes.filter((change) => !keepsStatus(change)).slice(0, shown);
  const n = result.transitions.filter(keepsStatus).reduce((sum, transition) => sum + transition.comments, 0);
  return [
    element("p.lead", result.sentence ?? result.summary),
    n > 0 && element("p.muted", translate("changes.reason", { n })),
    changes.length
      ? changeList(changes, "status", ({ status }) => status)
      : element("p.muted", translate("changes.none")),
  ];
};
