// What a site says of its readers, and when its articles close: forms of the page of a site.
import { request } from "../lib/api.js";
import { element } from "../lib/dom.js";
import { form } from "../lib/forms.js";
import { translate } from "../lib/i18n.js";
import { isAdmin } from "../session.js";

const text = (key, values) => translate("sites." + key, values);

const settings = (fields, path) =>
  form("save", fields, async (values) => { await request("PATCH", path, values); }, !isAdmin());

// readerSection has the names that strangers may not use, and what the tokens of readers must say.
export const readerSection = (site, path) => {
  const { slug, has_sso_secret: hasSecret, reserved_names: names, reader_tokens: tokens = {} } = site;
  const fields = [
    ...["jwks_url", "issuer", "audience"].map((key) => ["reader_tokens." + key, tokens[key] ?? ""]),
    ["reader_tokens.require_site", Boolean(tokens.require_site), "checkbox"],
  ];
  return [
    element("h3", text("names")),
    settings([["reserved_names", names || []]], path),
    element("h3", text("tokens")),
    element("p.muted", text("tokens_what")),
    element("p.muted", text(hasSecret ? "secret_set" : "secret_none", { slug })),
    settings(fields, path),
  ];
};

export const closingSection = ({ closing: { days = 0, sections } = {} }, path) => {
  const fields = [
    ["closing.days", days, "number"],
    ["closing.sections", Object.entries(sections || {}).map(([name, age]) => `${name}: ${age}`)],
  ];
  return [
    element("h3", text("closing")),
    form("save", fields, async ({ closing }) => {
      const byName = Object.fromEntries(closing.sections.map(sectionOf));
      await request("PATCH", path, { closing: { days: closing.days ?? 0, sections: byName } });
    }, !isAdmin()),
  ];
};

// sectionOf reads a line such as "Sport: 3".
const sectionOf = (line) => {
  const [, name, days] = line.match(/^(.*\S)\s*:\s*(\d+)$/) || [];
  if (!name) throw new SyntaxError(text("section_line", { line }));
  return [name, Number(days)];
};
