// Replies of the newsroom: to the open comment, or the open one itself, which is changed or withdrawn.
import { newKey, postOnce, request } from "../lib/api.js";
import { openDialog } from "../lib/dialogs.js";
import { form } from "../lib/forms.js";
import { translate } from "../lib/i18n.js";
import { showToast } from "../lib/toasts.js";
import { forgetDetails } from "./details.js";
import * as queue from "./queue.js";
import { announceAct } from "./undo.js";

const text = (key, values) => translate("newsroom." + key, values);

const write = (title, body, save) => openDialog(title, (close) =>
  form("newsroom.publish", [["reply", body, "area"]], async (values) => {
    await save(values.reply);
    close();
  }));

const showAgain = (item) => {
  forgetDetails(item.id);
  if (queue.openId === item.id) queue.open(item.id, false);
};

// reply writes below the open comment, for readers.
export const reply = () => {
  const item = queue.openItem();
  if (!item || item.isSecondLook) return null;
  const { id, comment: { status, author } } = item;
  if (status !== "approved") return showToast(text("none"));
  const key = newKey(); // a double click, or another attempt after a lost answer, makes no second reply
  return write(text("_"), "", async (body) => {
    const { comment } = await postOnce(key, `/comments/${id}/replies`, { body });
    showAgain(item);
    announceAct(text("done", { who: author.name }), [item], async () => {
      await request("PATCH", "/replies/" + comment.id, { withdrawn: true, version: comment.version });
      showAgain(item);
    });
  });
};

const change = async (item, values) => {
  const { comment } = await request("PATCH", "/replies/" + item.id, values);
  forgetDetails(item.id);
  queue.changeItem(item, { comment });
  return comment.version; // an undo is of this version: a colleague may have changed it since
};

// editReply changes the text of the open reply.
export const editReply = async () => {
  const item = queue.openItem();
  const { body: earlier, version } = item.comment;
  write(text("edit"), earlier, async (body) => {
    const changed = await change(item, { body, version });
    announceAct(text("changed"), [item], () => change(item, { body: earlier, version: changed }));
  });
};

// withdrawReply withdraws the open reply, or publishes it again.
export const withdrawReply = async () => {
  const item = queue.openItem();
  const { status, version } = item.comment;
  const withdrawn = status === "approved";
  const changed = await change(item, { withdrawn, version });
  announceAct(text(withdrawn ? "withdrawn" : "restored"), [item],
    () => change(item, { withdrawn: !withdrawn, version: changed }));
};
