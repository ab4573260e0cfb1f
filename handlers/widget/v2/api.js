// Calls of the server. Nothing but the two tokens says who the reader is: no cookies.
import { keep, kept } from "./kept.js";

// Problem is a reply that refuses (RFC 9457).
export class Problem extends Error {
  constructor(reply, problem) {
    super(problem.detail || problem.title || `status ${reply.status}`);
    this.status = reply.status;
    this.kind = problem.type?.split(":").pop();
    this.fields = problem.fields ?? [];
    this.challenge = problem.challenge;
    this.retryAt = new Date(Date.now() + 1000 * (Number(reply.headers.get("Retry-After")) || 60));
  }
}

// OriginProblem is that the server takes nothing from pages of this origin.
export class OriginProblem extends Error {}

export class Api {
  #identity; #signal;

  constructor(server, site, identity, signal) {
    Object.assign(this, { server, site });
    this.#identity = identity;
    this.#signal = signal;
  }

  url(path, query) {
    const url = new URL("v1/" + path, this.server);
    url.searchParams.set("site", this.site);
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    return url;
  }

  // read reads what everybody may read, in a request that needs no preflight.
  read(path, query = {}) { return this.#send(this.url(path, query), { cache: "no-cache" }); }

  // hasIdentity reports whether the server can know the reader.
  async hasIdentity() { return !!(await this.#identity.token() || kept("browser." + this.site)); }

  // call sends a request of this reader.
  async call(method, path, { query = {}, body, key } = {}) {
    const url = body ? new URL("v1/" + path, this.server) : this.url(path, query);
    const send = async () => {
      const headers = {};
      const token = await this.#identity.token();
      const browser = kept("browser." + this.site);
      if (token) headers["X-Reader-Token"] = token;
      if (browser) headers["X-Browser-Token"] = browser;
      if (key) headers["Idempotency-Key"] = key;
      if (body) headers["Content-Type"] = "application/json";
      return this.#send(url, { method, headers, credentials: "omit", body: body && JSON.stringify({ site: this.site, ...body }) });
    };
    try {
      return await send();
    } catch (error) {
      if (error.status === 401 && await this.#identity.renew()) return send();
      if (error.status === 403 && /origin/.test(error.message)) throw new OriginProblem(error.message);
      if (error instanceof TypeError && await this.#isOriginRefused()) throw new OriginProblem();
      throw error;
    }
  }

  async #send(url, options) {
    const reply = await fetch(url, { ...options, signal: this.#signal });
    if (reply.status === 204) return {};
    if (!reply.ok) throw new Problem(reply, await reply.json().catch(() => ({})));
    const answer = await reply.json().catch(() => { throw new Error("the reply broke off"); });
    if (answer.browser_token) keep("browser." + this.site, answer.browser_token);
    return answer;
  }

  // A preflight that is refused looks like a broken network. What everybody may read, with a preflight and without one,
  // tells them apart.
  async #isOriginRefused() {
    const isAnswered = (headers) =>
      fetch(this.url("comments/counts", { article: "-" }), { headers, signal: this.#signal }).then(() => true, () => false);
    return !await isAnswered({ "X-Browser-Token": "-" }) && isAnswered({});
  }
}

// randomKey names one attempt to post: a repeated one is no second comment.
export const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
