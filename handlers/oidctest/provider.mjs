// An OpenID provider for the test of the sign-in of moderators. It prints its issuer, and ends
// with its standard input.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [redirect] = process.argv.slice(2);
const people = {
  ada: { preferred_username: "ada.l", groups: ["desk", "chief"] },
  grace: { preferred_username: "grace.h", groups: ["desk", "sports"] },
  mallory: { preferred_username: "ada", groups: ["desk"] }, // the name of somebody with a password
  visitor: { preferred_username: "visitor", groups: ["subscribers"] },
  nameless: { groups: ["desk"] },
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "winnow", client_secret: "the provider knows winnow by this", redirect_uris: [redirect] }],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
    cookies: { keys: ["a key of the test"] },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.on("end", () => process.exit()).resume();
