// Files that the server makes.
import { get } from "./api.js";
import { element } from "./dom.js";

// download lets the browser save the reply to a path below /v1. The session is renewed before, if that is needed: the
// browser sends this request by itself.
export const download = async (path, name) => {
  await get("/me");
  element("a", { href: "../v1" + path, download: name }).click();
};
