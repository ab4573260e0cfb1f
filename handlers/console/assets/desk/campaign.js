// Near-copies by several authors or on several articles. They can be decided as one.
import { post } from "../lib/api.js";
import { bdi, byId, element, setContent } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { highlightDifference } from "../lib/highlight.js";
import { formatAge, formatNumber, translate } from "../lib/i18n.js";
import { commentCount } from "./items.js";
import * as queue from "./queue.js";
import { riskChip } from "./rows.js";

const maxOpenTexts = 5; // longer lists are folded

// previewCampaign requests what decisions on an item's campaign cover: all of it, and the comments with the same text.
// The preview's token goes with the decision, which the server refuses when that has changed.
export const previewCampaign = (item) => {
  const filter = { site: item.comment.site, campaign: item.campaign.id };
  item.preview ||= Promise.all([preview(filter), preview({ ...filter, text: item.campaign.text })])
    .then(([all, same]) => {
      item.same = same.count;
      return { all, same };
    });
  item.preview.catch(() => { item.preview = null; });
  return item.preview;
};

const preview = async (filter) => ({ ...(await post("/decisions/preview", { filter })), filter });

// campaignLine shows how large the campaign is, and selects all of it.
export const campaignLine = ({ campaign, isArchived }) => {
  if (!campaign) return null;
  const selectAll = () => emit("filter-requested", { change: { campaign: campaign.id }, selectAll: true });
  return element("p", { id: "campaign" },
    element(".chip.warn", translate("copies._", { n: campaign.count, m: campaign.authors })), " ",
    !isArchived && element("button.link", selectAll, translate("copies.all")), " ", element("small"));
};

// showCampaignPreview adds what decisions on the campaign would cover, and its other texts.
export const showCampaignPreview = async (item) => {
  const { all, same } = await previewCampaign(item);
  if (queue.openId !== item.id || commentCount(item) < 2) return;
  const { count, articles, first_at, claimed } = all;
  setContent(byId("campaign").querySelector("small"),
    translate("author.batch", { n: count, m: articles, age: formatAge(first_at) }),
    claimed && [" · ", translate("copies.claimed", { n: claimed })]);
  setContent("variants",
    element("p.by", translate("copies.same", { n: same.count, all: count })),
    variantList(item, all));
  emit("selection-changed"); // the buttons say how many comments they take
};

// variantList shows the other texts of a campaign, the riskiest first, with what differs from the text on screen.
const variantList = (item, { texts, variants }) => {
  const others = variants.filter(({ text }) => text !== item.campaign.text);
  const hidden = texts - 1 - others.length;
  if (!others.length) return null;
  return element("details", { open: others.length <= maxOpenTexts },
    element("summary", translate("copies.others", { n: texts - 1 })),
    element("ol", others.map((variant) => variantEntry(item.comment.body, variant))),
    hidden > 0 && element("p.muted", translate("copies.hidden", { n: hidden })));
};

const variantEntry = (body, variant) => element("li",
  element("p.by", element(".chip.warn", "×" + formatNumber(variant.count)), riskChip({ verdict: variant })),
  bdi(highlightDifference(body, variant.body), "p.text"));
