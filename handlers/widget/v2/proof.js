// Solves challenges of ALTCHA's proof of work, version 2, with PBKDF2: of the keys that are
// derived from the nonce, a counter and the salt, one must begin with a prefix. The browser
// derives keys on threads of its own, so this needs no worker, which a page's policy may
// forbid, and the page stays free meanwhile.
const atOnce = Math.min(navigator.hardwareConcurrency || 2, 4); // keys that are derived at a time

export async function solve({ parameters }, signal) {
  const start = performance.now();
  const nonce = bytes(parameters.nonce), salt = bytes(parameters.salt);
  const prefix = parameters.keyPrefix.toLowerCase();
  const algorithm = { name: "PBKDF2", salt, iterations: parameters.cost, hash: parameters.algorithm.split("/")[1] };
  let next = 0, solution;
  const search = async () => {
    while (!solution) {
      signal.throwIfAborted();
      const counter = next++;
      const password = new Uint8Array(nonce.length + 4);
      password.set(nonce);
      new DataView(password.buffer).setUint32(nonce.length, counter);
      const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      const derivedKey = hex(await crypto.subtle.deriveBits(algorithm, key, 8 * parameters.keyLength));
      if (derivedKey.startsWith(prefix)) solution ??= { counter, derivedKey, time: performance.now() - start };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, search));
  return solution;
}

const bytes = (text) => Uint8Array.from(text.match(/../g), (byte) => parseInt(byte, 16));

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
