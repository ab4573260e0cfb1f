// What the entry of a word list that is being typed matches among the last comments, under its field.
import { post } from "../lib/api.js";
import { bdi, element, setContent, timestamp } from "../lib/dom.js";
import { highlight } from "../lib/highlight.js";
import { label, translate } from "../lib/i18n.js";
import { describeError } from "../lib/toasts.js";

const pause = 400; // milliseconds without a key

// previewEntries shows under each field of a form the matches of the line that has the cursor. lists maps the names of
// the fields to the API's names of the lists.
export const previewEntries = (form, path, lists) => {
  for (const [name, list] of Object.entries(lists)) {
    const field = form.elements[name];
    const output = element("output.preview", { role: "status" });
    field.closest("label").after(output);
    let timer = 0;
    let latest = "";
    const show = async () => {
      const entry = entryAt(field);
      if (entry === latest) return;
      latest = entry;
      if (!entry) return setContent(output);
      const nodes = await post(`${path}/rules/preview`, { list, entries: [entry] }).then(matches, problem);
      if (entry === latest) setContent(output, nodes);
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(show, pause);
    };
    for (const event of ["input", "keyup", "click"]) field.addEventListener(event, wait);
  }
};

// entryAt is the line that has the cursor.
const entryAt = ({ value, selectionStart }) => {
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  return value.slice(start).split("\n", 1)[0].trim();
};

const matches = ({ comments: read, entries: [{ entry, count, comments }] }) => [
  element("p", translate("preview", { entry, n: count, read })),
  element("ul.changes", comments.map(({ author, text, at, status, created_at: createdAt }) => element("li",
    element("p.muted", bdi(author), " · ", timestamp(createdAt), " · ", label("status", status)),
    element("blockquote", element("p.text", { dir: "auto" }, highlight(text, [{ at, weight: 1 }])))))),
];

const problem = (error) =>
  element(".error", [describeError(error), ...(error.fields || []).map(({ message }) => message)].join(" · "));
