// What a frontend does, with the generated types: create, list, change with If-Match, and show a refusal.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Problem = components["schemas"]["Problem"];

const { BASE_URL: baseUrl = "", API_KEY: key = "" } = process.env;
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
}

const city = `TypeScript ${Date.now()}`;
const made = await api.POST("/v1/organisations", {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  body: { names: { zh: "梵净山景区", en: "Fanjingshan Scenic Area" }, kind: "scenic_area", country: "CN", city },
});
if (made.error) throw new Error(made.error.title);
const id: string = made.data.id;
const etag = made.response.headers.get("ETag") ?? "";

const listed = await api.GET("/v1/organisations", { params: { query: { city: [city], limit: 5, sort: "-created_at" } } });
if (listed.error) throw new Error(listed.error.title);
const first = "items" in listed.data ? listed.data.items[0] : undefined;
equal(first?.id, id);
equal(listed.data.next_cursor, null);

const changed = await api.PATCH("/v1/organisations/{id}", {
  params: { path: { id }, header: { "If-Match": etag } },
  body: { website: "https://fanjingshan.example.org" },
});
equal(changed.data?.website, "https://fanjingshan.example.org");
equal(changed.data?.version, 2);

const stale = await api.PATCH("/v1/organisations/{id}", {
  params: { path: { id }, header: { "If-Match": etag } },
  body: { city: null },
});
const problem: Problem | undefined = stale.error;
equal(stale.response.status, 412);
equal(problem?.status, 412);

const refused = await api.POST("/v1/organisations", { params: {}, body: { names: {}, kind: "scenic_area" } });
equal(refused.response.status, 422);
equal(refused.error?.errors?.[0]?.pointer, "/names");

export {};
