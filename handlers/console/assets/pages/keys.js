// The secret keys of a site, for its admins: each with its scopes, its last use and, after a rotation, its end.
import { get, pathSegment, post, request } from "../lib/api.js";
import { byId, element, setContent } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { formatDateTime, label, labels, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";

const scopes = ["post", "read", "articles", "moderate", "export", "akismet"];
const hourInMilliseconds = 3600 * 1000;

const text = (key, values) => translate("site_keys." + key, values);

// keyNotice shows a secret, which the server does not have any more.
export const keyNotice = ({ key }) => element("p.notice", translate("sites.keyed", { key }));

// keySection is given the path of the site.
export const keySection = async (path) => {
  const [listId, secretId] = [path + "/keys", path + "/key"];
  const remove = ({ id }) => show(request("DELETE", `${path}/keys/${pathSegment(id)}`));
  const list = async () => keyTable((await get(path + "/keys")).items, remove);
  // show waits for a change of the keys, and shows the new secret and the keys.
  const show = async (change) => {
    const reply = await change;
    if (reply.key && byId(secretId)) setContent(secretId, keyNotice(reply));
    const changed = await list();
    if (byId(listId)) setContent(listId, changed); // else another page is open
  };
  const rotate = ({ name, hours }) => {
    const oldUntil = hours > 0 && new Date(Date.now() + hours * hourInMilliseconds).toISOString();
    return show(post(path + "/key", { name, ...(oldUntil && { old_until: oldUntil }) }));
  };
  const add = ({ name, scope }) =>
    show(post(path + "/keys", { name, scopes: scopes.filter((key) => scope[key]) }));
  return [
    element("h4", text("_")),
    element("div", { id: listId }, await list()),
    element("div", { id: secretId, "data-keep": "secret", role: "status" }),
    form("site_keys.rotate", [["name", "main"], ["hours", 24, "number"]], rotate),
    form("site_keys.add", [["name", ""], ...scopes.map((key) => ["scope." + key, key === "post", "checkbox"])], add),
  ];
};

const keyTable = (keys, remove) =>
  table(text("_"), [...labels("field", ["name", "scopes"]), text("used"), text("until"), ""], keys.map((key) => [
    key.name, key.scopes.map((scope) => label("field", "scope." + scope)).join(", "),
    time(key.used_at), time(key.until), actionButton("site_keys.remove", () => remove(key), "small")]));

const time = (at) => (at ? formatDateTime(at) : "–");
