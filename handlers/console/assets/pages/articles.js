// The page of articles: those of a site, the ones with the newest comments first, with their states and their comments.
import { get, queryString } from "../lib/api.js";
import { bdi, element, setContent, timestamp } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { choices, formatNumber, label, labels, translate } from "../lib/i18n.js";
import { navigate } from "../lib/navigation.js";
import { table } from "../lib/table.js";
import { archiveAddress } from "../desk/archive.js";
import { articleForms, articleState } from "../desk/article.js";
import { sites } from "../session.js";

const statuses = ["pending", "approved", "rejected"];

// The query of the page's address has the parameters of the API.
export const articlesPage = async (_, { query }) => {
  const filter = { site: sites[0]?.slug, ...Object.fromEntries(query) };
  if (!filter.site) return translate("none");
  const list = element("div");
  const headings = [translate("article._"), ...labels("status", statuses), ...labels("field", ["active_at", "state"])];
  const addPage = async (cursor) => {
    const { items, next } = await get("/articles", { ...filter, cursor });
    list.append(table(translate("pages.articles"), headings, items.map((found) => articleRow(filter.site, found))));
    if (!next) return;
    const more = actionButton("more", async () => {
      await addPage(next);
      more.remove();
    });
    list.append(more);
  };
  await addPage();
  return [filterForm(filter), list];
};

const filterForm = ({ site, q = "", state = "" }) => {
  const states = [["", translate("all")], ...choices("state"), ["surge", label("reason", "surge")]];
  const siteField = sites.length > 1 && ["site", site, sites.map(({ slug, name }) => [slug, name])];
  const fields = [siteField, ["words", q], ["state", state, states]].filter(Boolean);
  return form("find", fields, async ({ site: chosen = site, words, state: wanted }) => {
    navigate("articles/" + queryString({ site: chosen, q: words.trim(), state: wanted }));
    return "";
  });
};

const articleRow = (site, found) => {
  const { id, title, section, active_at: activeAt } = found;
  const stateCell = element("div.by");
  const show = (changed) => setContent(stateCell, articleState(site, changed, show), articleForms(site, changed));
  show(found);
  const link = (text, status) =>
    element("a", { href: "#" + archiveAddress({ site, article: id, status }) }, text);
  return [
    [link(bdi(title || id, "b")), title && [" ", element("small", bdi(id))], " ", section && bdi(section, ".chip")],
    ...statuses.map((status) => found[status] > 0 && link(formatNumber(found[status]), status)),
    activeAt && timestamp(activeAt),
    stateCell,
  ];
};
