// What spares a moderator who reads abuse all day, as far as they want it: see the page of the account.
import { moderator } from "../session.js";

const abusiveFrom = 0.5; // probability of abuse
export const worstFrom = 0.8;

export const wantsCalm = (key) => Boolean(moderator.calm?.[key]);

const abuseOf = ({ verdict, campaign }) => Math.max(verdict.abuse ?? 0, campaign?.abuse ?? 0);

export const isAbusive = (item) => item.verdict.reason === "abuse" || abuseOf(item) >= abusiveFrom;
export const isWorst = (item) => abuseOf(item) >= worstFrom;

// A slur is what an insult or a threat was found by, and in an abusive text each word that speaks for abuse.
const isSlur = ({ name, weight }, item) =>
  name.startsWith("address:") || (name.startsWith("word:") && weight > 0 && isAbusive(item));

const isLetter = (character) => /[\p{L}\p{N}]/u.test(character ?? "");

// bodyInLists is the text of an item for lists. Of a masked word its first letter is left.
export const bodyInLists = (item) => {
  const { comment: { body }, verdict: { signals } } = item;
  if (!wantsCalm("mask")) return body;
  const characters = Array.from(body);
  const masked = [...characters];
  for (const { at = [] } of signals.filter((signal) => isSlur(signal, item))) {
    for (const [start, end] of at) {
      for (let i = start + 1; i < Math.min(end, characters.length); i++) {
        if (isLetter(characters[i]) && isLetter(characters[i - 1])) masked[i] = "•";
      }
    }
  }
  return masked.join("");
};
