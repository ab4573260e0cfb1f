// The page of models: the live one and others side by side.
import { get, post, call } from "./api.js";
import { chart } from "./chart.js";
import { $, h } from "./dom.js";
import { button, form, table } from "./forms.js";
import { moment, name, number, percent, t } from "./i18n.js";
import { isAdmin, route } from "./pages.js";
import { say } from "./toasts.js";

const text = (key, values) => t("models." + key, values);
const shown = 5;
const heads = ["spam", "abuse"];

export default async function () {
  const { items, training } = await get("/models");
  const all = items.toSorted((a, b) => b.live - a.live).slice(0, shown);
  const act = (path) => async () => { await post("/models/" + path); say(t("saved")); await route(); };
  const row = (label, of) => [label, ...all.map((m) => of(m) || (label && "–"))];
  const figures = (head) => {
    const at = (m) => m.manifest.figures?.[head] || {};
    const line = (key, of = (f) => f[key]) => row(`${name("reason", head)}: ${text(key)}`, (m) => of(at(m)) != null && number(of(at(m))));
    return all.some((m) => m.manifest.figures?.[head]) ? [
      line("auc"), line("recall", (f) => f.recall_at_fpr?.["0.01"]), line("mcc"), line("ece"),
      row(`${name("reason", head)}: ${text("bins")}`, (m) => at(m).reliability && reliability(at(m).reliability)),
    ] : [];
  };
  const old = items.some((m) => m.promoted_at && !m.live);
  const acts = row("", (m) => (m.live ? old && button("models.rollback", act("rollback")) : button("models.promote", act(m.version + "/promote"), "main")));
  return [
    table(t("pages.models"), ["", ...all.map((m) => [m.version, " ", m.live && h(".chip.approved", text("live"))])], [
      row(text("origin"), (m) => [m.origin, m.by].filter(Boolean).join(", ")), row(text("created_at"), (m) => moment(m.created_at)),
      row(text("labels"), labels), ...heads.flatMap(figures),
      ...(isAdmin() && items.length > 1 ? [acts] : []),
    ]),
    h("div", { id: "training" }, state(training)),
    isAdmin() && [h("p", button("models.train", act("train"))), form("models.upload", [["file", "", "file"]], async ({ file }) => { await call("POST", "/models", file); await route(); })],
  ];
}

const labels = ({ manifest: { sources = {} } }) => {
  const sum = (c) => Object.values(sources).reduce((n, s) => n + s[c], 0);
  return ["ham", "spam", "abuse"].map((c) => number(sum(c))).join(" · ");
};

// reliability shows what came true of what was foretold. Parts of the scale
// where the model said nothing stand at 0.
const reliability = (bins) => chart(text("bins"), bins.map((_, i) => percent((i + 0.5) / bins.length)), [[text("observed"), bins.map((b) => b.observed ?? 0)]], [text("foretold"), bins.map((b) => b.foretold ?? 0)]);

// state shows the last training of this node, and follows one that runs.
const state = (job) => {
  if (!job) return "";
  if (job.state === "running") setTimeout(follow, 1000);
  return h("p", { role: "status" }, text(job.state, job), " ", job.state === "running" && h("progress", { max: job.total || 1, value: job.done, label: text("train") }));
};

const follow = async () => {
  if (!$("training")) return; // the page was left
  const { training } = await get("/models");
  if (training?.state === "running") $("training")?.replaceChildren(state(training));
  else if ($("training")) await route();
};
