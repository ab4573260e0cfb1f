// Who reads: nobody in particular, or somebody whom the site vouches for by a reader token,
// which the page gives as an attribute or by a function that can renew it.

const earlier = 30_000; // milliseconds before a token ends, when a new one is asked for

export class Identity {
  #host; #provided; #pending;

  constructor(host) { this.#host = host; }

  // token returns a reader token, or "". It may have ended, when the page has no newer one.
  async token() {
    const token = this.#provided ?? this.#host.token;
    const end = claims(token)?.exp * 1000;
    return token && !(end < Date.now() + earlier) ? token : await this.#ask() || token;
  }

  // forget is for when the page sets another token.
  forget() { this.#provided = undefined; }

  // renew asks the page for another token, and reports whether there is one.
  async renew() {
    const before = this.#provided ?? this.#host.token;
    const token = await this.#ask();
    if (token && token !== before) return true;
    this.#host.dispatchEvent(new CustomEvent("winnow:signin", { bubbles: true, composed: true }));
    return false;
  }

  // name returns what the site calls the reader, "" for nobody known.
  async name() {
    const token = await this.token();
    return token ? claims(token)?.name || "…" : "";
  }

  // canSignIn reports whether the page knows how to sign readers in.
  get canSignIn() { return !!this.#host.tokenProvider || this.#host.hasAttribute("token"); }

  #ask() { // several requests wait for one answer
    this.#pending ??= Promise.resolve().then(() => this.#host.tokenProvider?.())
      .catch((error) => console.error("winnow-comments: tokenProvider failed:", error))
      .then((token) => {
        this.#pending = null;
        if (token) this.#provided = token;
        return token || "";
      });
    return this.#pending;
  }
}

// claims reads a token without judging it: the server does.
function claims(token) {
  try {
    const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0))));
  } catch { return null; }
}
