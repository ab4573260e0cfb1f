// The console's texts in English. A pair is for one and for any other number.
export default {
  "login.what": "The comment desk", "login.name": "Name", "login.password": "Password", "login.enter": "Log in",
  "login.wrong": "Name or password is wrong.", logout: "Log out", language: "Language", close: "Close",
  offline: "The server cannot be reached.", failed: "This did not work: {why}",
  "live.on": "New comments arrive by themselves", "live.off": "Connection lost, trying again",
  waiting: ["comment waiting", "comments waiting"], oldest: "oldest {age}",
  "age.now": "now", "age.minutes": "{n} min", "age.hours": "{n} h", "age.days": "{n} d",

  queue: "Queue", search: "Search text or name", "queue.sort": "Order", "queue.reason": "Why held", "queue.site": "Site",
  "queue.all": "All reasons", "queue.sites": "All sites", more: "Show more", fresh: ["{n} new comment", "{n} new comments"], "queue.only": "Only by {name}",
  "queue.empty": "All done. Nothing is waiting.", "queue.nothing": "Nothing matches.", select: "Select the comment by {name}",
  selected: "{n} selected", clear: "Clear", "queue.held": "with {name}", "queue.done": "decided elsewhere",
  "sort.risk": "Riskiest first", "sort.oldest": "Oldest first", "sort.newest": "Newest first",

  "reason.spam": "Spam", "reason.abuse": "Abuse", "reason.off_topic": "Off topic", "reason.illegal": "Illegal", "reason.other": "Other",
  "reason.premoderation": "Everything is held", "reason.honeypot": "Hidden field filled in", "reason.flagged": "Reported by readers", "reason.rule": "A rule of the site",
  "status.approved": "published", "status.rejected": "rejected", "status.pending": "waiting", "action.approve": "approved", "action.reject": "rejected", "action.hold": "held",

  comment: "Comment", "comment.none": "No comment is open.", "comment.parent": "In reply to {name}", "comment.flags": ["{n} report by a reader", "{n} reports by readers"],
  "comment.thread": ["{n} other comment in this thread", "{n} other comments in this thread"], "comment.open": "Open the article",
  "comment.held": "{name} has this comment until {time}.", "comment.gone": "This comment is no longer waiting.", "comment.decided": "{name}: {action}, {age}.",

  why: "Why it was held", "why.hold": "held from {p}", "why.reject": "rejected from {p}", "why.more": ["{n} more sign", "{n} more signs"], "why.less": "Fewer signs", "why.none": "No signs in the text.", "why.model": "Model {version}",
  "signal.word": "word", "signal.pair": "words", "signal.chars": "letters", "signal.link": "link", "signal.number": "number", "signal.mark": "sign", "signal.fold": "disguise", "signal.shape": "shape", "signal.author": "author",
  "signal.article": "article", "signal.rule": "rule", "signal.campaign": "campaign", "signal.prior": "Before reading it", "signal.rest": "All the rest",

  copies: "{n} near-copies, authors: {m}", "copies.all": "Select all of them", "copies.only": "Only near-copies",
  rules: "Rules", "rules.save": "Save", "rules.saved": "The rules are saved.", "rules.text": "What would be said of this text? Nothing is kept.", "rules.try": "Test",
  "blocked_words.words": "Blocked words and phrases, one a line; * takes any ending", "suspect_words.words": "Suspect words and phrases",
  "blocked_domains.domains": "Blocked domains", "links.allowed": "Domains whose links do not count", "rules.rest": "Everything else, as JSON",

  approve: "Approve", reject: "Reject", "reject.why": "Reject as", cancel: "Cancel", undo: "Undo", note: "Note", "note.add": "Note for the newsroom, kept with the decision",
  "done.approve": "Approved: {name}", "done.reject": "Rejected ({reason}): {name}", "done.approve.many": ["{n} comment approved", "{n} comments approved"], "done.reject.many": ["{n} comment rejected", "{n} comments rejected"],
  "done.failed": ["{n} could not be decided and stays here.", "{n} could not be decided and stay here."], "done.undone": "Undone. It waits again.",
  "conflict.decided": "{name} was first: {action}. Your decision was not kept.", "conflict.held": "{name} is working on this comment. Your decision was not kept.",
  "conflict.changed": "The comment has changed meanwhile. Your decision was not kept: please look again.", "conflict.undo": "The comment has changed since, so this cannot be undone.",

  author: "Author", "author.record": "On this site so far", "author.first": "The first comment by this name.", "author.id": "Known as", "author.email": "E-mail", "author.url": "Address given", "author.net": "Network", "author.browser": "Browser",
  "author.others": "Also waiting", "author.all": "Only this author", history: "What happened to it", arrived: "arrived", undone: "undone by {name}", recent: "Your last decisions",

  keys: "All keys", "keys.a": "approve", "keys.r": "reject, then the reason", "keys.u": "undo", "keys.j": "next", "keys.k": "previous", "keys.x": "select",
  "keys.X": "select up to here", "keys.e": "all signs, or fewer", "keys.n": "write a note", "keys./": "search", "keys.?": "all keys", "keys.Escape": "leave a field, cancel",
};
