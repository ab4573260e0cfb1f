// The console's texts in English. A pair is for one and for any other number; a
// group's own name stands at "_".
export default {
  logout: "Log out", language: "Language", close: "Close", offline: "The server cannot be reached.", failed: "Failed: {why}",
  waiting: ["comment waiting", "comments waiting"], oldest: "oldest {age}", search: "Search text or name", more: "Show more",
  comments: ["{n} comment", "{n} comments"], fresh: "{n} new", select: "Select the comment by {name}", selected: "{n} selected", clear: "Clear", approve: "Approve", cancel: "Cancel",
  undo: "Undo", history: "What happened to it", arrived: "arrived", undone: "undone by {name}", recent: "Your last decisions", find: "Search", save: "Save", saved: "Saved.",
  all: "all", none: "Nothing here.", numbers: "As a table", test: "Test", csv: "As CSV", head: "{n} rows, up to {hash}",
  login: { what: "The comment desk", enter: "Log in", wrong: "Name or password is wrong." },
  live: { on: "New comments arrive by themselves", off: "Connection lost" },
  age: { now: "now", minutes: "{n} min", hours: "{n} h", days: "{n} d" },
  queue: {
    sort: "Order", reason: "Why held", all: "All reasons", sites: "All sites", only: "Only by {name}", empty: "All done. Nothing is waiting.",
    nothing: "Nothing matches.", held: "with {name}", done: "decided elsewhere",
  },
  sort: { risk: "Riskiest first", oldest: "Oldest first", newest: "Newest first" },
  reason: {
    spam: "Spam", abuse: "Abuse", off_topic: "Off topic", illegal: "Illegal", other: "Other", premoderation: "Everything is held", honeypot: "Hidden field filled in",
    flagged: "Reported by readers", rule: "A rule of the site", second_look: "Second look disagreed",
  },
  status: { approved: "published", rejected: "rejected", pending: "waiting" },
  action: { approve: "approved", reject: "rejected", hold: "held" },
  comment: {
    _: "Comment", none: "No comment is open.", parent: "In reply to {name}", flags: ["{n} report", "{n} reports"],
    thread: "{n} more in this thread", open: "Open the article", held: "{name} has it until {time}.",
    gone: "It no longer waits.", decided: "{name}: {action}, {age}.",
  },
  why: {
    _: "Why it was held", hold: "held from {p}", reject: "rejected from {p}", more: ["{n} more sign", "{n} more signs"], less: "Fewer signs", none: "No signs in the text.",
    model: "Model {version}",
  },
  signal: {
    word: "word", pair: "words", chars: "letters", link: "link", number: "number", mark: "sign", fold: "disguise", shape: "shape", author: "author", article: "article",
    rule: "rule", campaign: "campaign", prior: "Before reading it", rest: "All the rest",
  },
  copies: { _: "{n} near-copies, authors: {m}", all: "Select all of them", only: "Only near-copies" },
  reject: { _: "Reject", why: "Reject as" },
  note: { _: "Note", add: "Note for the newsroom" },
  done: {
    approve: "Approved: {who}", reject: "Rejected ({reason}): {who}", failed: "Not decided: {n}.", undone: "Undone. It waits again.",
  },
  conflict: {
    lost: "Your decision was not kept.", decided: "{name} was first: {action}.", held: "{name} is working on it.",
    changed: "It has changed meanwhile.", undo: "It has changed since: too late to undo.",
  },
  author: {
    _: "Author", record: "On this site so far", first: "The first comment", id: "Known as", email: "E-mail", url: "Address given", net: "Network",
    browser: "Browser", others: "Also waiting", all: "Only this author",
  },
  keys: {
    _: "All keys", a: "approve", r: "reject, then the reason", u: "undo", j: "next", k: "previous", x: "select", X: "select up to here", e: "all signs",
    n: "write a note", "/": "search", "?": "all keys", Escape: "cancel",
  },
  pages: { _: "Pages", queue: "Queue", stats: "Statistics", models: "Models", sites: "Sites", audit: "Audit", people: "People" },
  field: {
    name: "Name", slug: "Short name", mode: "What the filter lets through", origins: "Origins without a key, one a line", hold: "Hold from",
    reject: "Reject from", second_look: "Second looks, 0 to 1; empty: 0.01",
    "thresholds.hold": "Hold from; empty: as the model says", "thresholds.reject": "Reject from",
    "retention.addresses": "Days to keep addresses; 0: for ever", "retention.rejected": "Days to keep rejected texts", "retention.labels": "Days to keep labels",
    rest: "Everything else, as JSON", text: "Text to test; nothing is kept", role: "Role", sites: "Sites, one a line; empty: all", disabled: "No access",
    password: "Password", renewed: "New password; empty: as it is", at: "When", actor: "Who", site: "Site", action: "What", subject: "Of what", since: "From", until: "Until",
    change: "Before → after", address: "Address", file: "Model file", "blocked_words.words": "Blocked words, one a line; * takes any ending",
    "suspect_words.words": "Suspect words", "blocked_domains.domains": "Blocked domains", "links.allowed": "Domains whose links do not count",
  },
  mode: { post: "published at once", pre: "held for a moderator" },
  role: { moderator: "Moderator", editor: "Editor", admin: "Admin" },
  sites: { rules: "Words and rules", add: "New site", key: "New secret key", keyed: "The secret key, shown only now: {key}" },
  people: { add: "New moderator" },
  models: {
    live: "live", origin: "From", created_at: "Made", labels: "Labels: ham, spam, abuse", auc: "AUC", recall: "recall at 1 % false alarms", mcc: "MCC",
    ece: "calibration error", bins: "Foretold (line) and true", observed: "true", foretold: "foretold", promote: "Promote", rollback: "Roll back",
    train: "Train now", upload: "Upload", running: "Training, begun by {by}", done: "The last training made {version}.", failed: "The last training failed: {error}",
  },
  stats: {
    arrivals: "Comments a day", decisions: "Decisions a day", moderators: "Decisions, 30 days",
    agreement: "What moderators made of it", looks: "Second looks, 30 days", decision: "At moderators", machine: "The machine", count: "Number", share: "agreed",
    waiting: "Waiting for the first decision", scores: "Risk in 30 days (√), and what people said", open: "nothing", try: "Change, about",
  },
};
