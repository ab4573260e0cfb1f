// What spares a moderator who reads abuse all day, as far as they want it: see the page of the account.
import { moderator } from "../session.js";

const abusiveFrom = 0.5; // probability of abuse
export const worstFrom = 0.8;

export const wantsCalm = (key) => Boolean(moderator.calm?.[key]);

const abuseOf = ({ verdict, campaign }) => Math.max(verdict.abuse ?? 0, campaign?.abuse ?? 0);

export const isAbusive = (item) => item.verdict.reason === "abuse" || abuseOf(item) >= abusiveFrom;
export const isWorst = (item) => abuseOf(item) >= worstFrom;

const leastLetters = 4; // of a word that is masked in a phrase: of an insult "you are" stays

const isLetter = (character) => /[\p{L}\p{N}]/u.test(character ?? "");

// mask replaces the letters of the words between two places, but for the first of each.
const mask = (masked, [start, end], least) => {
  let next = start;
  for (let i = start; i < end; i = next + 1) {
    next = i;
    while (next < end && isLetter(masked[next])) next++;
    if (next - i >= least) masked.fill("•", i + 1, next);
  }
};

// bodyInLists is the text of an item for lists. Slurs are masked: the phrases by which insults and threats were found,
// and in an abusive text each word that speaks for abuse.
export const bodyInLists = (item) => {
  const { comment: { body }, verdict: { signals } } = item;
  if (!wantsCalm("mask")) return body;
  const masked = Array.from(body);
  for (const { name, weight, at = [] } of signals) {
    const isPhrase = name.startsWith("address:");
    const isWord = name.startsWith("word:") && weight > 0 && isAbusive(item);
    if (isPhrase || isWord) at.forEach((span) => mask(masked, span, isPhrase ? leastLetters : 2));
  }
  return masked.join("");
};
