// The personal data of a comment's author, for admins: a file with all of it, and its erasure.
import { queryString, request } from "../lib/api.js";
import { bdi, element } from "../lib/dom.js";
import { openDialog } from "../lib/dialogs.js";
import { saveReply } from "../lib/download.js";
import { actionButton, form, select } from "../lib/forms.js";
import { label, translate } from "../lib/i18n.js";
import { showToast } from "../lib/toasts.js";
import { isAdmin } from "../session.js";
import { openNextClaimed } from "./claims.js";
import { forgetDetails } from "./details.js";
import * as queue from "./queue.js";
import { refreshItem } from "./undo.js";

const text = (key, values) => translate("reader." + key, values);

export const readerDataButton = (comment) => isAdmin() && comment.reason !== "erased"
  && actionButton("reader._", async () => openDialog(text("title"), (close) => readerData(comment, close)));

// readersOf are the ways in which the API can name the author: [parameter, value, where to find it in a comment]. A
// name says nothing of who has an id.
const readersOf = ({ author: { id, email, name } }) => [
  ["author_id", id, ({ author }) => author.id],
  ["email", email?.toLowerCase(), ({ author }) => author.email?.toLowerCase()],
  ["name", !id && name, ({ author }) => !author.id && author.name],
].filter(([, value]) => value);

const kinds = { author_id: "id", email: "email", name: "name" }; // by the texts of the marks of bans

const readerData = (comment, close) => {
  const readers = readersOf(comment);
  const options = readers.map(([key, value], i) => [String(i), `${label("field.on", kinds[key])}: ${value}`]);
  const choice = select({ name: "reader", label: text("which") }, options);
  const chosen = () => readers[choice.value];
  const pathOf = ([key, value]) => "/readers?" + queryString({ site: comment.site, [key]: value });
  const erase = async ({ confirm_name: typed }) => {
    if (typed.trim() !== comment.author.name) return element(".error", text("differs"));
    const reader = chosen();
    const erased = await request("DELETE", pathOf(reader));
    close();
    showToast(text("erased", erased));
    return showErased(comment.site, reader);
  };
  return [
    element("p", choice),
    readers.some(([key]) => key === "name") && element("p.muted", text("name_only")),
    element("p", text("file")),
    element("p", actionButton("reader.export", () => saveReply(pathOf(chosen()), "reader.json"))),
    element("h3", text("erase")),
    element("p", text("what")),
    element("ul.points", ["comments", "traces", "ban", "final"].map((key) => element("li", text("effect." + key)))),
    element("p", text("confirm"), " ", bdi(comment.author.name, "b")),
    form("reader.erase", [["confirm_name", ""]], erase),
  ];
};

// showErased takes the erased comments out of the queue, and shows those of the archive as they are now.
const showErased = (site, [, value, valueOf]) => {
  const erased = queue.items.filter(({ comment }) => comment.site === site && valueOf(comment) === value);
  if (queue.archiveMode) return Promise.all(erased.map(refreshItem));
  const position = queue.positionOf(queue.openId);
  for (const { id } of erased) {
    forgetDetails(id);
    queue.removeItem(id);
  }
  return queue.openItem() || openNextClaimed(Math.min(position, queue.items.length));
};
