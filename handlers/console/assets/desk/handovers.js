// Hand-over notes: what a moderator leaves to the next one. They stand above the queue until somebody removes them.
import { get, ignoreErrors, pathSegment, post, request } from "../lib/api.js";
import { bdi, byId, element, setContent, timestamp } from "../lib/dom.js";
import { openDialog } from "../lib/dialogs.js";
import { on } from "../lib/events.js";
import { actionButton, form } from "../lib/forms.js";
import { formatDateTime, translate } from "../lib/i18n.js";
import { sites } from "../session.js";
import { filter } from "./filter.js";

const text = (key, values) => translate("handover." + key, values);

// onlySite is the site that the queue is of; "" when there are several.
const onlySite = () => filter.site || (sites.length === 1 ? sites[0].slug : "");

const mostShown = 100; // a site has 30 at most
const redrawDelay = 500; // milliseconds

export const showHandovers = async () => {
  const { items } = await get("/handovers", { site: filter.site, limit: mostShown });
  setContent("handovers",
    unfinished(items),
    items.map((note) => element("div.notice", { id: "note-" + note.id }, noteContent(note), noteActions(note))),
    element("p.by",
      actionButton("handover.leave", async () => offerNote(), "link"),
      onlySite() && actionButton("handover.past", showPast, "link")),
    element("div", { id: "handover-new", "data-keep": "new" }));
};

let redrawTimer = 0;
on("handover-changed", () => {
  redrawTimer ||= setTimeout(() => {
    redrawTimer = 0;
    ignoreErrors(showHandovers());
  }, redrawDelay);
});

// unfinished are the notes with an answer that is being written, although they are not in the list any more.
const unfinished = (notes) => {
  const shown = [...byId("handovers").querySelectorAll(".notice:has([data-changed])")];
  const gone = shown.filter(({ id }) => !notes.some((note) => "note-" + note.id === id));
  for (const node of gone) setContent(node.querySelector("output"), text("gone"));
  return gone;
};

const noteContent = ({ site, text: body, by, at, answers }) => [
  element("p.by", bdi(by, "b"), timestamp(at), sites.length > 1 && element(".chip", site)),
  bdi(body, "p.note-text"),
  answers.map((answer) => element("p.note", bdi(answer.by, "b"), " ", timestamp(answer.at), " ", bdi(answer.text))),
];

const noteActions = ({ id }) => {
  const path = "/handovers/" + pathSegment(id);
  const place = "answer-" + id;
  const answer = () => setContent(place, noteForm("handover.answer", [], async (values) => {
    await post(path + "/answers", values);
    setContent(place);
    await showHandovers();
  }));
  const remove = async () => {
    await request("DELETE", path);
    await showHandovers();
  };
  return [element("p.by", actionButton("handover.answer", async () => answer(), "link"),
    actionButton("handover.remove", remove, "link")), element("div", { id: place, "data-keep": id })];
};

const noteForm = (button, fields, submit) => {
  const node = form(button, [...fields, ["text", "", "area"]], submit);
  const cancel = () => {
    setContent(node.parentElement);
    ignoreErrors(showHandovers()); // without a note that was there for the answer
  };
  return [node, element("button.link", cancel, translate("cancel"))];
};

// offerNote shows the form of a note. It stays for the site that it was opened for, whatever the queue shows next.
const offerNote = () => {
  const site = onlySite();
  const choice = sites.map(({ slug, name }) => [slug, name]);
  const fields = site ? [] : [["site", "", choice]];
  setContent("handover-new",
    site && sites.length > 1 && element(".chip", site),
    noteForm("handover.leave", fields, async (values) => {
      await post("/handovers", { site, ...values });
      setContent("handover-new");
      await showHandovers();
    }));
  byId("handover-new").querySelector("textarea").focus();
};

// showPast shows the notes of the site page by page, the last ones first, with who removed them.
const showPast = async () => {
  const site = onlySite();
  const pageOf = async (cursor) => {
    const { items, next } = await get("/handovers", { site, removed: "true", cursor });
    const showNext = async () => more.replaceWith(await pageOf(next));
    const more = next && actionButton("more", showNext);
    return element("div", items.map(pastNote), more);
  };
  const first = await pageOf("");
  openDialog(text("past"), () => (first.hasChildNodes() ? first : translate("none")));
};

const pastNote = (note) => element("div.past", noteContent(note),
  note.removed_by && element("p.muted",
    text("removed", { name: note.removed_by, time: formatDateTime(note.removed_at) })));
