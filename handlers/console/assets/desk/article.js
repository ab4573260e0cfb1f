// The state of an article: whether it takes comments. Editors change it here, say what the article is, and merge or
// move it. It is shown with the open comment, and in the list of articles.
import { get, request } from "../lib/api.js";
import { element, setContent } from "../lib/dom.js";
import { on } from "../lib/events.js";
import { actionButton, form, select } from "../lib/forms.js";
import { choices, formatDateTime, label, translate } from "../lib/i18n.js";
import { showToast } from "../lib/toasts.js";
import { isEditor } from "../session.js";
import * as queue from "./queue.js";
import { announceAct } from "./undo.js";

on("item-opened", async ({ item }) => {
  if (!item || item.isSecondLook) return;
  const { id, site, article } = item.comment;
  const parameters = { site, article: article.id };
  const { items: [found] } = await get("/articles", parameters).catch(() => ({ items: [] })); // not needed to decide
  if (found && queue.openId === id) showState(site, found);
});

const showState = (site, found) => setContent("article",
  element("small.muted", translate("article._"), ":"),
  articleState(site, found, (changed) => showState(site, changed)),
  articleForms(site, found));

// articleState is the state of an article of a site. show is called with the article when that has changed.
export const articleState = (site, found, show) => {
  const { id, state, until, closes_at: closesAt, closed_by: closedBy, surge_until: burstUntil } = found;
  const change = async (values) => show(await request("PUT", "/articles", { site, article: id, ...values }));
  return [
    isEditor()
      ? stateForm(found, change)
      : element("span", { class: state !== "open" && "chip warn" }, label("state", state)),
    closedBy && closedBy !== "hand" && element("small", " ", label("article", closedBy)),
    until && element("small", " – ", formatDateTime(until)),
    closesAt && !closedBy && element("small", " ", translate("article.closes", { time: formatDateTime(closesAt) })),
    burstUntil && element(".chip.warn", translate("surge", { time: formatDateTime(burstUntil) })),
    burstUntil && isEditor() && actionButton("lift", () => change({ surge_until: null }), "small"),
  ];
};

// articleForms are the forms that describe, merge and move an article, for editors.
export const articleForms = (site, found) => isEditor() && [
  folded("describe",
    !found.described && (found.title || found.url) && element("p", translate("article.unknown")),
    element("p", translate("article.word")), describeForm(site, found)),
  folded("merge", mergeForm(site, found.id)),
];

// stateForm changes the article's state by a button: what is chosen in a list by the arrow keys is no decision yet.
const stateForm = ({ id, state, until = null, closed_by: closedBy }, change) => {
  const earlier = closedBy === "age" ? { state: "open", keep_open: false } : { state, until };
  const apply = actionButton("apply", async () => {
    await change({ state: choice.value });
    announceAct(`${label("state", choice.value)}: ${id}`, [], () => change(earlier));
  }, "small");
  apply.hidden = true;
  const show = () => { apply.hidden = choice.value === state; };
  const choice = select({ label: translate("article._"), change: show, input: show }, choices("state"), state);
  return [choice, " ", apply];
};

const folded = (key, ...content) => element("details", { "data-keep": key },
  element("summary", translate("article." + key)), content);

// describeForm says what the article is, for all that show it.
const describeForm = (site, { id, title = "", url = "", section = "" }) => {
  const fields = [["title", title], ["url", url, "url"], ["section", section], ["canonical", ""]];
  const node = form("save", fields, async (values) => {
    const saved = await request("PUT", "/articles", { site, article: id, ...values });
    for (const { comment } of queue.items) {
      if (comment.site === site && comment.article.id === id) Object.assign(comment.article, articleOf(saved));
    }
    showToast(translate("saved"));
    node.closest("details").open = false;
    if (queue.openId) queue.open(queue.openId, false);
  });
  return node;
};

// articleOf is what a comment says of its article.
const articleOf = ({ id, title, url, section, described }) => ({ id, title, url, section, described });

// mergeForm gives the article another id, or merges it with another article, and offers to undo that.
const mergeForm = (site, from) => form("article.merge", [["kind", "merge", choices("merge")], ["into", ""]],
  async (values) => {
    const { id } = await request("POST", "/articles/merges", { site, from, ...values });
    return actionButton("undo", async () => {
      await request("POST", `/articles/merges/${id}/undo`);
      showToast(translate("article.parted"));
    });
  });
