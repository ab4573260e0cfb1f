// The times of comments: their order, and how long ago they were.

// byTime orders comments as the server does: by time, and by id within one instant.
export function byTime(a, b) {
  const difference = nanoseconds(a.created_at) - nanoseconds(b.created_at);
  return Number(difference) || (a.id < b.id ? -1 : 1);
}

// nanoseconds returns a time with all its digits, of which a Date keeps three. The API leaves out trailing zeros.
function nanoseconds(time) {
  const fraction = time.match(/\.(\d+)/)?.[1] ?? "";
  return BigInt(Date.parse(time.replace(/\.\d+/, ""))) * 1_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9));
}

export function formatAge(time, lang) {
  const minutes = Math.min(0, Math.ceil((new Date(time) - Date.now()) / 60_000));
  const units = [["year", 525_600], ["month", 43_800], ["day", 1440], ["hour", 60], ["minute", 1]];
  const [unit, size] = units.find(([, size]) => minutes <= -size) || units.at(-1);
  return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(Math.ceil(minutes / size), unit);
}
