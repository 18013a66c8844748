// A form that sends one operation's request and shows the answer.

import { element, exampleOf, resolve } from "./schema.js";

const credential = () => document.getElementById("credential");

export function remember() {
  const input = credential();
  input.value = sessionStorage.getItem("credential") ?? "";
  input.addEventListener("input", () => sessionStorage.setItem("credential", input.value));
  const form = document.getElementById("sign-in");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = form.querySelector("output");
    const answer = await fetch("/v1/sessions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const body = await answer.json();
    told.textContent = answer.ok ? "Signed in." : body.title;
    if (!answer.ok) return;
    input.value = body.access_token;
    input.dispatchEvent(new Event("input"));
    form.reset();
  });
}

function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function asCurl(method, url, headers, body) {
  const parts = [`curl -X ${method} ${shellQuoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    parts.push(name === "Authorization" ? '-H "Authorization: Bearer $TOKEN"' : `-H ${shellQuoted(`${name}: ${value}`)}`);
  }
  if (body) parts.push(`-d ${shellQuoted(body)}`);
  return parts.join(" \\\n  ");
}

export function tryForm(spec, method, path, operation, parameters) {
  const inputs = parameters.map((parameter) => {
    const example = parameter.in === "path" ? "" : parameter.name === "Idempotency-Key" ? crypto.randomUUID() : "";
    const input = element("input", { name: parameter.name, value: example, placeholder: String(parameter.example ?? exampleOf(spec, parameter.schema ?? {}) ?? ""), required: parameter.required });
    return { parameter, input, label: element("label", {}, parameter.name + (parameter.required ? " *" : ""), input) };
  });
  const json = resolve(spec, operation.requestBody ?? {}).content?.["application/json"];
  const body = json ? element("textarea", { class: "code", spellcheck: "false", "aria-label": "Body" }) : null;
  if (body) body.value = JSON.stringify(json.example ?? exampleOf(spec, json.schema ?? {}), null, 2);
  const shown = element("div", { "aria-live": "polite" });

  async function send(event) {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    const headers = {};
    for (const { parameter, input } of inputs) {
      if (!input.value) continue;
      if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (parameter.in === "query") for (const value of input.value.split(",")) query.append(parameter.name, value.trim());
      else headers[parameter.name] = input.value;
    }
    if (credential().value) headers.Authorization = `Bearer ${credential().value.trim()}`;
    if (body) headers["Content-Type"] = "application/json";
    const url = location.origin + target + (query.size ? `?${query}` : "");
    const began = performance.now();
    shown.replaceChildren("…");
    try {
      const answer = await fetch(url, { method: method.toUpperCase(), headers, body: body?.value });
      const text = await answer.text();
      const milliseconds = Math.round(performance.now() - began);
      let pretty = text;
      try { pretty = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
      const told = ["etag", "location", "x-request-id", "ratelimit"].filter((name) => answer.headers.has(name)).map((name) => `${name}: ${answer.headers.get(name)}`);
      shown.replaceChildren(
        element("p", {}, element("span", { class: "status" }, `${answer.status} ${answer.statusText}`), ` in ${milliseconds} ms`),
        element("pre", {}, element("code", {}, told.join("\n"))),
        element("pre", {}, element("code", {}, pretty.slice(0, 200000))),
        element("details", {}, element("summary", {}, "As a command"), element("pre", {}, element("code", {}, asCurl(method.toUpperCase(), url, headers, body?.value)))),
      );
    } catch (error) {
      shown.replaceChildren(element("p", {}, `No answer: ${error.message}`));
    }
  }

  return element("form", { class: "try", onsubmit: send },
    element("div", { class: "fields" }, ...inputs.map((one) => one.label)), body, element("button", {}, "Send"), shown);
}
