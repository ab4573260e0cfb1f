// The state of the open comment's article: whether it takes comments. Editors change it here.
import { get, request } from "../lib/api.js";
import { element, setContent } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { actionButton, select } from "../lib/forms.js";
import { choices, formatDateTime, label, translate } from "../lib/i18n.js";
import { showError } from "../lib/toasts.js";
import { isEditor } from "../session.js";
import * as queue from "./queue.js";

on("item-opened", async ({ item }) => {
  if (!item || item.isSecondLook) return;
  const { id, site, article } = item.comment;
  const parameters = { site, article: article.id };
  const { items: [found] } = await get("/articles", parameters).catch(() => ({ items: [] })); // not needed to decide
  if (found && queue.openId === id) showState(site, found);
});

const showState = (site, { id, state, until, surge_until: burstUntil }) => {
  const change = async (values) =>
    showState(site, await request("PUT", "/articles", { site, article: id, ...values }));
  const onChange = (event) => change({ state: event.target.value }).catch(showError);
  const stateElement = isEditor()
    ? select({ label: translate("signal.article"), change: onChange }, choices("state"), state)
    : state !== "open" && element(".chip.warn", label("state", state));
  setContent("article",
    stateElement,
    until && element("small", " – ", formatDateTime(until)),
    burstUntil && element(".chip.warn", translate("surge", { time: formatDateTime(burstUntil) })),
    burstUntil && isEditor() && actionButton("lift", () => change({ surge_until: null }), "small"));
};
