// The pages: who has which, and the way between them by the address, so that
// links and the back button work. All but the desk are made when they are
// opened.
import { $, fill, h, tell } from "./dom.js";
import { t } from "./i18n.js";
import { counts } from "./live.js";
import * as queue from "./queue.js";
import { complain } from "./toasts.js";
import audit from "./audit.js";
import models from "./models.js";
import people from "./people.js";
import sites from "./sites.js";
import stats from "./stats.js";

export const me = {}; // name, role and sites of who is logged in
const roles = ["moderator", "editor", "admin"];
const made = { stats, models, sites, audit, people };
const least = { queue: 0, looks: 0, stats: 1, models: 1, sites: 1, audit: 1, people: 2 };
let round = 0; // grows with each page: one that was left is not shown

// runsAll tells whether the moderator may handle all sites and people.
export const runsAll = () => isAdmin() && !me.sites;
export const isEditor = () => me.role !== "moderator";
export const isAdmin = () => me.role === "admin";

// route shows the page of the address: its name, and after a slash what of it.
export const route = async (event) => {
  const [, wanted, rest] = location.hash.match(/^#?(\w*)\/?(.*)/);
  const mine = Object.keys(least).filter((p) => least[p] <= roles.indexOf(me.role) && (p !== "people" || runsAll()));
  const page = mine.includes(wanted) ? wanted : "queue";
  const now = ++round;
  const left = $("panes").hidden;
  fill("pages", mine.map((p) => h("a", { href: "#" + p, "aria-current": p === page && "page" }, t("pages." + p), p === "looks" && h(".chip", { id: "looks" }))));
  $("[aria-current]", $("pages")).scrollIntoView({ block: "nearest" });
  const desk = page === "queue" || page === "looks";
  const turned = desk && queue.looking !== (page === "looks");
  if (turned) tell("turned");
  $("page").hidden = desk;
  $("panes").hidden = !$("page").hidden;
  if (event) fill("page"); // what is made anew stays till then
  if (!desk) {
    try {
      const nodes = await made[page](decodeURIComponent(rest));
      if (now !== round) return;
      fill("page", h("div", h("h2", { id: "title", tabindex: -1 }, t("pages." + page)), nodes));
      $("title").focus();
    } catch (problem) {
      complain(problem);
    }
  } else if (left && !turned) tell("returned");
  counts();
};
