// A candidate that runs beside the live model on the comments that arrive, without deciding any.
import { pathSegment, post, request } from "../lib/api.js";
import { element } from "../lib/dom.js";
import { actionButton } from "../lib/forms.js";
import { formatDateTime, translate } from "../lib/i18n.js";
import { isAdminOfAllSites } from "../session.js";

const text = (key, values) => translate("beside." + key, values);

// shadowState shows the last or current run of a model, with its buttons.
export const shadowState = ({ version, live, shadow }, refresh) => {
  const path = `/models/${pathSegment(version)}/shadow`;
  const button = (key, send) => actionButton("beside." + key, async () => {
    await send();
    await refresh();
  });
  const isRunning = shadow && !shadow.until && !shadow.outcome;
  return [
    shadow && element("div", counts(shadow, isRunning)),
    !live && isAdminOfAllSites() && (isRunning
      ? [button("stop", () => request("DELETE", path)), " ",
        button(shadow.promote ? "by_hand" : "by_itself", () => post(path, { promote: !shadow.promote }))]
      : button("start", () => post(path, { promote: false }))),
  ];
};

const counts = (shadow, isRunning) => {
  const { since, promote, outcome } = shadow;
  return [
    text(isRunning ? "since" : "ended", { time: formatDateTime(since) }), " ",
    text("counts", shadow), " ", text("rejects", shadow), " ",
    shadow.differences > 0 && [text("looked", shadow), " ", text("right", shadow), " "],
    isRunning && promote && text("promotes"),
    outcome && text("outcome", { outcome }),
  ];
};
