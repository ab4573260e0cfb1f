// The webhooks of a site, for its admins: how each is doing, its secret, and what could not be sent.
import { get, pathSegment, post, request } from "../lib/api.js";
import { byId, element, setContent } from "../lib/dom.js";
import { actionButton, form } from "../lib/forms.js";
import { formatDateTime, formatNumber, label, translate } from "../lib/i18n.js";
import { table } from "../lib/table.js";

const text = (key, values) => translate("webhooks." + key, values);
const texts = (keys) => keys.map((key) => text(key));

// webhookSection is given the path of the site.
export const webhookSection = async (site) => {
  const path = site + "/webhooks";
  const [listId, noticeId, failedId] = ["/list", "/notice", "/failed"].map((part) => path + part);
  const show = (id, ...content) => byId(id) && setContent(id, ...content); // else another page is open
  const list = async () => webhookTable((await get(path)).items, act);
  // The acts of a webhook, by the keys of their buttons.
  const act = {
    test: async (at) => {
      const { error } = await post(at + "/test", {});
      return error ? element("p.error", { lang: "en" }, error) : text("delivered");
    },
    secret: async (at) => secretNotice(await post(at + "/secret", {})),
    failed: async (at) => { await showFailed(at); },
    enable: async (at) => { await request("PATCH", at, { enabled: true }); },
    disable: async (at) => { await request("PATCH", at, { enabled: false }); },
    remove: async (at) => { await request("DELETE", at); },
  };
  for (const [key, run] of Object.entries(act)) {
    act[key] = async ({ id }) => {
      const notice = await run(`${path}/${pathSegment(id)}`);
      show(noticeId, notice);
      show(listId, await list());
    };
  }
  const showFailed = async (at) => {
    const { items, next } = await get(at + "/deliveries");
    const replay = async (which) => {
      await post(at + "/replay", which);
      await showFailed(at);
      show(listId, await list());
    };
    show(failedId, failedTable(items, replay), next && "…",
      items.some(({ dead_at: dead }) => dead) && actionButton("webhooks.replay_all", () => replay({})));
  };
  const add = async (values) => {
    const added = await post(path, values);
    show(listId, await list());
    return secretNotice(added);
  };
  return [
    element("div", { id: listId }, await list()),
    element("div", { id: noticeId, "data-keep": "notice", role: "status" }),
    element("div", { id: failedId }),
    form("webhooks.add", [["url", ""], ["events", []]], add),
  ];
};

const secretNotice = ({ secret }) => element("p.notice", text("keyed", { secret }));

const webhookTable = (webhooks, act) => {
  const headings = [label("field", "url"), ...texts(["events", "state", "waiting", "dead"]), ""];
  return table(text("_"), headings, webhooks.map((one) => [
    one.url, one.events.join(", ") || text("all"), stateOf(one), formatNumber(one.waiting), formatNumber(one.dead),
    ["test", "failed", "secret", one.disabled_at ? "enable" : "disable", "remove"]
      .map((key) => [actionButton("webhooks." + key, () => act[key](one)), " "])]));
};

const stateOf = ({ disabled_at: disabled, disabled_for: why, failing_since: failing, delivered_at: delivered }) => {
  if (disabled) return element("span.error", text(why || "disabled"), " ", formatDateTime(disabled));
  if (failing) return element("span.error", text("failing_since"), " ", formatDateTime(failing));
  return delivered ? [text("delivered"), " ", formatDateTime(delivered)] : "–";
};

const failedTable = (failed, replay) => {
  const headings = [text("events"), label("field", "at"), ...texts(["error", "attempts", "next"]), ""];
  return table(text("failed"), headings, failed.map((one) => [
    `${one.type} ${one.id}`, formatDateTime(one.at), element("span", { lang: "en" }, one.error),
    formatNumber(one.attempts), one.dead_at ? text("dead_letter") : formatDateTime(one.next_at),
    one.dead_at && actionButton("webhooks.replay", () => replay({ delivery: one.id }))]));
};
