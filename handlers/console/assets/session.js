// Who is logged in, what their role lets them do, and the sites that they see.

const roles = ["moderator", "editor", "admin"];

export const moderator = {}; // name, role, and sites (absent: all of them)
export let sites = [];

export const setModerator = (reply) => Object.assign(moderator, { sites: undefined }, reply);
export const forgetModerator = () => Object.assign(moderator, { name: undefined, role: undefined });
export const setSites = (list) => { sites = list; };

export const hasRole = (role) => roles.indexOf(moderator.role) >= roles.indexOf(role);
export const isEditor = () => hasRole("editor");
export const isAdmin = () => hasRole("admin");

// isAdminOfAllSites reports whether the moderator may add sites and people.
export const isAdminOfAllSites = () => isAdmin() && !moderator.sites;
