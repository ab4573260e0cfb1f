// What is known of one item of the queue. An item is the API's QueueItem with the comment's id, and with
//   isDone          it was decided elsewhere
//   isSkipped       this moderator skipped it
//   isSecondLook    it is decided without knowing the first decision
//   preview         promise of what a decision on its campaign covers
import { moderator } from "../session.js";
import { groupsCampaigns } from "./filter.js";

const isLeased = ({ endsAt }) => endsAt > Date.now();

export const isMine = ({ claim }) => claim?.by === moderator.name;

// holderOf returns the name of the colleague who has claimed the item, or "".
export const holderOf = ({ claim }) => (claim && claim.by !== moderator.name && isLeased(claim) ? claim.by : "");

export const isFree = (item) => !item.isDone && !holderOf(item);
export const isDue = (item) => isFree(item) && !item.isSkipped;

// commentCount returns for how many comments an item stands: all pending ones of its campaign where that is one item.
export const commentCount = ({ campaign }) => (campaign && groupsCampaigns() ? campaign.pending ?? campaign.count : 1);
export const totalComments = (items) => items.reduce((sum, item) => sum + commentCount(item), 0);
export const idsOf = (items) => items.map(({ id }) => id);
