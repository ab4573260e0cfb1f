// The examples show the address of the server that this page was read from.
const server = new URL("..", import.meta.url);
for (const e of document.querySelectorAll("[data-origin]")) e.textContent = server.href.slice(0, -1);

// On the page for members, a reader signs in with one click. A newspaper's own server would
// answer with a token of whoever has signed in there; the element asks again before it ends.
const comments = document.querySelector("winnow-comments[token]");
if (comments) {
  let hasSignedIn = true;
  const button = document.querySelector("[data-sign]");
  const show = () => { button.textContent = hasSignedIn ? "Sign out" : "Sign in as Grace Okoye"; };
  const token = async () => {
    if (!hasSignedIn) return "";
    const reply = await fetch(new URL("demo/token", server), { method: "POST" });
    return reply.ok ? (await reply.json()).token : "";
  };
  const change = () => {
    hasSignedIn = !hasSignedIn;
    show();
    comments.tokenProvider = token;
  };
  comments.tokenProvider = token;
  comments.addEventListener("winnow:signin", () => hasSignedIn || change());
  button.addEventListener("click", change);
  show();
}
