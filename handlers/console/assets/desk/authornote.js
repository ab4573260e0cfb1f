// The newsroom's note on an author, at the top of the author's pane.
import { request } from "../lib/api.js";
import { bdi, byId, element, setContent } from "../lib/dom.js";
import { form } from "../lib/forms.js";
import { translate } from "../lib/i18n.js";
import * as queue from "./queue.js";
import { announceAct } from "./undo.js";

// authorOf names the author of a comment for the API: by the id, or else by the name.
export const authorOf = ({ site, author: { id, name } }) => ({ site, author_id: id, name: id ? undefined : name });

// showNote shows the note, unless it is being edited.
export const showNote = (comment, note) => {
  if (byId("author-note").querySelector("form[data-changed]")) return;
  const edit = () => setContent("author-note", noteForm(comment, note),
    element("button.link", () => setContent("author-note", noteLine(note, edit)), translate("cancel")));
  setContent("author-note", noteLine(note, edit));
};

const noteLine = (note, edit) => (note
  ? element("p.notice.pinned", bdi(note), " ", element("button.small", edit, translate("edit")))
  : element("button.small", edit, translate("author.note_add")));

const noteForm = (comment, note) => form("save", [["author_note", note, "area"]], async (values) => {
  await save(comment, values.author_note);
  announceAct(translate("author.noted", { who: comment.author.name }), [], () => save(comment, note));
});

const save = async (comment, note) => {
  await request("PUT", "/authors", { ...authorOf(comment), note });
  const open = queue.openItem()?.comment;
  if (open && JSON.stringify(authorOf(open)) === JSON.stringify(authorOf(comment))) showNote(open, note);
};
