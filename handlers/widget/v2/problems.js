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

const codes = { required: "empty", reserved: "reserved", too_long: "tooLong" };

// fieldError returns what is wrong with a field, by the code that the server gives.
export const fieldError = (texts, { code, limit }) => texts.say(codes[code] ?? "invalid", { n: limit });
