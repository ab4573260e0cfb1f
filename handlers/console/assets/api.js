// Calls to the server, by their paths below /v1. The session lies in cookies that scripts cannot read.
import { tell } from "./dom.js";

// Problem is a reply that says no (RFC 9457), or none at all (status 0).
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || "");
    this.status = status;
    this.fields = body.fields || []; // what is wrong with a request
    this.current = body.current; // where a comment stands, for a conflict
  }
}

const send = async (method, path, body) => {
  const file = body instanceof Blob;
  const headers = body && { "Content-Type": file ? "application/octet-stream" : "application/json" };
  try {
    return await fetch("/v1" + path, { method, cache: "no-store", headers, body: file ? body : JSON.stringify(body) });
  } catch {
    throw new Problem(0);
  }
};

// call returns the reply's JSON. When the session's short token has run out it
// is renewed, and the call made once more.
export const call = async (method, path, body) => {
  const began = Date.now();
  let reply = await send(method, path, body);
  if (reply.status === 401 && !path.startsWith("/auth/") && (await renew(began))) reply = await send(method, path, body);
  const data = (await quiet(reply.json())) || {};
  if (reply.ok) return data;
  if (reply.status === 401) tell("signed-out");
  throw new Problem(reply.status, data);
};

// given writes as a query what of it is not empty.
export const given = (query) => new URLSearchParams(Object.entries(query).filter(([, v]) => v));
export const get = (path, query = {}) => call("GET", `${path}?${given(query)}`);
export const post = (path, body = {}) => call("POST", path, body);

export const segment = encodeURIComponent; // of a path
export const quiet = (job) => job.catch(() => {}); // for what may fail and is no matter

// A refresh token works once, and its second use ends the session. So only one
// tab renews at a time, and one that comes late takes what the other brought.
const renew = async (began) => {
  const once = async () => {
    if (Number(localStorage["winnow.renewed"]) > began) return true;
    const reply = await send("POST", "/auth/refresh", { cookie: true });
    if (reply.ok) localStorage["winnow.renewed"] = Date.now();
    return reply.ok;
  };
  if (navigator.locks) return navigator.locks.request("winnow.renew", once);
  renewing ||= once().finally(() => { renewing = null; });
  return renewing;
};
let renewing = null;
