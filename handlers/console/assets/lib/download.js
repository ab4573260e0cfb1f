// Files that the server makes.
import { ApiError, get, request } from "./api.js";
import { element } from "./dom.js";

const lifetime = 60_000; // milliseconds in which the browser takes a file over

const save = (href, name) => element("a", { href, download: name }).click();

// download lets the browser save the reply to a path below /v1, which may be large. The session is renewed before, if
// that is needed: the browser sends this request by itself, and only its list of downloads shows what becomes of it.
export const download = async (path, name) => {
  await get("/me");
  save("../v1" + path, name);
};

// saveReply saves the whole reply to a path below /v1, or fails.
export const saveReply = async (path, name) => {
  const read = (response) => response.blob().catch(() => { throw new ApiError(0); });
  const address = URL.createObjectURL(await request("GET", path, undefined, read));
  save(address, name);
  setTimeout(() => URL.revokeObjectURL(address), lifetime);
};
