// The page of sites: what is set for each, its words and rules, and what would
// be said of a text by them.
import { call, get, post } from "./api.js";
import { signs } from "./detail.js";
import { fill, h } from "./dom.js";
import { button, form, pick, table } from "./forms.js";
import { choices, name, names, percent, t } from "./i18n.js";
import { isAdmin, runsAll } from "./pages.js";

const go = (slug) => { location.hash = "sites/" + slug; };
const keyed = ({ key }) => h("p.notice", t("sites.keyed", { key }));

export default async function (slug) {
  const { items } = await get("/v1/sites");
  const site = items.find((s) => s.slug === slug);
  if (site) return one(site);
  const at = (p) => (p == null ? "–" : percent(p));
  return [
    table(t("pages.sites"), names("field", ["name", "mode", "hold", "reject"]), items.map((s) => [
      h("a", { href: "#sites/" + s.slug }, s.name), name("mode", s.mode), at(s.thresholds.hold), at(s.thresholds.reject)])),
    runsAll() && form("sites.add", [["slug", ""], ...settings({}).filter(([key]) => /^(name|mode|origins)$/.test(key))], async (v) => [keyed(await post("/v1/sites", v)), h("a", { href: "#sites/" + v.slug }, v.name || v.slug)]),
  ];
}

const settings = ({ name: named = "", mode = "post", origins = [], thresholds = {}, retention = {}, second_look: look }) => [
  ["name", named], ["mode", mode, choices("mode", ["post", "pre"])],
  ...["hold", "reject"].map((k) => ["thresholds." + k, thresholds[k] ?? "", "number"]),
  ...["addresses", "rejected", "labels"].map((k) => ["retention." + k, retention[k] ?? 0, "number"]), ["second_look", look ?? "", "number"], ["origins", origins],
];

async function one(site) {
  const path = `/v1/sites/${site.slug}`;
  const rules = await get(path + "/rules");
  const shown = h("div", { role: "status" });
  return [
    pick(site.slug, go),
    h("h3", site.name), form("save", settings(site), async (v) => { await call("PATCH", path, v); }, !isAdmin()),
    isAdmin() && [button("sites.key", async () => fill(shown, keyed(await post(path + "/key")))), shown],
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
}

// fields has a line for each entry of the long lists, and all else as the
// server has it.
function fields(rules) {
  const lists = ["blocked_words.words", "suspect_words.words", "blocked_domains.domains", "links.allowed"].map((key) => {
    const [part, list] = key.split(".");
    const { [list]: entries = [], ...others } = rules[part] || {};
    rules[part] = Object.keys(others).length ? others : undefined;
    return [key, entries];
  });
  const rest = JSON.stringify(rules, null, 1);
  return [...lists, ["rest", rest === "{}" ? "" : rest, "area"]];
}
