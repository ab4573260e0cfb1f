// The page of the moderator's own account: password, one-time codes, sessions, and calm.
import { get, post, request } from "../lib/api.js";
import { element, setContent } from "../lib/dom.js";
import { form } from "../lib/forms.js";
import { translate } from "../lib/i18n.js";
import { moderator, setModerator } from "../session.js";
import { sessionSection } from "./sessions.js";

export const accountPage = async (argument, { reload }) => {
  const me = await get("/me");
  setModerator(me);
  return [
    me.temporary_password && element("p.notice", { role: "status" }, translate("account.temporary")),
    element("h3", translate("field.password")),
    passwordForm(reload),
    element("h3", translate("account.codes")),
    me.totp ? removalForm(reload) : setUpForm(),
    element("div", { id: "code-steps", "data-keep": "codes", role: "status" }),
    await sessionSection("/me", reload),
    element("h3", translate("calm._")),
    element("p.muted", translate("calm.what")),
    calmForm(me.calm),
  ];
};

// calmForm is what the moderator wants to be spared. It counts from the next comment on.
const calmForm = (calm = {}) => {
  const fields = ["dim", "mask", "spread", "pause"].map((key) => ["calm." + key, Boolean(calm[key]), "checkbox"]);
  const node = form("save", fields, async (values) => {
    setModerator({ ...moderator, ...await request("PATCH", "/me", values) });
  });
  node.classList.add("sentences");
  return node;
};

// nameField tells the browser's password manager whose password is asked for.
const nameField = () => ["name", moderator.name, "username"];
const proofFields = () => [nameField(), ["password", "", "password"]];

// passwordForm changes the password. All sessions end; the reply sets the cookies of a new one.
const passwordForm = (reload) => {
  const fields = [nameField(), ...["old", "new", "repeat"].map((key) => [key, "", "password"])];
  return form("account.change", fields, async ({ old, new: chosen, repeat }) => {
    if (repeat !== chosen) return element(".error", translate("account.differ"));
    const reply = await request("PUT", "/me/password", { old, new: chosen, cookie: true });
    setModerator(reply.moderator);
    await reload();
    return translate("saved");
  });
};

const removalForm = (reload) => [
  element("p", translate("account.codes_on")),
  form("account.codes_remove", proofFields(), async ({ password }) => {
    await post("/me/totp/remove", { password });
    await reload();
  }),
];

// setUpForm is followed by the next steps, which stay when the page is shown anew.
const setUpForm = () => {
  const setUp = async ({ password }) => {
    setContent("code-steps", confirmation(await post("/me/totp", { password })));
    return "";
  };
  return [element("p", translate("account.codes_what")), form("account.codes_set_up", proofFields(), setUp)];
};

// confirmation shows the secret, and asks for a code that proves that the app has it.
const confirmation = ({ secret, url }) => [
  element("p", translate("account.secret")),
  element("p", element("a", { href: url }, element("b", { id: "secret" }, secret))),
  form("account.confirm", [["code", ""]], async (values) => {
    setContent("code-steps", recoveryCodes(await post("/me/totp/confirm", values)));
  }),
];

const recoveryCodes = ({ recovery_codes: codes }) => [
  element("p.notice", translate("account.recovery")),
  element("pre.text", { id: "recovery" }, codes.join("\n")),
];
