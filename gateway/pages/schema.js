// Schemas as people read them, and examples made from them.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A text of the document: what stands between backticks is code; nothing else of Markdown is used in it. */
export function prose(text) {
  return (text ?? "").split(/`([^`]+)`/).map((part, place) => (place % 2 ? element("code", {}, part) : part));
}

export function resolve(spec, value) {
  let found = value;
  for (let hops = 0; found && found.$ref && hops < 20; hops += 1) {
    found = found.$ref.slice(2).split("/").reduce((at, key) => at?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], spec);
  }
  return found ?? {};
}

const alternatives = (schema) => schema.anyOf ?? schema.oneOf ?? null;

export function typeOf(spec, given) {
  const schema = resolve(spec, given);
  const choices = alternatives(schema);
  if (choices) return [...new Set(choices.map((one) => typeOf(spec, one)))].join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.length > 8 ? `one of ${schema.enum.length} codes` : schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.type === "array") return `list of ${typeOf(spec, schema.items ?? {})}`;
  const name = given.$ref ? given.$ref.split("/").pop() : null;
  if (schema.type === "object" || schema.properties) return name ?? "object";
  return [Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type ?? "any", schema.format && `(${schema.format})`].filter(Boolean).join(" ");
}

function limits(schema) {
  const told = [];
  if (schema.minLength) told.push(`at least ${schema.minLength} characters`);
  if (schema.maxLength) told.push(`at most ${schema.maxLength} characters`);
  if (schema.minimum !== undefined) told.push(`≥ ${schema.minimum}`);
  if (schema.maximum !== undefined) told.push(`≤ ${schema.maximum}`);
  if (schema.maxItems) told.push(`at most ${schema.maxItems} entries`);
  if (schema.default !== undefined && schema.default !== null) told.push(`default ${JSON.stringify(schema.default)}`);
  return told.join(", ");
}

// The object behind a list, a nullable or a reference, when there is one to look into.
function inner(spec, given) {
  const schema = resolve(spec, given);
  if (schema.properties) return schema;
  if (schema.type === "array") return inner(spec, schema.items ?? {});
  const objects = (alternatives(schema) ?? []).map((one) => inner(spec, one)).filter(Boolean);
  return objects[0] ?? null;
}

export function schemaView(spec, given, depth = 0) {
  const schema = inner(spec, given);
  if (!schema) return element("p", { class: "type" }, typeOf(spec, given));
  const required = new Set(schema.required ?? []);
  return element("ul", { class: "schema" }, ...Object.entries(schema.properties).map(([name, property]) => {
    const found = resolve(spec, property);
    const below = depth < 5 ? inner(spec, property) : null;
    const line = [
      element("code", {}, name), " ", element("span", { class: "type" }, typeOf(spec, property)),
      required.has(name) ? element("span", { class: "required" }, " required") : null,
      element("div", {}, ...prose([property.description ?? found.description ?? "", limits(found)].filter(Boolean).join(" "))),
    ];
    if (!below) return element("li", {}, ...line);
    const fold = element("details", {}, element("summary", { class: "type" }, "fields"));
    fold.addEventListener("toggle", () => { if (fold.open && fold.childElementCount === 1) fold.append(schemaView(spec, property, depth + 1)); });
    return element("li", {}, ...line, fold);
  }));
}

const formats = {
  uuid: "01976b1e-7c3a-7000-8000-000000000001", "date-time": "2026-05-29T01:00:00Z", date: "2026-05-29",
  email: "lin@alliance.example", uri: "https://alliance.example",
};

export function exampleOf(spec, given, depth = 0) {
  const schema = resolve(spec, given);
  if (given.examples?.length) return given.examples[0];
  if (schema.examples?.length) return schema.examples[0];
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = (alternatives(schema) ?? []).find((one) => resolve(spec, one).type !== "null");
  if (choice) return exampleOf(spec, choice, depth);
  if (depth > 6) return null;
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, exampleOf(spec, one, depth + 1)]));
  }
  if (schema.type === "array") return [exampleOf(spec, schema.items ?? {}, depth + 1)];
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
  if (schema.type === "boolean") return false;
  if (schema.type === "object") return {};
  return formats[schema.format] ?? "…";
}
