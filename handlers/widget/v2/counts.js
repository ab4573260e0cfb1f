// Numbers of comments beside headlines: one request for all of a page.

const most = 100; // articles in one request
const waiting = new Map(); // by server and site

export function countOf(server, site, article) {
  const key = `${server} ${site}`;
  if (!waiting.has(key)) {
    waiting.set(key, new Map());
    setTimeout(() => request(server, site, take(key)));
  }
  const articles = waiting.get(key);
  if (!articles.has(article)) articles.set(article, Promise.withResolvers());
  return articles.get(article).promise;
}

function take(key) {
  const articles = waiting.get(key);
  waiting.delete(key);
  return [...articles];
}

async function request(server, site, articles) {
  for (let i = 0; i < articles.length; i += most) {
    const some = articles.slice(i, i + most);
    const url = new URL("v1/comments/counts", server);
    url.searchParams.set("site", site);
    for (const [article] of some) url.searchParams.append("article", article);
    try {
      const reply = await fetch(url);
      const { counts, detail } = await reply.json();
      if (!counts) throw new Error(detail);
      for (const [article, { resolve }] of some) resolve(counts[article] ?? 0);
    } catch (error) {
      for (const [, { reject }] of some) reject(error);
    }
  }
}
