// Near-copies by several authors or on several articles. They can be decided as one.
import { post } from "../lib/api.js";
import { byId, element, setContent } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatAge, translate } from "../lib/i18n.js";
import * as queue from "./queue.js";

// previewCampaign requests what a decision on an item's campaign covers. The preview's token goes with the decision,
// which the server refuses when that has changed.
export const previewCampaign = (item) => {
  const filter = { site: item.comment.site, campaign: item.campaign.id };
  item.preview ||= post("/decisions/preview", { filter }).then((preview) => ({ ...preview, filter }));
  item.preview.catch(() => { item.preview = null; });
  return item.preview;
};

// campaignLine shows how large the campaign is, and selects all of it.
export const campaignLine = ({ campaign, isArchived }) => {
  if (!campaign) return null;
  const selectAll = () => emit("filter-requested", { change: { campaign: campaign.id }, selectAll: true });
  return element("p", { id: "campaign" },
    element(".chip.warn", translate("copies._", { n: campaign.count, m: campaign.authors })), " ",
    !isArchived && element("button.link", selectAll, translate("copies.all")), " ", element("small"));
};

// showCampaignPreview adds what a decision on the whole campaign would cover.
export const showCampaignPreview = async (item) => {
  const { count, articles, first_at, claimed } = await previewCampaign(item);
  if (queue.openId !== item.id) return;
  setContent(byId("campaign").querySelector("small"),
    translate("author.batch", { n: count, m: articles, age: formatAge(first_at) }),
    claimed && [" · ", translate("copies.claimed", { n: claimed })]);
};
