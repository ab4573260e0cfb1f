// Posting a comment, with what the site asks of readers whom it does not know: that the form
// was open for some seconds, and a proof of work, which the server's refusal asks for.
const longest = 50 * 60_000; // milliseconds after which a challenge is not sent: it expires after an hour
const mostProofs = 3;
const margin = 300; // milliseconds by which timers may be early

// opened gets what shows that the form is open, when the site wants to know.
export async function opened(view) {
  if (!view.settings.minimum_seconds || performance.now() - view.form?.at < longest) return;
  view.form = { challenge: await view.api.read("challenge"), at: performance.now() };
}

export async function post(view, comment, key, say) {
  await opened(view);
  const { form, settings } = view;
  if (form) await pause(form.at + 1000 * settings.minimum_seconds + margin - performance.now());
  let challenge = form?.challenge;
  let altcha = challenge && encode({ challenge });
  for (let proofs = 0; ; proofs++) {
    try {
      const answer = await view.api.call("POST", "comments", { body: { ...comment, altcha }, key });
      view.form = undefined; // each counts once
      if (proofs > 0) say("");
      return answer;
    } catch (error) {
      if (error.kind !== "proof_of_work" || proofs === mostProofs) throw error;
      if (!globalThis.crypto?.subtle) {
        console.error("winnow-comments: the site asks for a proof of work, which browsers make only on pages with HTTPS");
        throw error;
      }
      say(view.texts.say("proving"));
      const { solve } = await import(new URL("proof.js", import.meta.url));
      if (!challenge || proofs > 0) challenge = error.challenge; // a new one shows no time that has passed
      altcha = encode({ challenge, solution: await solve(challenge, view.signal) });
    }
  }
}

const encode = (payload) => btoa(JSON.stringify(payload));

const pause = (time) => new Promise((resolve) => setTimeout(resolve, Math.max(0, time)));
