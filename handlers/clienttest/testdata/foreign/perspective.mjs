// Calls the server with the clients of the Perspective API, unchanged. They name Google's
// host; the environment sends them here.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Perspective = require("perspective-api-client");
const { Client } = require("@conversationai/perspectiveapi-js-client");

const key = process.env.WINNOW_KEY;
const offended = "You are an idiot. The ferry runs again.";

if (process.env.WINNOW_DOWN) {
  await assert.rejects(new Client(key).getScores(offended));
  process.exit(0);
}

const client = new Perspective({ apiKey: key });
let result = await client.analyze(offended);
assert.ok(result.attributeScores.TOXICITY.summaryScore.value > 0.5);
result = await client.analyze(offended, { attributes: ["spam", "insult", "threat", "profanity", "identity_attack", "severe_toxicity", "likely_to_reject"] });
assert.deepEqual(Object.keys(result.attributeScores).sort(), ["IDENTITY_ATTACK", "INSULT", "LIKELY_TO_REJECT", "PROFANITY", "SEVERE_TOXICITY", "SPAM", "THREAT"]);
assert.ok(result.attributeScores.INSULT.summaryScore.value > result.attributeScores.THREAT.summaryScore.value);

result = await client.analyze({ comment: { text: offended }, requestedAttributes: { INSULT: {} }, spanAnnotations: true, clientToken: "t" });
const spans = result.attributeScores.INSULT.spanScores;
assert.equal(spans.length, 2);
assert.equal(offended.slice(spans[0].begin, spans[0].end), "You are an idiot.");
assert.ok(spans[0].score.value > spans[1].score.value);
assert.equal(result.clientToken, "t");

await assert.rejects(client.analyze(offended, { attributes: ["FLIRTATION"] }), { name: "ResponseError", message: "Unknown requested attribute: FLIRTATION" });
await assert.rejects(new Perspective({ apiKey: "wk_wrong" }).analyze(offended), { name: "ResponseError", message: "API key not valid. Please pass a valid API key." });

const scores = await new Client(key).getScores(offended, { attributes: ["TOXICITY", "SPAM"] });
assert.ok(scores.TOXICITY > 0.5 && scores.SPAM < 0.5);
await assert.rejects(new Client("wk_wrong").getScores(offended), /400/);
await assert.rejects(new Client(key).getScores(offended, { attributes: ["FLIRTATION"] }), /400/);

// Neither has a method for suggestions; this is what Coral sends.
const suggested = await fetch(`${process.env.WINNOW_URL}/v1alpha1/comments:suggestscore?key=${key}`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({
    comment: { text: "The ferry runs again." },
    context: { entries: [{ text: JSON.stringify({ url: "https://gazette.example/ferry?commentID=7", Coral_comment_id: "7" }) }] },
    attributeScores: { APPROVED: { summaryScore: { value: 1 } } },
    languages: ["en"],
    communityId: "Coral:https://coral.example",
    clientToken: "comment:7",
  }),
});
assert.equal(suggested.status, 200);
assert.equal((await suggested.json()).clientToken, "comment:7");
