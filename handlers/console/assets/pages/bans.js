// The page of bans: all of a site that are in force, to edit and to lift.
import { get, post, request } from "../lib/api.js";
import { bdi, element, setContent } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { choices, formatDateTime, label, labels, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";
import { banEnd, banFields, daysLeft } from "../desk/ban.js";
import { isEditor, sites } from "../session.js";
import { sitePicker } from "./sitepicker.js";

export const bansPage = async (argument, { reload }) => {
  const site = argument || sites[0]?.slug;
  if (!site) return translate("none");
  const list = element("div");
  const showPage = async (cursor) => {
    const { items, next } = await get("/bans", { site, cursor });
    const rows = items.map((ban) => banRow(ban, reload));
    list.append(table(translate("pages.bans"), labels("field", ["marks", "kind", "until", "why", "by"]), rows),
      next ? actionButton("more", () => showPage(next)) : "");
  };
  await showPage();
  return [sitePicker("bans", site), list, element("h3", translate("bans.add")), addForm(site, reload)];
};

// addForm bans somebody who is named, rather than the writer of a comment.
const addForm = (site, reload) => {
  const kinds = choices("sanction", isEditor() ? ["shadow", "ban"] : ["shadow"]);
  const named = ["name", "author_id", "email", "address"].map((key) => ["bans." + key, ""]);
  const fields = [["kind", "", kinds], ...named, ...banFields({ kind: "shadow" })];
  return form("impose", fields, async ({ kind, bans, ...end }) => {
    if (!Object.values(bans).some((value) => value.trim())) return element(".error", translate("bans.nobody"));
    if (!end.why.trim()) return element(".error", translate("author.why_missing"));
    await post("/bans", { site, kind, ...bans, ...banEnd(end) });
    await reload();
    return undefined;
  });
};

const banRow = (ban, reload) => {
  const change = element("div", { "data-keep": ban.id });
  const mayChange = isEditor() || ban.kind === "shadow";
  const edit = async () => setContent(change, editForm(ban, () => setContent(change), reload));
  return [
    ban.marks.map((mark) => element("div", label("field.on", mark.on), mark.label && [": ", bdi(mark.label)])),
    label("sanction", ban.kind),
    ban.until ? formatDateTime(ban.until) : "∞",
    bdi(ban.reason || ""),
    [bdi(ban.by), mayChange && element("p.by", actionButton("edit", edit), actionButton("lift", async () => {
      await request("DELETE", "/bans/" + ban.id);
      await reload();
    })), change],
  ];
};

const editForm = (ban, close, reload) => {
  const fields = banFields({ ...ban, days: daysLeft(ban.until) ?? "" });
  return form("save", fields, async (values) => {
    const { until = null, reason } = banEnd(values);
    await request("PATCH", "/bans/" + ban.id, { until, reason });
    close();
    await reload();
  });
};
