// What a candidate would change, shown before it can be promoted.
import { get, pathSegment, post } from "../lib/api.js";
import { openDialog } from "../lib/dialogs.js";
import { byId, element, setContent } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { formatNumber, label, language, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { showError, showToast } from "../lib/toasts.js";
import { isAdminOfAllSites } from "../session.js";
import { changeList } from "./changes.js";

const text = (key, values) => translate("comparison." + key, values);
const languageNames = new Intl.DisplayNames(language, { type: "language" });
const shownExamples = 2; // of the first reason that has examples
let requested = ""; // the version whose comparison was asked for last

// comparisonSection is the empty place for a comparison.
export const comparisonSection = () => element("section", { id: "comparison", tabindex: -1, label: text("_") });

// compare loads a comparison and shows it. Its buttons are the only way to promote a model.
export const compare = async (version, refresh) => {
  requested = version;
  setContent("comparison", element("p.muted", { role: "status" }, text("waiting")));
  byId("comparison").focus();
  try {
    const report = await get(`/models/${pathSegment(version)}/comparison`, { lang: language });
    if (requested === version && byId("comparison")) setContent("comparison", comparison(version, report, refresh));
  } catch (error) {
    if (byId("comparison")) setContent("comparison");
    throw error;
  }
  await refresh(); // the list has the verdict
};

const comparison = (version, report, refresh) => [
  element("h3", text("title", { version })),
  element("p.lead", report.summary),
  verdict(report),
  report.notes.length > 0 && section("notes", points(report.notes)),
  section("changes", changes(report)),
  report.slices.length > 0
    && element("details", { open: report.learned > 0 }, element("summary", text("slices")), sliceTable(report.slices)),
  isAdminOfAllSites() && promotion(version, report, refresh),
];

const section = (key, ...content) => [element("h4", text(key)), content];
const points = (list) => element("ul.points", list.map((item) => element("li", item)));
const texts = (rows) => changeList(rows, "action", ({ action }) => action);

// changes counts what would change, and says that the examples prove less than the test below when the candidate may
// have learned from them.
const changes = ({ changes: rows, change_summary: summary, held_out: heldOut, learned }) => {
  if (!rows.length) return element("p", summary || text("none"));
  return [
    summary && element("p", summary),
    learned > 0 && element("p.muted", text(heldOut > 0 ? "learned_tested" : "learned")),
    texts(rows),
  ];
};

const verdict = ({ refused, reasons, weak_points: weakPoints }) =>
  element("div.notice." + (refused ? "reject" : "approve"),
    element("p", element("b", text(refused ? "refused" : "accepted"))),
    reasons.length > 0 && points(reasonsWithExamples(reasons)),
    refused && element("p", text("can_force")),
    weakPoints.length > 0 && [element("p", element("b", text("weak"))), points(weakPoints)]);

// reasonsWithExamples shows some examples of the first reason that has any. The others are to be opened.
const reasonsWithExamples = (reasons) => {
  const first = reasons.find(({ rows = [] }) => rows.length > 0);
  return reasons.map((reason) => {
    const { message, rows = [] } = reason;
    const shown = reason === first ? shownExamples : 0;
    const rest = rows.slice(shown);
    return [message, shown > 0 && texts(rows.slice(0, shown)), rest.length > 0
      && element("details", element("summary", text(shown ? "more" : "examples", { n: rest.length })), texts(rest))];
  });
};

const sliceNames = {
  language: (name) => languageNames.of(name),
  site: (name) => name,
  source: (name) => label("source", name),
};

const sliceTable = (slices) => table(text("slices"),
  ["", text("ham_held"), text("caught"), text("held")],
  slices.map((slice) => [
    `${text(slice.kind)}: ${slice.name ? sliceNames[slice.kind](slice.name) : text("unknown")}`,
    counts(slice.ham_held_now, slice.ham_held_then, slice.ham),
    counts(slice.caught_now, slice.caught_then, slice.bad),
    counts(slice.comments_held_now, slice.comments_held_then, slice.comments),
  ]));

const counts = (now, then, n) => (n ? text("counts", { now, then, total: formatNumber(n) }) : "–");

const promotion = (version, { refused }, refresh) => {
  const promote = async (body) => {
    await post(`/models/${pathSegment(version)}/promote?lang=${language}`, body);
    showToast(translate("saved"));
    if (byId("comparison")) setContent("comparison");
    await refresh();
  };
  const promoteCompared = () => promote({}).catch(async (error) => {
    showError(error);
    await compare(version, refresh); // another model is live, or new labels speak against it
  });
  return element("p", refused
    ? actionButton("comparison.force", async () => askForNote(promote))
    : actionButton("models.promote", promoteCompared, "main"));
};

// askForNote opens the dialogue in which a refused model is promoted all the same.
const askForNote = (promote) => {
  const dialog = openDialog(text("force"), (close) => [
    element("p", text("force_what")),
    form("comparison.force", [["force_note", "", "area"]], async ({ force_note: note }) => {
      await promote({ force: true, note });
      close();
    }),
  ]);
  dialog.querySelector("textarea").required = true;
};
