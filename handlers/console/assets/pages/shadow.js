// A candidate that runs beside the live model on the comments that arrive, without deciding any.
import { pathSegment, post, request } from "../lib/api.js";
import { openDialog } from "../lib/dialogs.js";
import { element } from "../lib/dom.js";
import { actionButton } from "../lib/forms.js";
import { formatDateTime, translate } from "../lib/i18n.js";
import { isAdminOfAllSites } from "../session.js";

const text = (key, values) => translate("beside." + key, values);

export const isRunning = ({ shadow }) => Boolean(shadow && !shadow.until && !shadow.outcome);

// shadowState shows the last or current run of a model, with its buttons. running is the version that runs, if any:
// only one can.
export const shadowState = (model, running, refresh) => {
  const { version, live, shadow } = model;
  const path = `/models/${pathSegment(version)}/shadow`;
  const button = (key, send) => actionButton("beside." + key, async () => {
    await send();
    await refresh();
  });
  const setPromote = (promote) => post(path, { promote });
  const start = button("start", () => setPromote(false));
  start.disabled = Boolean(running);
  const promotion = () => (shadow.promote
    ? button("by_hand", () => setPromote(false))
    : actionButton("beside.by_itself", async () => askForPromotion(shadow, async () => {
      await setPromote(true);
      await refresh();
    })));
  return [
    shadow && element("div", counts(shadow, isRunning(model))),
    !live && isAdminOfAllSites() && (version === running
      ? [button("stop", () => request("DELETE", path)), " ", promotion()]
      : [start, running && element("p", element("small", text("only_one", { version: running })))]),
  ];
};

const conditions = ["time", "comparison", "held", "right"];

// askForPromotion says what must be true before a model goes live without a click.
const askForPromotion = (shadow, promote) => openDialog(text("by_itself"), (close) => [
  element("p", text("when._")),
  element("ul.points", conditions.map((key) => element("li", text("when." + key, shadow)))),
  element("p", text("when.else")),
  element("p", actionButton("beside.by_itself", async () => {
    await promote();
    close();
  }, "main")),
]);

const counts = (shadow, runs) => {
  const { since, promote, outcome } = shadow;
  return [
    text(runs ? "since" : "ended", { time: formatDateTime(since) }), " ",
    text("counts", shadow), " ", text("rejects", shadow), " ",
    shadow.differences > 0 && [text("looked", shadow), " ", text("right", shadow), " "],
    runs && promote && text("promotes"),
    outcome && sentence(outcome),
  ];
};

const sentence = (outcome) => {
  const [, name] = /^ended by (.+)$/.exec(outcome) || [];
  return name ? text("ended_by", { name }) : outcome[0].toUpperCase() + outcome.slice(1) + ".";
};
