// Pointing the open comment out to readers.
import { request } from "../lib/api.js";
import { translate } from "../lib/i18n.js";
import { showError, showToast } from "../lib/toasts.js";
import { forgetDetails } from "./details.js";
import * as queue from "./queue.js";
import { announceAct } from "./undo.js";

// feature marks the open comment, or takes its mark back.
export const feature = async () => {
  const item = queue.openItem();
  if (!item || item.isSecondLook) return;
  const { id, comment: { featured = false, status, author } } = item;
  if (status !== "approved") return showToast(translate("feature.none"));
  const set = async (value) => {
    const { comment } = await request("PUT", `/comments/${id}/featured`, { featured: value });
    forgetDetails(id);
    queue.changeItem(item, { comment });
  };
  try {
    await set(!featured);
    const text = translate(featured ? "feature.ended" : "feature.done", { who: author.name });
    announceAct(text, [item], () => set(featured));
  } catch (error) {
    showError(error);
  }
};
