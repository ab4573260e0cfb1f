// What a refusal says to a reader. The server's own words are for developers, in English;
// its kinds, fields and rules are known here.
import { OriginProblem, Problem } from "./api.js";

export function explain(texts, error) {
  if (error instanceof OriginProblem) {
    console.error(`winnow-comments: the server takes no comments from pages of ${location.origin}. ` +
      `Register it: winnow site set SITE --origin ${location.origin}`);
    return texts.say("notHere");
  }
  if (!(error instanceof Problem)) return texts.say("unreachable");
  if (error.status === 429) return texts.say("limited", { time: texts.clock(error.retryAt) });
  if (error.status >= 500) return texts.say("unreachable");
  if (error.fields.length) return fieldError(texts, error.fields[0]);
  return texts.say({ closed: "closed", banned: "banned", unauthorized: "signInAgain" }[error.kind] ?? "failed");
}

// fieldError returns what is wrong with a field, by the rule that the server names.
export function fieldError(texts, { message }) {
  const most = message.match(/at most (\d+)/)?.[1];
  if (most) return texts.say("tooLong", { n: Number(most) });
  if (/reserved/.test(message)) return texts.say("reserved");
  return texts.say(/empty|can be seen|required/.test(message) ? "empty" : "invalid");
}
