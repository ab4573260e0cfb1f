// Changing one's own comments.
import { button, element, field, focusOn } from "./dom.js";

export function edit(view, mine, node) {
  ask(view, mine, node, { label: "edit", send: "save", value: mine.body, most: 20_000 }, async (body) => {
    const answer = await view.api.call("PUT", `comments/${mine.id}`, { body: { body } });
    const shown = view.threads.cards.get(mine.id);
    shown.comment = { ...shown.comment, body, html: undefined, edited_at: new Date().toISOString() };
    Object.assign(mine, { body, status: answer.status });
    return answer.status === "approved" ? "saved" : answer.status;
  });
}

export function appeal(view, mine, node) {
  ask(view, mine, node, { label: "appealWhy", send: "appealSend", value: "", most: 1000 }, async (text) => {
    const { state } = await view.api.call("POST", `comments/${mine.id}/appeal`, { body: { text } });
    mine.appeal = { state };
    return "appeal_waiting";
  });
}

// mail asks for an address, to which the server sends a question first.
export function mail(view, mine, node) {
  const input = element("input", { type: "email", autocomplete: "email", maxlength: 254 });
  ask(view, mine, node, { label: "mailTo", send: "mailSend", value: "", input }, async (email) => {
    const wish = { email, replies: true, outcome: true };
    const { mail: state } = await view.api.call("PUT", `comments/${mine.id}/mail`, { body: wish });
    return `mail_${state}`;
  });
}

// ask shows a form with one text in place of the buttons of a comment.
function ask(view, mine, node, { label, send, value, most, input }, work) {
  const { texts } = view;
  const text = field(texts.say(label), input ?? element("textarea", { rows: 4, maxlength: most, dir: "auto" }));
  text.input.value = value;
  let isBusy = false;
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    if (!text.input.value.trim()) return text.mark(texts.say("empty"));
    isBusy = true;
    try {
      const said = await work(text.input.value.trim());
      view.say(texts.say(said));
      focusOn(view.redraw(mine.id));
    } catch (error) {
      text.mark(view.explain(error));
      text.input.focus();
    }
    isBusy = false;
  };
  const close = () => closeForm(view, mine.id);
  const form = element("form", { class: "inline", novalidate: true, submit, keydown: (event) => event.key === "Escape" && close() },
    text.node, element("div", { class: "row" }, element("span", { class: "buttons" },
      button(texts.say("cancel"), close), element("button", { class: "main" }, texts.say(send)))));
  node.querySelector(".actions").replaceWith(form);
  text.input.focus();
}

function closeForm(view, id) { view.redraw(id).querySelector(".actions button:last-child")?.focus(); }

// confirm asks before a comment is deleted.
export function confirm(view, mine, node) {
  const { texts } = view;
  const keepIt = button(texts.say("keep"), () => closeForm(view, mine.id));
  const drop = button(texts.say("delete"), () => view.attempt(() => remove(view, mine)), { class: "link bad" });
  node.querySelector(".actions").replaceChildren(element("span", null, texts.say("deleteThis")), drop, keepIt);
  keepIt.focus();
}

async function remove(view, mine) {
  await view.api.call("DELETE", `comments/${mine.id}`);
  view.own.forget(mine.id);
  const placeholder = view.threads.remove(mine.id);
  if (mine.status === "approved") view.setTotal(view.total - 1, view.latest - 1);
  view.say(view.texts.say("deleted"));
  focusOn(placeholder ?? view.heading);
}
