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
