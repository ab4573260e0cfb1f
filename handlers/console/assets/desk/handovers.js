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

export const showHandovers = async () => {
  const { items } = await get("/handovers", { site: filter.site });
  setContent("handovers",
    items.map((note) => element("div.notice", noteContent(note), noteActions(note))),
    element("p.by",
      actionButton("handover.leave", async () => offerNote(), "link"),
      onlySite() && actionButton("handover.past", showPast, "link")),
    element("div", { id: "handover-new", "data-keep": "new" }));
};
on("handover-changed", () => ignoreErrors(showHandovers()));

const noteContent = ({ site, text: body, by, at, answers }) => [
  element("p.by", bdi(by, "b"), timestamp(at), sites.length > 1 && element(".chip", site)),
  bdi(body, "p.note-text"),
  answers.map((answer) => element("p.note", bdi(answer.by, "b"), " ", timestamp(answer.at), " ", bdi(answer.text))),
];

const noteActions = ({ id }) => {
  const path = "/handovers/" + pathSegment(id);
  const place = element("div", { "data-keep": id });
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
    actionButton("handover.remove", remove, "link")), place];
};

const noteForm = (button, fields, submit) => {
  const node = form(button, [...fields, ["text", "", "area"]], submit);
  return [node, element("button.link", () => setContent(node.parentElement), translate("cancel"))];
};

const offerNote = () => {
  const choice = sites.map(({ slug, name }) => [slug, name]);
  const fields = onlySite() ? [] : [["site", "", choice]];
  setContent("handover-new", noteForm("handover.leave", fields, async (values) => {
    await post("/handovers", { site: onlySite(), ...values });
    setContent("handover-new");
    await showHandovers();
  }));
  byId("handover-new").querySelector("textarea").focus();
};

// showPast shows the last notes of the site, with who removed them.
const showPast = async () => {
  const { items } = await get("/handovers", { site: onlySite(), removed: "true" });
  openDialog(text("past"), () => (items.length ? items.map((note) => element("div.past",
    noteContent(note),
    note.removed_by && element("p.muted",
      text("removed", { name: note.removed_by, time: formatDateTime(note.removed_at) })))) : translate("none")));
};
