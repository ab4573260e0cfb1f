// What is wrong with the set-up of the servers, for admins of all sites.
import { get } from "../lib/api.js";
import { bdi, element } from "../lib/dom.js";
import { label, translate } from "../lib/i18n.js";

const tones = { error: "reject", warning: "hold" };

export const findingsSection = async () => {
  const { items } = await get("/findings");
  const list = items.length ? items.map(finding) : element("p", translate("finding.none"));
  return [element("h3", translate("finding._")), list];
};

const finding = ({ severity, problem, remedy, node }) => element("div.notice", { lang: "en" },
  element("p", element(".chip." + tones[severity], label("finding", severity)), " ",
    node && [bdi(node), ": "], problem),
  element("p", remedy));
