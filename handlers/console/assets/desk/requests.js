// The requests for items of the queue and for second looks.
import { get, post } from "../lib/api.js";
import { moderator } from "../session.js";
import { fetchDetails, forgetDetails } from "./details.js";
import { archiveQuery, filter, filterQuery, isNarrowed, noBand } from "./filter.js";
import { archivedItem } from "./items.js";

const pageSize = 50;

const maxEmptyPages = 5; // of a search that looks at very many comments

// withEnd adds when a claim ends by this computer's clock, which may differ from the server's.
export const withEnd = (claim) => claim && { ...claim, endsAt: Date.now() + 1000 * claim.seconds_left };

const withIds = (page) => ({
  ...page,
  items: page.items.map((item) => ({ ...item, id: item.comment.id, claim: withEnd(item.claim) })),
});

export const fetchQueue = async (parameters) =>
  withIds(await get("/queue", { ...filterQuery(), limit: pageSize, ...parameters }));

// fetchCounts counts comments, even where a campaign is one item: all that wait, with the oldest of them, and, when the
// filter leaves out any, those that it selects.
export const fetchCounts = async () => {
  const [waiting, matching] = await Promise.all([
    get("/queue", { site: filter.site, sort: "oldest", limit: 1 }),
    isNarrowed() && fetchQueue({ limit: 1, group: "" }),
  ]);
  return { waiting, matching };
};

export const claimFromQueue = async (limit, parameters) =>
  withIds(await post("/queue/claim", { ...filterQuery(), limit, ...parameters }));

// fetchScores returns the histogram of the scores of what waits.
export const fetchScores = () => {
  return get("/queue/scores", { ...filterQuery(), ...noBand, sort: "", group: "" });
};

// fetchArchive returns a page of the comments of every status, newest first. Pages that are empty and have a next one
// are passed over, some of them.
export const fetchArchive = async (cursor) => {
  let page = { items: [], next: cursor };
  for (let i = 0; i < maxEmptyPages && !page.items.length && (i === 0 || page.next); i++) {
    page = await get("/search", { ...archiveQuery(), limit: pageSize, cursor: page.next });
  }
  return { ...page, items: withIds(page).items.map((item) => ({ ...item, isArchived: true })) };
};

// fetchComment returns one comment of any status as a page of the archive.
export const fetchComment = async (id) => {
  forgetDetails(id);
  return { items: [archivedItem(await fetchDetails(id))] };
};

// fetchSecondLookState returns how many second looks are open, and how far the training samples are.
export const fetchSecondLookState = () => get("/second-looks", { site: filter.site });

// claimSecondLooks returns second looks as items of the queue. They do not say what was decided.
export const claimSecondLooks = async () => {
  const { items } = await post("/second-looks/claim", { site: filter.site });
  return withIds({
    total: items.length,
    items: items.map(({ id, site, article, comment, parent, seconds_left }) => ({
      comment: { ...comment, id, site, article, client: {} },
      verdict: { signals: [] },
      context: { parent, author: {} },
      claim: { by: moderator.name, seconds_left },
      isSecondLook: true,
    })),
  });
};
