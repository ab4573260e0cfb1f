// The line of the article: whether it takes comments, and how editors change
// that.
import { call, get } from "./api.js";
import { fill, h, hear } from "./dom.js";
import { button, select } from "./forms.js";
import { choices, moment, name, t } from "./i18n.js";
import { isEditor } from "./pages.js";
import * as queue from "./queue.js";
import { complain } from "./toasts.js";

hear("opened", async ({ detail: { item } }) => {
  if (!item || item.blind) return;
  const { id, site, article } = item.comment;
  const { items: [found] } = await get("/articles", { site, article: article.id }).catch(() => ({ items: [] })); // nice to have
  if (found && queue.shown === id) line(site, found);
});

const line = (site, { id, state, until, surge_until: surge }) => {
  const set = async (change) => line(site, await call("PUT", "/articles", { site, article: id, ...change }));
  fill("article",
    isEditor() ? select({ label: t("signal.article"), change: (e) => set({ state: e.target.value }).catch(complain) }, choices("state"), state) : state !== "open" && h(".chip.warn", name("state", state)),
    until && h("small", " – ", moment(until)),
    surge && [h(".chip.warn", t("surge", { time: moment(surge) })), isEditor() && button("lift", () => set({ surge_until: null }), "small")]);
};
