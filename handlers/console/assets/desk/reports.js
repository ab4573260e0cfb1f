// What readers report of the open comment: each with its reason, their words, how they are known, and their record.
import { bdi, element, timestamp } from "../lib/dom.js";
import { formatAge, label, translate, urgencyOf } from "../lib/i18n.js";

const text = (key, values) => translate("reports." + key, values);

// illegalChip says since when a report as illegal waits for an editor.
export const illegalChip = ({ illegal_since: since }) =>
  since && element(".chip.age" + urgencyOf(since), text("illegal", { age: formatAge(since) }));

export const illegalNotice = ({ illegal_since: since }) =>
  since && element("p.notice", { id: "illegal" }, text("notice", { age: formatAge(since) }));

// deciderOf names who made a decision: readers leave a comment to an editor by a report as illegal.
export const deciderOf = ({ moderator }) => moderator || text("readers");

export const reportList = ({ reports, comment }) => element("details", { id: "reports", open: true },
  element("summary", translate("comment.flags", { n: comment.flags })),
  element("ol", reports.map(reportEntry)));

const reportEntry = ({ reason, words, created_at, from, reader, record, answer }) => element("li",
  element("p.by",
    reason && element(".chip" + (reason === "illegal" ? ".warn" : ""), label("reason", reason)),
    element("span", label("reporter", from), reader && [" ", bdi(reader)]),
    timestamp(created_at),
    record && element(".muted", recordText(record)),
    element(".muted", label("answer", answer))),
  words && bdi(words, "p.text"));

const recordText = ({ reports, taken_down, kept }) => text("record", { n: reports, taken_down, kept });
