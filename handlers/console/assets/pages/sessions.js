// The sessions of a moderator, on the pages of the account and of people. path is that of the moderator.
import { get, pathSegment, request } from "../lib/api.js";
import { bdi, element, timestamp } from "../lib/dom.js";
import { actionButton } from "../lib/forms.js";
import { labels, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";

export const sessionSection = async (path, reload) => {
  const { items } = await get(path + "/sessions");
  const end = async (id = "") => {
    await request("DELETE", `${path}/sessions${id && "/" + pathSegment(id)}`);
    await reload();
  };
  return [
    element("h3", translate("sessions._")),
    table(translate("sessions._"), [...labels("field", ["started", "used", "address", "client"]), ""],
      items.map((session) => sessionRow(session, end))),
    items.some(({ current }) => !current) && actionButton("sessions.end_all", () => end()),
  ];
};

const sessionRow = ({ id, started_at: started, used_at: used, address, user_agent: client, current }, end) => [
  timestamp(started), timestamp(used), address || "", bdi(client || ""),
  current ? translate("sessions.this") : actionButton("sessions.end", () => end(id)),
];
