// A moderation session with openapi-fetch over the types that openapi-typescript
// generates: it holds every comment of a site, posts two, decides both and reads
// the result back.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { env: Record<string, string | undefined> };

const site = "gazette";
const article = "openapi-typescript";
const text = "The ferry runs again.";

type Reply<T> = { data?: T; error?: components["schemas"]["Problem"]; response: Response };

/** Returns the successful reply, or throws the problem. */
function must<T>(what: string, reply: Reply<T>): T {
  if (reply.data === undefined) throw new Error(`${what}: ${reply.response.status} ${JSON.stringify(reply.error)}`);
  return reply.data;
}

function check(what: string, holds: boolean, seen: unknown): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

const baseUrl = process.env.WINNOW_URL ?? "";
const page = createClient<paths>({ baseUrl, headers: { Origin: "https://gazette.example" } });
const server = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${process.env.WINNOW_KEY}` } });

const login = { name: "grace", password: process.env.WINNOW_PASSWORD ?? "" };
const session = must("login", await page.POST("/v1/auth/login", { body: login }));
const moderator = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${session.access_token}` } });

// Every comment waits. The null stands for the default.
const settings: components["schemas"]["SiteSettings"] = { mode: "pre", second_look: null };
const changed = must("site", await moderator.PATCH("/v1/sites/{slug}", { params: { path: { slug: site } }, body: settings }));
check("site", changed.mode === "pre", changed);

const comment = { article: { id: article }, author: { name: "Ada" }, body: text };
const first = must("post with the key", await server.POST("/v1/comments", { body: comment }));
check("post with the key", first.status === "pending" && first.verdict !== undefined, first);
const second = must("post from a page", await page.POST("/v1/comments", { body: { ...comment, site, body: "Buy followers." } }));
check("a page does not see the verdict", second.verdict === undefined, second);

const filter = { site, article };
const claimed = must("claim", await moderator.POST("/v1/queue/claim", { body: { ...filter, limit: 10 } }));
const item = claimed.items.find((i) => i.comment.id === first.id);
check("claim", claimed.items.length === 2 && item?.claim?.by === "grace", claimed);

const decision = {
  params: { path: { id: first.id } },
  body: { action: "approve", version: item?.version } as const,
};
const made = must("decide", await moderator.POST("/v1/comments/{id}/decision", decision));
check("decide", made.comment.status === "approved" && made.moderator === "grace", made);
const again = await moderator.POST("/v1/comments/{id}/decision", decision);
check("a decision on an old version", again.error?.current?.version === made.comment.version, again.error);

const preview = must("preview", await moderator.POST("/v1/decisions/preview", { body: { filter } }));
check("preview", preview.count === 1 && preview.sample[0]?.comment.id === second.id, preview);
const batch = must("batch", await moderator.POST("/v1/decisions", {
  body: { filter, expect: preview.count, token: preview.token, action: "reject", reason: "spam" },
}));
check("batch", batch.count === 1 && batch.failed.length === 0, batch);

const list = must("list", await page.GET("/v1/comments", { params: { query: { site, article } } }));
check("list", list.total === 1 && list.comments[0]?.id === first.id && list.comments[0].body === text, list);
const counts = must("counts", await page.GET("/v1/comments/counts", { params: { query: { site, article: [article, "none"] } } }));
check("counts", counts.counts[article] === 1 && counts.counts.none === 0, counts);

const report = await server.POST("/v1/comments/{id}/flags", {
  params: { path: { id: first.id } },
  body: { reason: "other", client: { ip: "203.0.113.7" } },
});
check("report", report.response.status === 204, report.error);

const labels = must("labels", await moderator.GET("/v1/labels", { params: { query: { site } }, parseAs: "text" }));
check("labels", labels.split("\n").length === 3 && labels.includes(text), labels);
const queue = must("queue", await moderator.GET("/v1/queue", { params: { query: { site } } }));
check("queue", queue.total === 0, queue);
