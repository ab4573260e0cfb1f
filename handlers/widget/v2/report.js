// Reporting a comment: why, in words, and what came of it.
import { button, element, field } from "./dom.js";
import { keptMap } from "./kept.js";

const reasons = ["spam", "abuse", "off_topic", "illegal", "other"];
const mostQuestions = 5; // requests at the start of a page

const reported = (view) => keptMap("reported." + view.api.site);

export function report(view, comment, opener) {
  const { texts } = view;
  const choices = reasons.map((value) => element("label", null,
    element("input", { type: "radio", name: "reason", value, required: true }), " ", texts.say(`report_${value}`)));
  const words = field(texts.say("reportWords"), element("textarea", { rows: 3, maxlength: 1000, dir: "auto" }));
  const message = element("p", { class: "error", role: "alert" });
  const send = element("button", { class: "main" }, texts.say("reportSend"));
  const buttons = element("span", { class: "buttons" }, button(texts.say("cancel"), () => dialog.close()), send);
  const form = element("form", { novalidate: true, submit },
    element("fieldset", null, element("legend", null, texts.say("reportWhy")), ...choices),
    words.node, message, element("div", { class: "row" }, buttons));
  const dialog = element("dialog", { "aria-labelledby": "report", part: "dialog", close: () => { dialog.remove(); opener.focus(); } },
    element("h3", { id: "report" }, texts.say("reportOf", comment.author)), form);
  view.root.append(dialog);
  dialog.showModal();
  view.signal.addEventListener("abort", () => dialog.remove());

  async function submit(event) {
    event.preventDefault();
    const reason = form.querySelector(":checked")?.value;
    message.textContent = reason ? "" : texts.say("choose");
    if (!reason || send.disabled) return;
    send.disabled = true;
    try {
      await view.api.call("POST", `comments/${comment.id}/flags`, { body: { reason, words: words.input.value } });
      reported(view).set(comment.id, { article: view.article, name: comment.author.name });
      const close = button(texts.say("close"), () => dialog.close());
      form.replaceWith(element("p", { role: "status" }, texts.say("reported")), close);
      close.focus();
    } catch (error) {
      message.textContent = view.explain(error);
      send.disabled = false;
    }
  }
}

// tellOutcomes tells, once, what came of the comments that the reader has reported here.
export async function tellOutcomes(view) {
  const { api, texts } = view;
  const waiting = [...reported(view).all()].filter(([, { article }]) => article === view.article);
  for (const [id, { name }] of waiting.slice(-mostQuestions)) {
    const { answer } = await api.call("GET", `comments/${id}/flags`).catch(() => ({}));
    if (view.signal.aborted) return;
    if (!texts.has(`reported_${answer}`)) continue;
    view.say(texts.say(`reported_${answer}`, { name }));
    reported(view).set(id, null);
  }
}
