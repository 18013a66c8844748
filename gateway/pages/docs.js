// The reference, drawn from /openapi.json. Nothing is loaded from anywhere else.

import { element, exampleOf, prose, resolve, schemaView, typeOf } from "./schema.js";
import { remember, tryForm } from "./try.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

function operationsOf(spec) {
  const found = [];
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) found.push({ method, path, operation, id: operation.operationId ?? `${method}${path}`, tag: operation.tags?.[0] ?? "Other", shared: item.parameters ?? [] });
    }
  }
  return found;
}

const anchor = (one) => `op-${one.id.replaceAll(/[^\w-]/g, "-")}`;

function scopeOf(operation) {
  if (operation.security && operation.security.length === 0) return "public";
  const scopes = (operation.security ?? []).flatMap((one) => Object.values(one).flat());
  return scopes.length ? `needs ${scopes.join(", ")}` : "any credential";
}

function parameterTable(spec, parameters) {
  if (!parameters.length) return null;
  return element("table", {},
    element("thead", {}, element("tr", {}, ...["Parameter", "In", "Type", ""].map((text) => element("th", {}, text)))),
    element("tbody", {}, ...parameters.map((one) => element("tr", {},
      element("td", {}, element("code", {}, one.name), one.required ? element("span", { class: "required" }, " required") : null),
      element("td", {}, one.in), element("td", { class: "type" }, typeOf(spec, one.schema ?? {})), element("td", {}, ...prose(one.description))))));
}

function mediaView(spec, media) {
  const sample = media.example ?? Object.values(media.examples ?? {})[0]?.value ?? exampleOf(spec, media.schema ?? {});
  return [schemaView(spec, media.schema ?? {}), element("pre", {}, element("code", {}, JSON.stringify(sample, null, 2)))];
}

function responseView(spec, status, given) {
  const response = resolve(spec, given);
  const media = Object.values(response.content ?? {})[0];
  const fold = element("details", {}, element("summary", {}, element("span", { class: "status" }, status), " ", ...prose(response.description)));
  if (media) fold.addEventListener("toggle", () => { if (fold.open && fold.childElementCount === 1) fold.append(...mediaView(spec, media)); });
  return fold;
}

function filled(spec, one, section) {
  const { method, path, operation } = one;
  const parameters = [...one.shared, ...(operation.parameters ?? [])].map((parameter) => resolve(spec, parameter));
  const body = resolve(spec, operation.requestBody ?? {}).content?.["application/json"];
  const attempt = element("details", {}, element("summary", {}, "Try it"));
  attempt.addEventListener("toggle", () => { if (attempt.open && attempt.childElementCount === 1) attempt.append(tryForm(spec, method, path, operation, parameters)); });
  section.append(
    ...(operation.description ?? "").split("\n\n").map((paragraph) => element("p", {}, ...prose(paragraph))),
    ...[parameterTable(spec, parameters)].filter(Boolean),
    ...(body ? [element("details", { open: true }, element("summary", {}, `Body: ${typeOf(spec, body.schema ?? {})}`), ...mediaView(spec, body))] : []),
    element("h4", {}, "Answers"), ...Object.entries(operation.responses ?? {}).map(([status, response]) => responseView(spec, status, response)),
    attempt);
}

function sectionOf(spec, one) {
  const section = element("section", { class: "operation", id: anchor(one) },
    element("h3", {}, one.operation.summary ?? one.id),
    element("p", { class: "path" }, element("span", { class: `verb ${one.method}` }, one.method), element("code", {}, one.path), element("span", { class: "scope" }, scopeOf(one.operation))));
  // Filled when it comes near: hundreds of operations would otherwise make the page slow to open.
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    filled(spec, one, section);
  }, { rootMargin: "600px" });
  seen.observe(section);
  return section;
}

function draw(spec) {
  const all = operationsOf(spec);
  const index = document.getElementById("index");
  const content = document.getElementById("content");
  const search = document.getElementById("search");

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (one) => `${one.method} ${one.path} ${one.operation.summary ?? ""} ${one.operation.description ?? ""} ${one.tag} ${scopeOf(one.operation)}`.toLowerCase();
    const chosen = all.filter((one) => words.every((word) => text(one).includes(word)));
    const tags = [...new Set([...(spec.tags ?? []).map((tag) => tag.name), ...all.map((one) => one.tag)])];
    const groups = tags.map((tag) => [tag, chosen.filter((one) => one.tag === tag)]).filter(([, ones]) => ones.length);
    index.replaceChildren(...groups.flatMap(([tag, ones]) => [
      element("h2", {}, tag),
      ...ones.map((one) => element("a", { href: `#${anchor(one)}`, title: `${one.method.toUpperCase()} ${one.path}` }, element("span", { class: `verb ${one.method}` }, one.method === "delete" ? "del" : one.method), one.operation.summary ?? one.path)),
    ]));
    const head = words.length ? [] : [element("h1", {}, spec.info.title), ...spec.info.description.trim().split("\n\n").map((paragraph) => element("p", {}, ...prose(paragraph)))];
    content.replaceChildren(...head, ...groups.flatMap(([tag, ones]) => [element("h2", {}, tag), ...ones.map((one) => sectionOf(spec, one))]));
    if (!chosen.length) content.replaceChildren(element("p", { class: "none" }, "Nothing matches."));
  }

  search.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement?.tagName ?? "")) { event.preventDefault(); search.focus(); }
  });
  show();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

remember();
try {
  const answer = await fetch("/openapi.json");
  draw(await answer.json());
} catch (error) {
  document.getElementById("content").replaceChildren(element("p", {}, `The document could not be read: ${error.message}`));
}
