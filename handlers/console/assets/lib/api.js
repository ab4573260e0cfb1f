// Requests to the server, by their paths below /v1 of the server, which may itself be below a path.
// The session is in cookies that scripts cannot read.
import { emit } from "./events.js";
import { language } from "./i18n.js";

// ApiError is an error reply (RFC 9457); its status is 0 when the server did not answer.
export class ApiError extends Error {
  constructor(status, problem = {}, headers = new Headers()) {
    super(problem.detail || problem.title || "");
    this.status = status;
    this.type = problem.type; // such as "urn:winnow:problem:conflict"
    this.fields = problem.fields || []; // what is wrong with the request
    this.current = problem.current; // the comment's present state, of a conflict
    this.retryAfter = Number(headers.get("Retry-After")); // seconds; 0: the server says nothing
  }
}

const send = async (method, path, body, signal, extraHeaders) => {
  const isFile = body instanceof Blob;
  const headers = { "Accept-Language": language, ...extraHeaders };
  if (body) headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  const options = { method, cache: "no-store", headers, body: isFile ? body : JSON.stringify(body), signal };
  try {
    return await fetch("../v1" + path, options);
  } catch {
    throw new ApiError(0);
  }
};

// request returns the JSON of the reply, or what read makes of it. When the access token has expired, the session is
// renewed and the request sent once more; when the session has ended, after the moderator has logged in
// again. An AbortSignal ends the request as if the server did not answer.
export const request = async (method, path, body, read = readJSON, signal = undefined, headers = {}) => {
  const startedAt = Date.now();
  let response = await send(method, path, body, signal, headers);
  if (response.status === 401 && !path.startsWith("/auth/") && (await renewSession(startedAt))) {
    response = await send(method, path, body, signal, headers);
  }
  while (response.status === 401 && !path.startsWith("/auth/") && (await isBackAfterLogin())) {
    response = await send(method, path, body, signal, headers);
  }
  if (response.ok) return read(response);
  throw new ApiError(response.status, await ignoreErrors(readJSON(response)), response.headers);
};

// isBackAfterLogin asks the page to let the moderator log in again. It is false when somebody else does, or when nobody
// was logged in.
const isBackAfterLogin = () => {
  const request = { isBack: false };
  emit("signed-out", request);
  return request.isBack;
};

// sendOnLeave sends what needs no answer, although the page is being closed.
export const sendOnLeave = (path, body) => ignoreErrors(fetch("../v1" + path, {
  method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
}));

// A reply that breaks off in its body is no reply.
const readJSON = async (response) => {
  try {
    const body = await response.text();
    return body ? JSON.parse(body) : {};
  } catch {
    throw new ApiError(0);
  }
};

export const queryString = (parameters) =>
  new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString();
export const get = (path, parameters = {}) => request("GET", `${path}?${queryString(parameters)}`);
export const getText = (path) => request("GET", path, undefined, (response) => response.text());
export const post = (path, body = {}, signal = undefined) => request("POST", path, body, undefined, signal);
// postOnce makes one thing, however often it is sent with the same key.
export const postOnce = (key, path, body) =>
  request("POST", path, body, undefined, undefined, { "Idempotency-Key": key });
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
export const pathSegment = encodeURIComponent;

// ignoreErrors is for requests whose failure changes nothing for the moderator.
export const ignoreErrors = (promise) => promise.catch(() => {});

// A refresh token works once, and using it again ends the session. So only one tab renews at a time, and one that
// was waiting uses the cookie that the other has got.
const renewSession = async (startedAt) => {
  const renewOnce = async () => {
    if (Number(localStorage["winnow.renewed"]) > startedAt) return true;
    const response = await send("POST", "/auth/refresh", { cookie: true });
    if (response.ok) localStorage["winnow.renewed"] = Date.now();
    return response.ok;
  };
  if (navigator.locks) return navigator.locks.request("winnow.renew", renewOnce);
  renewal ||= renewOnce().finally(() => { renewal = null; });
  return renewal;
};
let renewal = null;
