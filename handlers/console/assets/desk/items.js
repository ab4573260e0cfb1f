// What is known of one item of the queue. An item is the API's QueueItem with the comment's id, and with
//   isDone          it was decided elsewhere
//   isSkipped       this moderator skipped it
//   isSecondLook    it is decided without knowing the first decision
//   isArchived      it is shown with its status, and stays where it is when that changes
//   decision        the last decision in force on an archived item
//   news            a decision on an archived item that a colleague made while it was in the list
//   isEdited        its text was changed while it was in the list
//   preview         promise of what decisions on its campaign cover
//   same            how many comments of its campaign have the text on screen, once the preview has told
import { label, translate } from "../lib/i18n.js";
import { moderator } from "../session.js";
import { groupsCampaigns } from "./filter.js";

const isLeased = ({ endsAt }) => endsAt > Date.now();

export const isMine = ({ claim }) => claim?.by === moderator.name;

// holderOf returns the name of the colleague who has claimed the item, or "".
export const holderOf = ({ claim }) => (claim && claim.by !== moderator.name && isLeased(claim) ? claim.by : "");

export const isFree = (item) => !item.isDone && !holderOf(item);
export const isDue = (item) => isFree(item) && !item.isSkipped;

// commentCount returns for how many comments an item stands: all pending ones of its campaign where that is one item.
export const commentCount = ({ campaign, isArchived }) =>
  (campaign && !isArchived && groupsCampaigns() ? campaign.pending ?? campaign.count : 1);

// decidedCount returns how many comments a decision takes: an approval only those with the text that was seen.
export const decidedCount = (item, action) =>
  (action === "approve" && commentCount(item) > 1 ? item.same ?? 1 : commentCount(item));

export const totalComments = (items, action) => items.reduce((sum, item) => sum + decidedCount(item, action), 0);

export const statusAfter = { approve: "approved", reject: "rejected" };

// decisionOf returns the moderator's decision that gave an archived item its status; none when the filter did.
export const decisionOf = ({ comment, decision }) =>
  (decision && statusAfter[decision.action] === comment.status ? decision : undefined);

// lastInForce returns the last decision of a history that was not undone.
export const lastInForce = (history) => history.findLast(({ undone_at }) => !undone_at);

// archivedItem makes an item of the details of a comment.
export const archivedItem = ({ history, comment, ...details }) =>
  ({ ...details, comment, id: comment.id, decision: lastInForce(history), isArchived: true });

// reasonText names the reason of an item. A campaign that made a rule hold is one, with its size where nothing else
// shows it.
export const reasonText = ({ comment, verdict, campaign, causes = [] }, isWithSize = true) => {
  const isPending = comment.status === "pending";
  const reason = (isPending && comment.reason) || verdict.reason;
  const isCampaign = reason === "campaign" || (reason === "rule" && causes.includes("campaign:copies"));
  if (!isCampaign) return reason && label("reason", reason);
  return campaign && isWithSize ? translate("copies.campaign", { n: campaign.count }) : label("reason", "campaign");
};

// addressOf is the address of a comment's own page.
export const addressOf = (id) => "#comment/" + encodeURIComponent(id);

// excerptOf returns the first characters of a comment, in one line.
export const excerptOf = ({ body }, length) => Array.from(body).slice(0, length).join("").replace(/\s+/g, " ");

export const idsOf = (items) => items.map(({ id }) => id);
