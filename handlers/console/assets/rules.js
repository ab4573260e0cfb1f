// The rules of a site, for editors, and what would be said of a text by them.
import { call, get, post } from "./api.js";
import { signs } from "./detail.js";
import { $, h } from "./dom.js";
import { name, percent, t } from "./i18n.js";
import { queue } from "./queue.js";
import { explain } from "./toasts.js";

const lists = ["blocked_words.words", "suspect_words.words", "blocked_domains.domains", "links.allowed"];
const example = '{"links": {"max": 2}, "authors": {"hold_first": true, "trust_after": 20}, "length": {"min": 2}}';

// rules opens the dialog for the site of the queue, or the first. Long lists
// have a line for each entry; all else is shown as the server has it.
export async function rules(site = queue.filter.site || $("site").options[1].value) {
  const path = `/v1/sites/${site}/`;
  const rest = await get(path + "rules");
  const area = (label, id, value = "", placeholder = "") => h("label", {}, t(label), h("textarea", { id, placeholder, dir: "auto", spellcheck: "false" }, value));
  const areas = lists.map((key) => {
    const [part, list] = key.split(".");
    const { [list]: entries = [], ...others } = rest[part] || {};
    rest[part] = Object.keys(others).length ? others : undefined;
    return area(key, key, entries.join("\n"));
  });
  const json = JSON.stringify(rest, null, 1);
  const button = (label, click, kind) => h("button", { type: "button", class: kind, click: () => click().then(say, refused) }, t(label));
  $("rules").replaceChildren(
    h("h2", { id: "rules-title" }, t("rules"), h("select", { "aria-label": t("queue.site"), change: (e) => rules(e.target.value) },
      [...$("site").options].slice(1).map((o) => h("option", { value: o.value, selected: o.value === site }, o.text)))),
    ...areas, area("rules.rest", "rules-rest", json === "{}" ? "" : json, example), button("rules.save", () => save(path), "main"),
    area("rules.text", "rules-text"), button("rules.try", () => test(path)), h("output", { id: "rules-said" }),
    h("form", { method: "dialog" }, h("button", {}, t("close"))));
  if (!$("rules").open) $("rules").showModal();
}

const say = (nodes) => $("rules-said").replaceChildren(...nodes);

function refused(problem) {
  const why = problem instanceof SyntaxError ? [problem.message] : [explain(problem), ...problem.fields.map((f) => `${f.field} ${f.message}`)];
  say([h("p", { class: "error" }, why.join(" · "))]);
}

async function save(path) {
  const wanted = JSON.parse($("rules-rest").value || "{}");
  for (const key of lists) {
    const [part, list] = key.split(".");
    wanted[part] = { ...wanted[part], [list]: $(key).value.split("\n").map((line) => line.trim()).filter(Boolean) };
  }
  await call("PUT", path + "rules", wanted);
  return [t("rules.saved")];
}

async function test(path) {
  const v = await post(path + "test", { text: $("rules-text").value });
  return [h("b", {}, name("action", v.action)), v.spam == null ? "" : ` ${percent(v.spam)} `, signs(v.signals)];
}
