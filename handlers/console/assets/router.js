// The pages by their addresses, so that links and the back button work. All but the desk are built when opened.
import { byId, closeDialogs, element, setContent } from "./lib/dom.js";
import { emit } from "./lib/events.js";
import { translate } from "./lib/i18n.js";
import { showError } from "./lib/toasts.js";
import { showCounts } from "./desk/header.js";
import { hasRole, isAdminOfAllSites } from "./session.js";
import { accountPage } from "./pages/account.js";
import { articlesPage } from "./pages/articles.js";
import { auditPage } from "./pages/audit.js";
import { bansPage } from "./pages/bans.js";
import { modelsPage } from "./pages/models.js";
import { peoplePage } from "./pages/people.js";
import { sitesPage } from "./pages/sites.js";
import { statsPage } from "./pages/stats.js";

// In the order of the navigation. What has nothing to build is shown by the desk.
const pages = {
  queue: {},
  cards: {},
  archive: {},
  looks: {},
  articles: { build: articlesPage },
  stats: { build: statsPage, role: "editor" },
  models: { build: modelsPage, role: "editor" },
  bans: { build: bansPage },
  sites: { build: sitesPage, role: "editor" },
  audit: { build: auditPage, role: "editor" },
  people: { build: peoplePage, role: "admin" },
  account: { build: accountPage },
  comment: { isUnlisted: true },
};
let navigation = 0; // grows with each page: one that was left meanwhile is not shown

const visiblePages = () => Object.keys(pages).filter((name) =>
  hasRole(pages[name].role || "moderator") && (name !== "people" || isAdminOfAllSites()));

// showPage shows the page of the address, "#name/argument".
export const showPage = async () => {
  const [, requested, argument] = location.hash.match(/^#?(\w*)\/?(.*)/);
  const names = visiblePages();
  const name = names.includes(requested) ? requested : "queue";
  const isDesk = !pages[name].build;
  const wasDesk = !byId("panes").hidden;
  const ownNavigation = ++navigation;
  showNavigation(names, name);
  byId("page").hidden = isDesk;
  byId("panes").hidden = !isDesk;
  if (isDesk) emit("desk-shown", { name, argument, wasDesk });
  if (!isDesk) await buildPage(name, argument, ownNavigation);
  if (ownNavigation === navigation) showCounts();
};

// openPage follows a link. The page before it is emptied at once, and not kept until the next one is built.
export const openPage = () => {
  setContent("page");
  closeDialogs();
  return showPage();
};

const showNavigation = (names, current) => {
  const id = (name) => name === "articles" && name; // what is scrolled away must not look like a link to nothing
  const link = (name) => element("a",
    { href: "#" + name, id: id(name), "aria-current": name === current && "page" },
    translate("pages." + name), name === "looks" && element(".chip", { id: "looks" }));
  setContent("pages", names.filter((name) => !pages[name].isUnlisted).map(link));
  byId("pages").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
};

const buildPage = async (name, argument, ownNavigation) => {
  try {
    const { hash } = location;
    const reload = () => location.hash === hash && showPage(); // not another page that was opened meanwhile
    const query = new URLSearchParams(argument);
    const content = await pages[name].build(decodeURIComponent(argument), { reload, query });
    if (ownNavigation !== navigation) return;
    const title = element("h2", { id: "title", tabindex: -1 }, translate("pages." + name));
    setContent("page", element("div", title, content));
    if (!byId("page").contains(document.activeElement)) title.focus();
  } catch (error) {
    showError(error);
  }
};
