// Which comments the queue shows. The names are those of the API's parameters, but for "each".

export const filter = {
  sort: "risk", reason: "", q: "", site: "", section: "", lang: "", signal: "", author: "", campaign: "",
  each: "", // "1": near-copies are items of their own
};

// groupsCampaigns reports whether the near-copies of a campaign are one item.
export const groupsCampaigns = () => !filter.each && !filter.campaign && !filter.author;

// filterQuery is the filter in the form of the API.
export const filterQuery = () => {
  const { each, ...query } = filter;
  return { ...query, group: groupsCampaigns() ? "campaign" : "" };
};

// isNarrowed reports whether the filter leaves out comments of the chosen site.
export const isNarrowed = () => {
  const { sort, site, each, ...criteria } = filter;
  return Object.values(criteria).some(Boolean);
};

// archiveFilter selects comments of every status for the archive. The names are those of the API's parameters; from and
// to are days, both included.
export const archiveFilter = { q: "", site: "", status: "", from: "", to: "", author: "", article: "" };

// startOfDay returns the time at which a day of the moderator's calendar begins, or one that is some days later.
const startOfDay = (day, later = 0) => {
  const time = new Date(day + "T00:00");
  time.setDate(time.getDate() + later);
  return isNaN(time) ? "" : time.toISOString();
};

export const archiveQuery = () =>
  ({ ...archiveFilter, from: startOfDay(archiveFilter.from), to: startOfDay(archiveFilter.to, 1) });
