// The page of the newsroom's people, for admins of all sites.
import { get, pathSegment, post, request } from "../lib/api.js";
import { bdi, element } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { choices, formatNumber, label, labels, translate } from "../lib/i18n.js";
import { navigate } from "../lib/navigation.js";
import { table } from "../lib/table.js";
import { moderator } from "../session.js";
import { sessionSection } from "./sessions.js";

export const peoplePage = async (name, { reload }) => {
  const [{ items }, { moderators }] = await Promise.all([get("/moderators"), get("/stats")]);
  const person = items.find((item) => item.name === name);
  return person ? personPage(person, reload) : peopleList(items, moderators);
};

const fieldsOf = ({ role = "moderator", sites = [] }, ...fields) =>
  [["role", role, choices("role")], ...fields, ["sites", sites]];

const personPage = async (person, reload) => {
  const path = "/moderators/" + pathSegment(person.name);
  const fields = fieldsOf(person, ["renewed", "", "password"], ["disabled", !!person.disabled, "checkbox"]);
  const save = async ({ renewed, ...values }) => {
    await request("PATCH", path, renewed ? { ...values, password: renewed } : values);
  };
  const removeCodes = async () => {
    await request("PATCH", path, { totp: false });
    await reload();
  };
  return [
    element("h3", bdi(person.name)),
    form("save", [["name", person.name, "username"], ...fields], save),
    person.totp && person.name !== moderator.name && actionButton("account.codes_remove", removeCodes),
    await sessionSection(path, reload),
  ];
};

const peopleList = (people, statistics) => {
  const headings = [...labels("field", ["name", "role"]), translate("pages.sites"), translate("stats.moderators")];
  const add = async (values) => {
    await post("/moderators", values);
    navigate("people/" + pathSegment(values.name));
  };
  return [
    table(translate("pages.people"), headings, people.map((person) => personRow(person, statistics))),
    form("people.add", [["name", "", "username"], ...fieldsOf({}, ["password", "", "password"])], add),
  ];
};

const personRow = ({ name, role, sites, disabled }, statistics) => {
  const decided = statistics.find(({ moderator }) => moderator === name);
  return [
    element("a", { href: "#people/" + pathSegment(name) }, bdi(name)),
    [label("role", role), " ", disabled && element(".chip.warn", label("field", "disabled"))],
    (sites || [translate("all")]).join(", "),
    formatNumber(decided ? decided.approved + decided.rejected : 0),
  ];
};
