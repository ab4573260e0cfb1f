// Logging in: with a password, or at an OpenID provider, whose button is on the login page.
import { get, ignoreErrors, post } from "./lib/api.js";
import { byId, element, setContent } from "./lib/dom.js";
import { translate } from "./lib/i18n.js";

const patience = 30_000; // milliseconds for which a login is tried again
const spread = 1000; // milliseconds, at random: else all who wait would come back at the same moment

// logIn sends a login. While the server has too many at once, it waits as long as the server says and tries again.
export const logIn = async (values) => {
  const { elements } = byId("login-form");
  const end = Date.now() + patience;
  const trySend = async () => {
    try {
      return await post("/auth/login", values);
    } catch (error) {
      const wait = error.status === 503 && error.retryAfter * 1000 + Math.random() * spread;
      if (!wait || Date.now() + wait > end) throw error;
      setContent("login-wait", translate("login.busy"));
      await new Promise((resolve) => setTimeout(resolve, wait));
      return trySend();
    }
  };
  elements.enter.disabled = true;
  try {
    return await trySend();
  } finally {
    elements.enter.disabled = false;
    setContent("login-wait");
  }
};

let returning = null; // the desk that waits for its moderator: a promise, its resolve, and what had the focus

export const isReturning = () => Boolean(returning);

// waitForLogin covers the desk with the login, because the session has ended. What is typed stays below it. It resolves
// to whether the same moderator is back.
export const waitForLogin = (name) => {
  if (returning) return returning.promise;
  returning = { ...Promise.withResolvers(), focused: document.activeElement };
  byId("desk").hidden = true;
  byId("login").hidden = false;
  byId("login-form").elements.name.value = name;
  setContent("login-ended", translate("login.ended", { name }));
  focusLogin();
  offerSignIn();
  return returning.promise;
};

export const returnTo = (isBack) => {
  const { resolve, focused } = returning;
  returning = null;
  setContent("login-ended");
  if (isBack) focused?.focus({ preventScroll: true });
  resolve(isBack);
};

export const focusLogin = () => {
  const { name, password } = byId("login-form").elements;
  (returning ? password : name).focus();
};

// takeSignIn reads what the provider's answer led to, once, and shows why somebody is refused.
export const takeSignIn = () => {
  const query = new URLSearchParams(location.search);
  const refused = query.get("refused");
  if (!refused && !query.has("signed-in")) return;
  history.replaceState(null, "", location.pathname + location.hash);
  if (!refused) localStorage["winnow.known"] = "1";
  const known = ["group", "name", "taken", "disabled"].includes(refused);
  const text = translate("login.refused." + (known ? refused : "failed"));
  if (refused) setContent(byId("login-form").querySelector(".error"), text);
};

// offerSignIn shows the button when the server has a provider.
export const offerSignIn = async () => {
  const { oidc } = (await ignoreErrors(get("/auth/methods"))) || {};
  const text = translate("login.with", { name: oidc });
  setContent("sign-in", oidc ? element("a.button", { href: "../v1/auth/oidc" }, text) : "");
};
