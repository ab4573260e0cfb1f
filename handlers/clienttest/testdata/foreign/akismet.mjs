// Calls the server with the clients of Akismet, unchanged.
import assert from "node:assert/strict";
import { AkismetClient } from "akismet-api";
import { Author, Blog, CheckResult, Client, Comment } from "@cedx/akismet";

const server = new URL(process.env.WINNOW_URL);
const key = process.env.WINNOW_KEY;
const calm = "The ferry runs again, and the quay is full.";
const advert = "Earn $5000 a week from home, guaranteed! Click here: http://cash.example/win now";

// akismet-api sends its key as a part of the host name only.
const ofNpm = (key) => new AkismetClient({ key, blog: "https://gazette.example", host: `rest.winnow.test:${server.port}`, protocol: "http" });
const comment = (content, more) => ({ ip: "192.0.2.1", useragent: "Firefox", content, name: "Reader", ...more });
const cedx = (key) => new Client(key, new Blog({ url: "https://tribune.example" }), { baseUrl: server });
const written = (content, ip) => new Comment({ content, author: new Author({ ipAddress: ip, name: "Reader", userAgent: "Firefox" }), permalink: "https://tribune.example/ferry" });

if (process.env.WINNOW_DOWN) {
  await assert.rejects(ofNpm(key).checkSpam(comment(calm)));
  await assert.rejects(cedx(key).checkComment(written(calm, "192.0.2.2")));
  assert.equal(await cedx(key).verifyKey(), false);
  process.exit(0);
}

let client = ofNpm(key);
assert.equal(await client.verifyKey(), true);
assert.equal(await ofNpm("wk_wrong").verifyKey(), false);
await assert.rejects(ofNpm("wk_wrong").checkSpam(comment(calm)), /Invalid API key/);
assert.equal(await client.checkSpam(comment(calm)), false);
assert.equal(await client.checkSpam(comment(advert)), true);
assert.equal(await client.checkSpam(comment(calm, { name: "viagra-test-123" })), true);
assert.equal(await client.checkSpam(comment(advert, { role: "administrator" })), false);
assert.equal(await client.checkSpam(comment(calm, { honeypot: "filled in" })), true);
assert.equal((await client.submitSpam(comment(calm))).text, "Thanks for making the web a better place.");
await client.submitHam(comment(calm));

client = cedx(key);
assert.equal(await client.verifyKey(), true);
assert.equal(await cedx("wk_wrong").verifyKey(), false);
await assert.rejects(cedx("wk_wrong").checkComment(written(calm, "192.0.2.2")), /unknown site key/);
assert.equal(await client.checkComment(written(calm, "192.0.2.2")), CheckResult.ham);
assert.notEqual(await client.checkComment(written(advert, "192.0.2.2")), CheckResult.ham);
await client.submitSpam(written(calm, "192.0.2.2"));
await client.submitHam(written(advert, "192.0.2.2"));

const figures = await (await fetch(new URL(`/1.2/key-sites?api_key=${key}`, server))).json();
const month = figures[Object.keys(figures).find((name) => name.startsWith("20"))];
const tribune = month.find((row) => row.site === "tribune.example");
assert.deepEqual([tribune.missed_spam, tribune.false_positives], ["1", "1"]);
