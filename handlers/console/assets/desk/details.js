// A cache of the details of comments, so that those of the next ones are there before they are opened.
import { get, pathSegment } from "../lib/api.js";

const maxCached = 30;
const cache = new Map(); // promises by comment id, the oldest first

export const fetchDetails = (id) => {
  if (!cache.has(id)) {
    if (cache.size >= maxCached) cache.delete(cache.keys().next().value);
    const details = get("/comments/" + pathSegment(id));
    details.catch(() => forgetDetails(id));
    cache.set(id, details);
  }
  return cache.get(id);
};

export const forgetDetails = (id) => cache.delete(id);
