// The sign-in at an OpenID provider: its button on the login page, and what came of it.
import { get, ignoreErrors } from "./lib/api.js";
import { byId, element, setContent } from "./lib/dom.js";
import { translate } from "./lib/i18n.js";

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
