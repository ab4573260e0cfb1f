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
  return { ...query, ...bandQuery(), group: groupsCampaigns() ? "campaign" : "" };
};

// band is what many at once are taken from: from one bin of the histogram of scores on, and below another one.
const scoreBins = 20;
export const band = { from: 0, to: scoreBins, isActive: false };

// noBand leaves the band out of a request.
export const noBand = { score_from: "", score_to: "" };

const bandQuery = () => band.isActive && {
  sort: "risk",
  score_from: band.from / scoreBins,
  score_to: band.to / scoreBins,
};

// isNarrowed reports whether the filter leaves out comments of the chosen site.
export const isNarrowed = () => {
  const { sort, site, each, ...criteria } = filter;
  return Object.values(criteria).some(Boolean) || (band.isActive && (band.from > 0 || band.to < scoreBins));
};

// archiveFilter selects comments of every status for the archive. The names are those of the API's parameters; from and
// to are days, both included, and a reason may be "abuse:insult", with the id of one of a site's own.
export const archiveFilter = {
  q: "", site: "", status: "", from: "", to: "", author: "", article: "", reason: "", moderator: "", signal: "",
  network: "", replies: "",
};

// startOfDay returns the time at which a day of the moderator's calendar begins, or one that is some days later.
const startOfDay = (day, later = 0) => {
  const time = new Date(day + "T00:00");
  time.setDate(time.getDate() + later);
  return isNaN(time) ? "" : time.toISOString();
};

export const archiveQuery = () => {
  const [reason, detail = ""] = archiveFilter.reason.split(":");
  const { from, to } = archiveFilter;
  return { ...archiveFilter, reason, detail, from: startOfDay(from), to: startOfDay(to, 1) };
};
