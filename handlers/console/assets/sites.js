// The page of sites: what is set for each, its words and rules, and what would
// be said of a text by them.
import { call, get, post } from "./api.js";
import { reasons as common } from "./decide.js";
import { signs } from "./detail.js";
import { fill, h } from "./dom.js";
import { button, form, pick, table } from "./forms.js";
import { choices, name, names, percent, t } from "./i18n.js";
import { isAdmin, me, route, runsAll } from "./pages.js";
import * as queue from "./queue.js";
import { say } from "./toasts.js";

const keyed = ({ key }) => h("p.notice", t("sites.keyed", { key }));

export default async function (slug) {
  const { items } = await get("/sites");
  const site = items.find((s) => s.slug === slug);
  queue.enter(me.name, items);
  if (site) return one(site);
  const at = (p) => (p == null ? "–" : percent(p));
  return [
    table(t("pages.sites"), names("field", ["name", "mode", "hold", "reject"]), items.map((s) => [
      h("a", { href: "#sites/" + s.slug }, s.name), name("mode", s.mode), at(s.thresholds.hold), at(s.thresholds.reject)])),
    runsAll() && form("sites.add", [["slug", ""], ...settings({}).filter(([key]) => /^(name|mode|origins)$/.test(key))], async (v) => [keyed(await post("/sites", v)), h("a", { href: "#sites/" + v.slug }, v.name || v.slug)]),
  ];
}

const settings = ({ name: named = "", mode = "post", origins = [], thresholds = {}, retention = {}, surge = {}, second_look: look }) => [
  ["name", named], ["mode", mode, choices("mode")], ["second_look", look ?? "", "number"],
  ...["addresses", "rejected", "labels"].map((k) => ["retention." + k, retention[k] ?? 0, "number"]),
  ...["count", "minutes", "hold_minutes"].map((k) => ["surge." + k, surge[k] ?? 0, "number"]),
  ...["hold", "reject"].map((k) => ["thresholds." + k, thresholds[k] ?? "", "number"]), ["origins", origins],
];

const one = async (site) => {
  const path = `/sites/${site.slug}`;
  const rules = await get(path + "/rules");
  const shown = h("div", { role: "status" });
  return [
    pick("sites", site.slug),
    h("h3", site.name), form("save", settings(site), async (v) => { await call("PATCH", path, v); }, !isAdmin()),
    isAdmin() && [button("sites.key", async () => fill(shown, keyed(await post(path + "/key")))), shown],
    h("h3", t("sites.reasons")), own(site, path),
    h("h3", t("sites.rules")), form("save", fields(rules), async ({ rest, ...lists }) => {
      const all = JSON.parse(rest || "{}");
      for (const [part, v] of Object.entries(lists)) all[part] = { ...all[part], ...v };
      await call("PUT", path + "/rules", all);
    }),
    h("h3", t("test")), form("test", [["text", "", "area"]], async (wanted) => {
      const v = await post(path + "/test", wanted);
      return [h("b", name("action", v.action)), v.spam == null ? "" : ` ${percent(v.spam)} `, signs(v.signals)];
    }),
  ];
};

// own is the form of a site's own reasons, with room for one more. What they
// are known by comes from their first names.
const own = ({ reasons }, path) => {
  const all = [...(reasons || []), {}];
  const id = (word) => word.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60).replace(/^-|-$/g, "");
  const inputs = ({ name: named = "", under, message = "" }, i) => [[i + ".name", named], [i + ".under", under, choices("reason", Object.values(common))], [i + ".message", message]];
  return form("save", all.flatMap(inputs), async (v) => {
    await call("PATCH", path, { reasons: all.map((r, i) => ({ id: r.id || id(v[i].name) || "reason-" + i, ...v[i] })).filter((r) => r.name) });
    say(t("saved"));
    await route();
  }, !isAdmin());
};

// fields has a line for each entry of the long lists, and all else as the
// server has it.
const fields = (rules) => {
  const lists = ["blocked_words.words", "suspect_words.words", "blocked_domains.domains", "links.allowed"].map((key) => {
    const [part, list] = key.split(".");
    const { [list]: entries = [], ...others } = rules[part] || {};
    rules[part] = Object.keys(others).length ? others : undefined;
    return [key, entries];
  });
  const rest = JSON.stringify(rules, null, 1);
  return [...lists, ["rest", rest === "{}" ? "" : rest, "area"]];
};
