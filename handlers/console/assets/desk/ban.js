// The fields of a ban, in the desk and on the page of bans.
const day = 86_400_000; // milliseconds
const clockTolerance = 60_000; // moderators may shadow-ban for seven days at most, by the server's clock
const usualDays = { shadow: 7, ban: 30 };

export const daysLeft = (until) => until && Math.ceil((new Date(until) - Date.now()) / day);

export const banFields = ({ kind, reason = "", days = usualDays[kind] }) =>
  [["days", days, "number"], ["why", reason]];

// banEnd reads them: without a number of days a ban has no end.
export const banEnd = ({ days, why }) =>
  ({ until: days ? new Date(Date.now() + days * day - clockTolerance) : undefined, reason: why });
