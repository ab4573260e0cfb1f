// The choice of a site on pages that exist for each of them.
import { element } from "../lib/dom.js";
import { select } from "../lib/forms.js";
import { translate } from "../lib/i18n.js";
import { navigate } from "../lib/navigation.js";
import { moderator, sites } from "../session.js";

// siteOptions lists the sites for a select; the first option stands for all of them.
export const siteOptions = () => [["", translate("queue.sites")], ...ownSites()];

// siteOptionsForChanges has that option only for those who may change what all sites share.
export const siteOptionsForChanges = () => (moderator.sites ? ownSites() : siteOptions());

const ownSites = () => sites.map(({ slug, name }) => [slug, name]);

export const sitePicker = (page, slug) => {
  const change = (event) => navigate(page + "/" + event.target.value);
  return sites.length > 1
    && element("p", select({ label: translate("field.site"), change }, siteOptions(), slug));
};
