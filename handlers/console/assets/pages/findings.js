// What is wrong with the set-up of the servers, for admins of all sites.
import { get } from "../lib/api.js";
import { bdi, element } from "../lib/dom.js";
import { isComplete, label, translate } from "../lib/i18n.js";

const tones = { error: "reject", warning: "hold" };

export const findingsSection = async () => {
  const { items } = await get("/findings");
  const list = items.length ? items.map(finding) : element("p", translate("finding.none"));
  return [element("h3", translate("finding._")), list];
};

const finding = ({ name, severity, problem, remedy, values = {}, node }) => element("div.notice",
  element("p", element(".chip." + tones[severity], label("finding", severity)), " ",
    node && [bdi(node), ": "], sentence(name, ["problem", "effect"], values, problem)),
  element("p", sentence(name, ["remedy"], values, remedy)));

// sentence is what a finding says, or what the server says in English when this page does not know the finding, or
// the server not the values: either may be newer.
const sentence = (name, parts, values, english) => {
  const keys = parts.map((part) => `findings.${name}.${part}`);
  const isKnown = keys.every((key) => isComplete(key, values));
  const text = isKnown && keys.map((key) => translate(key, values)).filter(Boolean).join(" ");
  return text || element("span", { lang: "en" }, english);
};
