// Made by `npm run generate` from test/support/pam-core.
// test/support/pam-core/command-line.ts
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

// test/support/pam-core/switches.ts
var modern = {
  prefixes: ["/api", "/iso"],
  envelope: "per-endpoint",
  pages: "4.0",
  spaceAfterCode: "per-endpoint",
  identifierField: "identifier",
  tenantName: "Segura",
  tenantRequired: null,
  automaticChangeAs: "boolean",
  alreadyNumbers: "modern",
  keyCreateStatus: 201,
  expiresInSeconds: 3600,
  tokenLifetimeSeconds: null,
  invalidTokenStatus: 401,
  invalidTokenBody: "gateway",
  oauth1Methods: ["HMAC-SHA1", "HMAC-SHA256"],
  oauth1WindowSeconds: 300,
  identifierRule: "strict",
  identifierRuleForKeys: !1,
  generateIdentifier: !0,
  updateWithoutIdentifier: "keep",
  identifierScope: "per-kind",
  otherDevice: "move",
  ignoreCase: !1,
  domainMustExist: !1,
  settingsBlocks: "replace",
  postEnables: !1,
  keyUpdateNeedsMaterial: !0,
  readDisabledCredential: "refused",
  changeMovesOnUpdateWithoutContent: !0,
  changeMovesOnToggle: !0,
  disabledListed: !0,
  listLagMs: 0,
  listMessageOffset: 0,
  listLimit: null,
  utcOffsetMinutes: -180
}, differences = {
  "4.0": {},
  "3.33": { tenantName: null },
  "3.32": {
    prefixes: ["/iso"],
    pages: "3.32",
    identifierField: "tag",
    tenantName: null,
    automaticChangeAs: "text",
    alreadyNumbers: "1017",
    keyCreateStatus: 200,
    oauth1Methods: ["HMAC-SHA1"],
    identifierRule: "any",
    generateIdentifier: !1,
    updateWithoutIdentifier: "regenerate",
    domainMustExist: !0,
    keyUpdateNeedsMaterial: !1
  }
};
function switchesOf(dialect, overrides = {}) {
  return { ...modern, ...differences[dialect], ...overrides };
}

// test/support/pam-core/command-line.ts
var helpText = `PAM Core simulator: a PAM Core REST API on loopback, with its state in memory.

npm run pam-core-simulator -- [options]

  --port <n>              port on 127.0.0.1 (0: a free one)
  --dialect <release>     3.32, 3.33 or 4.0 (4.0)
  --device <host>=<ip>    a device to begin with; repeatable
  --client-id <text>      OAuth 2.0 client id (generated)
  --client-secret <text>  OAuth 2.0 client secret (generated)
  --read-only             the authorization may not write
  --tls                   serve https with a self-signed certificate, which is printed
  --tls-cert <file>       serve https with this certificate (PEM), together with --tls-key
  --tls-key <file>        its private key (PEM)
  --switch <name>=<json>  set one switch, such as disabledListed=false; repeatable (README.md lists them)
  --control               serve the control API under /__sim/ on a loopback port of its own
  --control-port <n>      the same, on this port
  --help                  this text

It runs until SIGINT or SIGTERM.
`;
function readCommandLine(args) {
  let { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "0" },
      dialect: { type: "string", default: "4.0" },
      device: { type: "string", multiple: !0, default: [] },
      "client-id": { type: "string" },
      "client-secret": { type: "string" },
      "read-only": { type: "boolean", default: !1 },
      tls: { type: "boolean", default: !1 },
      "tls-cert": { type: "string" },
      "tls-key": { type: "string" },
      switch: { type: "string", multiple: !0, default: [] },
      control: { type: "boolean", default: !1 },
      "control-port": { type: "string" },
      help: { type: "boolean", default: !1 }
    }
  });
  if (values.help) return "help";
  let controlPort = values["control-port"] ?? (values.control ? "0" : void 0), clientId = values["client-id"], clientSecret = values["client-secret"];
  if (clientId === void 0 != (clientSecret === void 0))
    throw new Error("--client-id and --client-secret belong together");
  let keys = clientId !== void 0 && clientSecret !== void 0 ? { oauth2: { clientId, clientSecret } } : {}, tls = tlsOf(values.tls, values["tls-cert"], values["tls-key"]);
  return {
    port: portOf("--port", values.port),
    dialect: dialectOf(values.dialect),
    switches: Object.fromEntries(values.switch.map(switchOf)),
    devices: values.device.map(deviceOf),
    authorization: { ...keys, permission: values["read-only"] ? "read" : "readwrite" },
    ...tls === void 0 ? {} : { tls },
    ...controlPort === void 0 ? {} : { controlPort: portOf("--control-port", controlPort) }
  };
}
function tlsOf(selfSigned, cert, key) {
  if (cert !== void 0 && key !== void 0)
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  if (cert !== void 0 || key !== void 0) throw new Error("--tls-cert and --tls-key belong together");
  return selfSigned ? "self-signed" : void 0;
}
function portOf(option, text) {
  let port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new Error(`${option} must be a number from 0 to 65535`);
  return port;
}
function dialectOf(text) {
  if (text !== "3.32" && text !== "3.33" && text !== "4.0")
    throw new Error("--dialect must be 3.32, 3.33 or 4.0");
  return text;
}
function deviceOf(text) {
  let at = text.lastIndexOf("="), [hostname, ip] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (hostname === "" || ip === "") throw new Error("--device must be <host>=<ip>");
  return { hostname, ip };
}
function switchOf(text) {
  let at = text.indexOf("="), name = text.slice(0, Math.max(at, 0)), names = Object.keys(switchesOf("4.0"));
  if (!names.includes(name)) throw new Error(`--switch must name one of: ${names.join(", ")}`);
  try {
    return [name, JSON.parse(text.slice(at + 1))];
  } catch {
    throw new Error('--switch must be <name>=<json>, such as disabledListed=false or envelope="short"');
  }
}

// test/support/pam-core/fault.ts
var faultKinds = Object.keys({
  delay: !0,
  "hang-before-commit": !0,
  "hang-after-commit": !0,
  "late-commit": !0,
  "reset-before-commit": !0,
  "reset-after-commit": !0,
  "rate-limited": !0,
  "unexpected-error": !0,
  "unexpected-error-after-commit": !0,
  "not-authorized": !0,
  "bad-gateway-html": !0,
  "bad-gateway-html-after-commit": !0,
  "service-unavailable": !0,
  "gateway-timeout": !0,
  "gateway-timeout-after-commit": !0,
  "html-200": !0,
  "truncated-json": !0,
  "cut-body": !0,
  "empty-body": !0,
  "error-in-success": !0,
  "devices-error": !0,
  "numbered-error": !0,
  redirect: !0,
  "slow-body": !0,
  "oversized-body": !0,
  "echo-request": !0,
  answer: !0
});

// test/support/pam-core/json-value.ts
function isJsonObject(value) {
  return typeof value == "object" && value !== null && !Array.isArray(value);
}
function textOf(body, key) {
  let value = body[key];
  return typeof value == "string" || typeof value == "number" || typeof value == "boolean" ? String(value) : void 0;
}
function flagOf(body, key) {
  let text = textOf(body, key);
  return text === void 0 || text === "" ? void 0 : text === "true" || text === "1";
}

// test/support/pam-core/router.ts
var templates = [
  "TOKEN",
  "C1",
  "C2",
  "C3",
  "C4",
  "C5",
  "C6",
  "C7",
  "C8",
  "K1",
  "K2",
  "K3",
  "K4",
  "D1",
  "D2",
  "D3",
  "D4",
  "D5",
  "unknown",
  "outside"
], rows = [
  ["POST", "oauth2/token", "TOKEN"],
  ["GET", "pam/credential", "C1"],
  ["GET", "pam/credential/{id}", "C2"],
  ["GET", "pam/credential/{name}", "C3"],
  ["POST", "pam/credential", "C4"],
  ["PUT", "pam/credential/{id}", "C5"],
  ["DELETE", "pam/credential/{id}", "C6"],
  ["DELETE", "pam/credential/{name}", "C7"],
  ["DELETE", "pam/credential/custody/{id}", "C8"],
  ["DELETE", "pam/credential/custody/{name}", "C8"],
  ["POST", "pam/key", "K1"],
  ["GET", "pam/key/{id}", "K2"],
  ["PUT", "pam/key/{id}", "K3"],
  ["DELETE", "pam/key/{id}", "K4"],
  ["GET", "pam/device", "D1"],
  ["GET", "pam/device/{id}", "D2"],
  ["POST", "pam/device", "D3"],
  ["PUT", "pam/device/{id}", "D4"],
  ["DELETE", "pam/device/{id}", "D5"]
];
function routeOf(method, path) {
  let [, first, ...rest] = path.split("/"), prefix = first === "api" || first === "iso" ? `/${first}` : void 0;
  if (prefix === void 0) return { prefix, template: "outside", parameter: void 0 };
  let segments = rest.map(decoded);
  for (let [rowMethod, rowPath, template] of rows) {
    let pattern = rowPath.split("/");
    if (rowMethod !== method || pattern.length !== segments.length) continue;
    let placeholder = pattern.at(-1) ?? "", parameter = placeholder.startsWith("{") ? segments.at(-1) : void 0;
    if ((parameter === void 0 ? pattern : pattern.slice(0, -1)).every((segment, index) => segment === segments[index]) && !(parameter !== void 0 && placeholder === "{name}" !== parameter.includes("@")))
      return { prefix, template, parameter };
  }
  return { prefix, template: "unknown", parameter: void 0 };
}
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

// test/support/pam-core/fault-input.ts
function faultInputOf(body) {
  let { kind, match, ...rest } = body;
  if (typeof kind != "string" || !faultKinds.includes(kind))
    throw new Error(`kind must be one of: ${faultKinds.join(", ")}`);
  let fault = { kind, ...rest };
  if (!isJsonObject(match)) return fault;
  let { path, ...others } = match;
  if (typeof path != "string") return { ...fault, match: others };
  let isTemplate = templates.includes(path);
  return { ...fault, match: { ...others, path: isTemplate ? path : new RegExp(path) } };
}

// test/support/pam-core/control-api.ts
var actions = {
  "GET journal": ({ journal }) => ({ calls: journal.entries }),
  "GET counts": ({ journal }) => journal.counts(),
  "DELETE journal": ({ journal }) => journal.clear(),
  "GET records": ({ store }) => ({ records: store.records().map(withoutSecrets), custody: store.custody() }),
  "GET devices": ({ store }) => ({ devices: store.devices() }),
  "POST devices": ({ store }, body) => store.addDevice({ ...body, ...placeOf(body) }),
  "POST credentials": ({ store }, body) => withoutSecrets(store.seedCredential({ ...body, ...placeOf(body) })),
  "GET faults": ({ faults }) => ({ faults: faults.list().map(shownFault) }),
  "POST faults": ({ faults }, body) => shownFault(faults.add(faultInputOf(body))),
  "DELETE faults": ({ faults }, _body, id) => id === "" ? faults.clear() : faults.remove(Number(id)),
  "POST rotate": ({ store }, _body, id) => {
    store.rotate(id);
  },
  "POST disable": ({ store }, _body, id) => store.administratorDisables(id),
  "POST enable": ({ store }, _body, id) => store.administratorEnables(id),
  "GET switches": ({ switches }) => switches,
  "PATCH switches": ({ switches }, body) => setSwitches(switches, body)
};
function controlListener(controlled) {
  return (request, response) => {
    answer(controlled, request, response);
  };
}
async function answer(controlled, request, response) {
  let path = (request.url ?? "").split("?", 1)[0] ?? "", [, root, what = "", id = ""] = path.split("/"), name = `${request.method} ${what}`, action = Object.hasOwn(actions, name) ? actions[name] : void 0;
  if (root !== "__sim" || action === void 0) {
    send(response, 404, { error: `no such call; there are: ${Object.keys(actions).join(", ")}` });
    return;
  }
  try {
    let result = action(controlled, await bodyOf(request), id);
    send(response, result === void 0 ? 204 : 200, result);
  } catch (error) {
    send(response, 400, { error: error instanceof Error ? error.message : "failed" });
  }
}
function send(response, status, result) {
  if (result === void 0) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(result)}
`);
}
async function bodyOf(request) {
  let pieces = [];
  for await (let piece of request) pieces.push(piece);
  if (pieces.length === 0) return {};
  let body = JSON.parse(Buffer.concat(pieces).toString("utf8"));
  if (!isJsonObject(body)) throw new Error("the body must be a JSON object");
  return body;
}
function placeOf(body) {
  let [hostname, ip] = [textOf(body, "hostname"), textOf(body, "ip")];
  if (hostname === void 0 || ip === void 0) throw new Error("hostname and ip are required");
  return { hostname, ip };
}
function setSwitches(switches, body) {
  let unknown = Object.keys(body).find((name) => !Object.hasOwn(switches, name));
  if (unknown !== void 0) throw new Error(`no switch is called ${unknown}`);
  return Object.assign(switches, body);
}
function withoutSecrets(record) {
  let grantedTo = record.grantedTo === "everyone" ? "everyone" : [...record.grantedTo];
  if (record.kind === "key")
    return { ...record, grantedTo, privateKey: "***", passphrase: masked(record.passphrase) };
  let { settings, ...rest } = record;
  return { ...rest, grantedTo, content: masked(record.content), settings: Object.keys(settings) };
}
function masked(secret) {
  return secret === null ? null : "***";
}
function shownFault({ id, fault, match, fired }) {
  let path = match.path instanceof RegExp ? match.path.source : match.path;
  return { id, ...fault, match: { ...match, path }, fired: fired() };
}

// test/support/pam-core/loopback-server.ts
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
async function startLoopbackServer(listener, port, tls) {
  let server = tls === void 0 ? createServer(listener) : createTlsServer({ ...tls }, listener);
  server.requestTimeout = 0, server.keepAliveTimeout = 12e4, await new Promise((resolve, reject) => {
    server.once("error", reject), server.listen(port, "127.0.0.1", () => resolve());
  });
  let address = server.address();
  if (address === null || typeof address == "string") throw new Error("the server has no TCP address");
  let url = `${tls === void 0 ? "http" : "https"}://127.0.0.1:${address.port}`, stop = () => new Promise((resolve) => {
    server.close(() => resolve()), server.closeAllConnections();
  });
  return { url, port: address.port, stop };
}

// test/support/pam-core/pam-core-service.ts
import { setTimeout as sleep2 } from "node:timers/promises";

// test/support/pam-core/authorizations.ts
import { randomBytes } from "node:crypto";
function authorizationOf(input) {
  let { label, oauth2 = !0, oauth1 = !0, ...rest } = input;
  return {
    label,
    oauth2: typeof oauth2 == "object" ? oauth2 : oauth2 ? randomOAuth2() : void 0,
    oauth1: typeof oauth1 == "object" ? oauth1 : oauth1 ? randomOAuth1() : void 0,
    permission: rest.permission ?? "readwrite",
    resources: rest.resources ?? ["PAM Core"],
    enabled: rest.enabled ?? !0,
    expires: rest.expires,
    referer: rest.referer
  };
}
function unusable(authorization, now) {
  if (!authorization.enabled) return "authorization disabled";
  let { expires } = authorization;
  return expires !== void 0 && expires <= now ? "authorization expired" : void 0;
}
function randomOAuth2() {
  return { clientId: `client-${random(8)}`, clientSecret: random(24) };
}
function randomOAuth1() {
  let [consumerKey, tokenKey] = [random(16), random(16)];
  return { consumerKey, consumerSecret: random(24), tokenKey, tokenSecret: random(24) };
}
function random(bytes) {
  return randomBytes(bytes).toString("hex");
}

// test/support/pam-core/authenticate.ts
function authenticate(call, guards, switches, now) {
  let header = call.headers.authorization;
  if (header === void 0 || header === "")
    return { authorization: void 0, oauthVersion: void 0, refusal: "no authorization" };
  let bearer = /^Bearer (\S+)$/i.exec(header)?.[1], oauthVersion = bearer !== void 0 ? "2.0" : /^OAuth\s/i.test(header) ? "1.0a" : void 0, verdict = oauthVersion === void 0 ? unknownScheme : verdictOf(call, header, bearer, guards, switches, now), { authorization } = verdict, refusal = verdict.refusal ?? (authorization && unusableFor(call, authorization, now));
  return { authorization, oauthVersion, refusal };
}
var unknownScheme = { authorization: void 0, refusal: "unknown scheme" };
function verdictOf(call, header, bearer, guards, switches, now) {
  if (bearer !== void 0) return guards.tokens.verify(bearer, now);
  let { method, target, form } = call, request = { method, scheme: guards.scheme, host: call.headers.host ?? "", target, form };
  return guards.verifier.verify(header, request, guards.authorizations, switches, now);
}
function unusableFor(call, authorization, now) {
  let { referer } = authorization;
  return referer !== void 0 && call.headers.referer !== referer ? "wrong referer" : unusable(authorization, now);
}

// test/support/pam-core/deliver.ts
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
var floodPiece = `${"x".repeat(65535)},`;
async function deliver(delivery, response, signal) {
  let { socket } = response;
  if (socket === null || socket.destroyed) return "none";
  switch (delivery.by) {
    case "answer":
      return head(response, delivery.answer, Buffer.byteLength(delivery.answer.body)), response.end(delivery.answer.body), delivery.answer.status;
    case "hang":
      return await closed(response), "none";
    case "reset":
      return reset(socket), "none";
    case "cut": {
      let body = Buffer.from(delivery.answer.body);
      return head(response, delivery.answer, body.length), response.write(body.subarray(0, Math.floor(body.length / 2)), () => socket.destroy()), await closed(response), delivery.answer.status;
    }
    case "drip":
      return head(response, delivery.answer, Buffer.byteLength(delivery.answer.body)), await drip(response, Buffer.from(delivery.answer.body), delivery.ms, delivery.bytes, signal), delivery.answer.status;
    case "flood":
      return response.writeHead(200, { "content-type": "application/json" }), await flood(response, delivery.bytes), 200;
  }
}
function head(response, answer2, length) {
  response.writeHead(answer2.status, { ...answer2.headers, "content-length": length });
}
async function drip(response, body, ms, bytes, signal) {
  response.flushHeaders();
  for (let at = 0; at < body.length && !response.destroyed; at += bytes)
    if (response.write(body.subarray(at, at + bytes)), await sleep(ms, void 0, { signal }).catch(() => {
    }), signal.aborted) return;
  response.end();
}
async function flood(response, bytes) {
  let gone = closed(response);
  response.write('{"credentials":["');
  for (let sent = 0; sent < bytes && !response.destroyed; sent += floodPiece.length)
    response.write(floodPiece) || await Promise.race([once(response, "drain"), gone]);
  response.end('"]}');
}
function closed(response) {
  return response.closed ? Promise.resolve() : new Promise((resolve) => response.once("close", () => resolve()));
}
function reset(socket) {
  "encrypted" in socket ? socket.destroy() : socket.resetAndDestroy();
}

// test/support/pam-core/credentials.ts
import { randomBytes as randomBytes3 } from "node:crypto";

// test/support/pam-core/record.ts
var credentialFields = [
  "additional",
  "tags",
  "credential_type",
  "domain",
  "parent_password",
  "notes"
], settingsBlocks = [
  "execution_settings",
  "session_settings",
  "additional_settings",
  "jit_settings"
];

// test/support/pam-core/settings-blocks.ts
function blockOf(body, name) {
  let value = body[name], block = Array.isArray(value) ? value[0] : value;
  return isJsonObject(block) ? block : void 0;
}
function sentIdentifier(body) {
  let inside = textOf(blockOf(body, "additional_settings") ?? {}, "identifier");
  return textOf(body, "identifier") ?? inside ?? "";
}
function sentNotes(body) {
  return textOf(blockOf(body, "additional_settings") ?? {}, "notes") ?? textOf(body, "notes");
}
function applySettings(record, body, how) {
  for (let name of settingsBlocks) {
    let sent = blockOf(body, name);
    sent !== void 0 && (record.settings[name] = how === "merge" ? { ...record.settings[name], ...sent } : { ...sent });
  }
}

// test/support/pam-core/catalogue-checks.ts
function parametersExist(body, ...names) {
  return names.every((name) => (textOf(body, name) ?? "") !== "");
}
function deviceDomainsAreKnown(vault, body) {
  let domains = textOf(body, "device_domain") ?? "";
  return domains === "" || domains.split(",").every((domain) => vault.catalogue.domains.has(domain));
}
function domainIsKnown(vault, body) {
  let domain = textOf(body, "domain") ?? "";
  return domain === "" || vault.catalogue.domains.has(domain);
}
function jitPlugins(body, part) {
  let jit = blockOf(body, "jit_settings");
  return jit === void 0 || flagOf(jit, "jit") !== !0 ? [] : [
    { flag: "credential_creation_and_deletion", actions: ["creation", "deletion"] },
    { flag: "enable_disable_credential", actions: ["enable", "disable"] }
  ].filter(({ flag }) => flagOf(jit, flag) === !0).flatMap(({ actions: actions2 }) => actions2.map((action) => textOf(jit, `credential_${action}_${part}`) ?? ""));
}

// test/support/pam-core/identifier-rule.ts
var rules = {
  strict: /^[A-Za-z0-9_-]*$/,
  period: /^[A-Za-z0-9_.-]*$/,
  any: /^/
};
function identifierIsAllowed(identifier, rule) {
  return rules[rule].test(identifier);
}

// test/support/pam-core/refusal.ts
var texts = {
  1004: "The device's hostname was not informed",
  1005: "The device's IP was not informed",
  1007: "Credential not found",
  1008: "Credential inactive",
  1009: "No access to credential",
  1010: "The item is not a credential",
  1011: "Device not found",
  1013: "The public key was not informed",
  1014: "The private key was not informed",
  1015: "SSH key not found",
  1016: "The item is not a ssh key",
  1017: "Key inactive",
  1018: "The credential is not in the user custody",
  1019: "The device's site was not informed",
  1020: "The device's model was not informed",
  1021: "The device's vendor was not informed",
  1022: "The device's type was not informed",
  1029: "It is not possible to enter a domain that has not been previously registered",
  1039: "Without PAM Configuration Access permission",
  1042: "Invalid username",
  1043: "Credential is already activated!",
  1044: "Device is already activated",
  1045: "Ssh key is already activated",
  1046: "Plugin not informed",
  1047: "Template plugin not informed",
  1052: "A credential with the same hostname and device was found",
  1053: 'The identifier can only contain letters, numbers, "_" and "-".'
};
function refusalText(code) {
  return Object.hasOwn(texts, code) ? texts[code] : void 0;
}
var Refusal = class extends Error {
  name = "Refusal";
  code;
  text;
  constructor(code, text = texts[code]) {
    super(text), this.code = code, this.text = text;
  }
}, UnexpectedError = class extends Error {
  name = "UnexpectedError";
};

// test/support/pam-core/device-registry.ts
var deviceAttributes = [
  "model",
  "type",
  "vendor",
  "site",
  "device_domain",
  "device_tags",
  "connectivities",
  "session_remote_config"
], DeviceRegistry = class {
  #devices = /* @__PURE__ */ new Map();
  #nextId = 1;
  add(hostname, ip, attributes = {}) {
    let id = String(this.#nextId++), device = { id, hostname, ip, enabled: !0, ...{ model: "", type: "", vendor: "", site: "" }, ...{ device_domain: "", device_tags: "", connectivities: "", session_remote_config: "" }, ...attributes };
    return this.#devices.set(id, device), device;
  }
  all() {
    return [...this.#devices.values()];
  }
  get(id) {
    return this.#devices.get(id);
  }
  byHostname(hostname, same) {
    return this.all().find((device) => same(device.hostname, hostname));
  }
};

// test/support/pam-core/list-history.ts
var ListHistory = class {
  #moments = /* @__PURE__ */ new Map();
  remember(record, time) {
    let moments = this.#moments.get(record.id) ?? [];
    moments.push({ time, record: snapshotOf(record) }), this.#moments.set(record.id, moments.slice(-20));
  }
  forget(id) {
    this.#moments.delete(id);
  }
  /** Each record as it was at that time (milliseconds since 1970); those born later are missing. */
  at(time) {
    return [...this.#moments.values()].flatMap((moments) => {
      let moment = moments.findLast((candidate) => candidate.time <= time);
      return moment === void 0 ? [] : [moment.record];
    });
  }
};
function snapshotOf(record) {
  return record.kind === "key" ? { ...record } : { ...record, fields: { ...record.fields }, settings: { ...record.settings } };
}

// test/support/pam-core/server-time.ts
function serverTime(now, utcOffsetMinutes) {
  return new Date(now.getTime() + utcOffsetMinutes * 6e4).toISOString().slice(0, 19).replace("T", " ");
}

// test/support/pam-core/uuid-v7.ts
import { randomBytes as randomBytes2 } from "node:crypto";
function uuidV7(now) {
  let time = now.getTime().toString(16).padStart(12, "0"), random2 = randomBytes2(10);
  random2.writeUInt8(random2.readUInt8(0) & 15 | 112, 0), random2.writeUInt8(random2.readUInt8(2) & 63 | 128, 2);
  let hex = time + random2.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// test/support/pam-core/vault.ts
var Vault = class {
  switches;
  devices = new DeviceRegistry();
  catalogue = {
    domains: /* @__PURE__ */ new Set(["testlab.com", "demo.lab.com"]),
    plugins: /* @__PURE__ */ new Set(["SSH", "LDAP", "RPC"]),
    pluginTemplates: /* @__PURE__ */ new Set([
      "3COM",
      "Linux - Create User",
      "Linux - Remove User",
      "AD - Activate User",
      "AD - Deactivate User"
    ]),
    users: /* @__PURE__ */ new Set(["admin"])
  };
  #records = /* @__PURE__ */ new Map();
  #credentials = [];
  #keys = [];
  #custody = /* @__PURE__ */ new Map();
  #history = new ListHistory();
  #clock;
  #nextId;
  constructor(switches, clock, firstId) {
    this.switches = switches, this.#clock = clock, this.#nextId = firstId;
  }
  now() {
    return this.#clock();
  }
  /** The present second as `change` and `view` print it. */
  stamp() {
    return serverTime(this.now(), this.switches.utcOffsetMinutes);
  }
  newIdentifier() {
    return uuidV7(this.now());
  }
  records() {
    return [...this.#records.values()];
  }
  record(id) {
    return this.#records.get(id);
  }
  /** Kept as lists of their own: every POST looks through them, and tests hold tens of thousands. */
  credentials() {
    return this.#credentials;
  }
  keys() {
    return this.#keys;
  }
  /** Records as the list shows them: `listLagMs` ago. */
  listed() {
    let { listLagMs } = this.switches;
    return listLagMs === 0 ? this.records() : this.#history.at(this.now().getTime() - listLagMs);
  }
  addCredential(fresh, grantedTo) {
    let record = { ...this.#base(grantedTo), kind: "credential", ...fresh };
    return fresh.content !== null && (record.contentVersion = 1), this.#insert(record);
  }
  addKey(fresh, grantedTo) {
    let record = { ...this.#base(grantedTo), kind: "key", ...fresh };
    return record.contentVersion = 1, this.#insert(record);
  }
  /** Forgets a record entirely, which no API call does: for a PAM that was restored from a backup. */
  remove(id) {
    this.#records.delete(id), this.#credentials = this.#credentials.filter((record) => record.id !== id), this.#keys = this.#keys.filter((record) => record.id !== id), this.#custody.delete(id), this.#history.forget(id);
  }
  /** Call after each modification. `change` false: the list sees the new state, `change` stays. */
  touch(record, change) {
    change && (record.change = this.stamp()), this.#history.remember(record, this.now().getTime());
  }
  /** Sets the password of a credential and of the children that take their parent's password. */
  setContent(record, content, seen = /* @__PURE__ */ new Set()) {
    record.content = content, record.contentVersion += 1, this.touch(record, !0);
    let visited = /* @__PURE__ */ new Set([...seen, record.id]);
    for (let child of this.credentials())
      !visited.has(child.id) && this.parentOf(child)?.id === record.id && this.setContent(child, content, visited);
  }
  /** The parent, given as an id (`parent_password`) or by name (`execution_settings.parent_*`). */
  parentOf(record) {
    let parentId = record.fields.parent_password ?? "";
    if (parentId !== "") return this.credentials().find((other) => other.id === parentId);
    let byName = record.settings.execution_settings;
    if (typeof byName?.parent_credential != "string") return;
    let wanted = ["parent_credential", "parent_hostname", "parent_ip"].map((key) => byName[key]);
    return this.credentials().find((other) => {
      let { hostname, ip } = this.deviceOf(other);
      return [other.username, hostname, ip].every((name, index) => name === wanted[index]);
    });
  }
  deviceOf(record) {
    let device = this.devices.get(record.deviceId);
    if (device === void 0) throw new Error(`record ${record.id} has no device`);
    return device;
  }
  /** Compares identifiers, usernames and hostnames under the switch `ignoreCase`. */
  same = (a, b) => a === b || this.switches.ignoreCase && a.toLowerCase() === b.toLowerCase();
  takeCustody(id, authorization) {
    this.#custody.set(id, { id, authorization, since: this.stamp() });
  }
  /** True when this authorization had custody of the record. */
  releaseCustody(id, authorization) {
    return this.#custody.get(id)?.authorization === authorization && this.#custody.delete(id);
  }
  custody() {
    return [...this.#custody.values()];
  }
  #base(grantedTo) {
    let id = String(this.#nextId++), blank = { enabled: !0, view: null, expiration: null, contentVersion: 0 };
    return { id, change: this.stamp(), grantedTo, ...blank };
  }
  #insert(record) {
    return this.#records.set(record.id, record), record.kind === "key" ? this.#keys.push(record) : this.#credentials.push(record), this.touch(record, !0), record;
  }
};
function isGranted(record, authorization) {
  return record.grantedTo === "everyone" || record.grantedTo.has(authorization);
}

// test/support/pam-core/credential-checks.ts
var checks = [
  { refuse: 1039, when: ({ caller }) => caller.permission === "read" },
  { refuse: 1042, when: ({ body }) => textOf(body, "username") === void 0 },
  { refuse: 1004, when: ({ body }) => !parametersExist(body, "hostname") },
  { refuse: 1005, when: ({ body }) => !parametersExist(body, "ip") },
  {
    refuse: 1053,
    when: ({ switches }, { identifier }) => !identifierIsAllowed(identifier, switches.identifierRule)
  },
  { refuse: 1029, when: ({ vault, body }) => !deviceDomainsAreKnown(vault, body) },
  {
    refuse: 1029,
    when: ({ vault, body, switches }) => switches.domainMustExist && !domainIsKnown(vault, body)
  },
  { refuse: 1011, when: (_call, { device }) => device === void 0 },
  {
    refuse: 1046,
    when: ({ vault, body }) => !jitPlugins(body, "plugin").every((name) => vault.catalogue.plugins.has(name))
  },
  {
    refuse: 1047,
    when: ({ vault, body }) => !jitPlugins(body, "template").every((name) => vault.catalogue.pluginTemplates.has(name))
  },
  { refuse: "unexpected error", when: ({ vault, body }) => ownerIsUnknown(vault.catalogue.users, body) },
  { refuse: 1010, when: (_call, { identifierOfAKey }) => identifierOfAKey },
  { refuse: 1052, when: (_call, { byIdentifier, byName }) => differ(byIdentifier, byName) },
  {
    refuse: 1052,
    when: ({ switches }, { byIdentifier, device }) => switches.otherDevice === "refuse" && byIdentifier !== void 0 && byIdentifier.deviceId !== device?.id
  },
  { refuse: 1009, when: ({ caller }, { hit }) => hit !== void 0 && !isGranted(hit, caller.label) }
];
function checkCredentialPost(call, target) {
  let failed = checks.find((check) => check.when(call, target));
  if (failed !== void 0)
    throw failed.refuse === "unexpected error" ? new UnexpectedError("unknown user_credential_owner") : new Refusal(failed.refuse);
}
function ownerIsUnknown(users, body) {
  let owner = textOf(blockOf(body, "additional_settings") ?? {}, "user_credential_owner") ?? "";
  return owner !== "" && !users.has(owner);
}
function differ(byIdentifier, byName) {
  return byIdentifier !== void 0 && byName !== void 0 && byIdentifier.id !== byName.id;
}

// test/support/pam-core/credential-upsert.ts
var upsertRules = [
  { identifier: "known", name: "any", effect: "update", identifierAfter: "as sent" },
  { identifier: "new", name: "known", effect: "update", identifierAfter: "as sent" },
  { identifier: "new", name: "new", effect: "create", identifierAfter: "as sent" },
  { identifier: "none", name: "known", effect: "update", identifierAfter: "kept" },
  { identifier: "none", name: "new", effect: "create", identifierAfter: "generated" }
];
function targetOf({ vault, switches, body }) {
  let identifier = sentIdentifier(body), username = textOf(body, "username") || "usr", hostname = textOf(body, "hostname") ?? "", ip = textOf(body, "ip") ?? "", device = vault.devices.all().find((one) => vault.same(one.hostname, hostname) && vault.same(one.ip, ip)), hasIdentifier = (record) => identifier !== "" && record.identifier !== null && vault.same(record.identifier, identifier), byIdentifier = vault.credentials().find(hasIdentifier), byName = vault.credentials().find((record) => record.deviceId === device?.id && vault.same(record.username, username)), identifierOfAKey = switches.identifierScope === "shared" && vault.keys().some(hasIdentifier);
  return {
    identifier,
    username,
    device,
    byIdentifier,
    byName,
    hit: byIdentifier ?? byName,
    identifierOfAKey
  };
}
function upsertCredential(call, target) {
  let { vault, body } = call, rule = ruleFor(target);
  applyDeviceAttributes(target.device, body);
  let record = rule.effect === "create" ? create(call, target, rule) : update(call, target, rule);
  for (let field of credentialFields) {
    let value = field === "notes" ? sentNotes(body) : textOf(body, field);
    value !== void 0 && (record.fields[field] = value);
  }
  applySettings(record, body, call.switches.settingsBlocks);
  let content = textOf(body, "content");
  return content !== void 0 ? vault.setContent(record, content) : vault.touch(record, rule.effect === "create" || call.switches.changeMovesOnUpdateWithoutContent), { record, effect: rule.effect };
}
function ruleFor(target) {
  let identifier = target.identifier === "" ? "none" : target.byIdentifier ? "known" : "new", name = target.byName ? "known" : "new", rule = upsertRules.find(
    (row) => row.identifier === identifier && (row.name === "any" || row.name === name)
  );
  if (rule === void 0) throw new Error(`no upsert rule for identifier ${identifier}, name ${name}`);
  return rule;
}
function create({ vault, switches, caller }, target, rule) {
  let generated = switches.generateIdentifier ? vault.newIdentifier() : null, identifier = rule.identifierAfter === "generated" ? generated : target.identifier, { username, device } = target, fresh = { identifier, username, deviceId: device.id, content: null, fields: {}, settings: {} };
  return vault.addCredential(fresh, /* @__PURE__ */ new Set([caller.label]));
}
function update({ vault, switches }, target, rule) {
  let record = target.hit;
  if (record === void 0) throw new Error("an update hits a record");
  return rule.identifierAfter === "as sent" ? record.identifier = target.identifier : switches.updateWithoutIdentifier === "regenerate" && (record.identifier = vault.newIdentifier()), record.username = target.username, switches.otherDevice === "move" && (record.deviceId = target.device.id), switches.postEnables && (record.enabled = !0), record;
}
function applyDeviceAttributes(device, body) {
  let sent = {};
  for (let name of deviceAttributes) {
    let value = textOf(body, name);
    value !== void 0 && (sent[name] = value);
  }
  Object.assign(device, sent);
}

// test/support/pam-core/answer.ts
function jsonAnswer(status, body, rest = {}) {
  return { status, headers: { "content-type": "application/json" }, body, code: void 0, applied: !1, ...rest };
}
function htmlAnswer(status, title) {
  let body = `<html>\r
<head><title>${title}</title></head>\r
<body>\r
<center><h1>${title}</h1></center>\r
<hr>\r
</body>\r
</html>\r
`;
  return { status, headers: { "content-type": "text/html" }, body, code: void 0, applied: !1 };
}

// test/support/pam-core/envelope.ts
var successStyles = {
  "4.0": {
    C2: "short",
    C3: "short",
    C5: "Message",
    K1: "Message",
    K2: "Message",
    K3: "Message",
    D5: "Message"
  },
  "3.32": { C1: "short", C2: "short", C3: "short", K1: "repeated", K3: "repeated", K4: "repeated" }
}, errorStyles = {
  "4.0": {},
  "3.32": { K1: "repeated", K3: "repeated", K4: "repeated" }
}, pagesWithTenant = ["C4", "D2", "K2"];
function successAnswer(switches, page, status, message, payload = {}, rest = {}) {
  let style = styleOf(switches, successStyles, page), outcome = { page, status, message, error: rest.error ?? !1 }, members = pagesWithTenant.includes(page) && switches.tenantName !== null ? [["tenant", switches.tenantName]] : [];
  members.push(...Object.entries(payload));
  let body = envelope(style, outcome, members);
  return jsonAnswer(rest.httpStatus ?? status, body, { applied: rest.applied ?? !1 });
}
function numberedAnswer(switches, page, code, text) {
  let style = switches.envelope === "per-endpoint" && code === 1045 ? "mensagem" : styleOf(switches, errorStyles, page), space = switches.spaceAfterCode === "per-endpoint" ? style !== "repeated" : switches.spaceAfterCode, message = `${code}:${space ? " " : ""}${text}`, emptyDetail = switches.pages === "3.32" && (page === "K1" || code === 1045);
  return jsonAnswer(400, envelope(style, { page, status: 400, message, error: !0 }, [["exception", { code, message, detail: emptyDetail ? "" : null }]]), { code });
}
function unnumberedAnswer(switches, page, status, message, exceptionMessage = message) {
  let exception = { code: status, message: exceptionMessage, detail: null }, outcome = { page, status, message, error: !0 }, style = styleOf(switches, errorStyles, page);
  return jsonAnswer(status, envelope(style, outcome, [["exception", exception]]));
}
function unexpectedErrorAnswer(switches, page) {
  return unnumberedAnswer(switches, page, 500, "Unexpected error", "Check the index log system error for more details");
}
function notAuthorizedAnswer(switches, page) {
  return unnumberedAnswer(switches, page, 500, "You are not authorized to access this resource.");
}
function styleOf(switches, styles, page) {
  return switches.envelope === "per-endpoint" ? styles[switches.pages][page] ?? "mensagem" : switches.envelope;
}
function envelope(style, outcome, members) {
  let top = members.map(([key, value]) => member(key, value)), response = `"response":{${responseMembers(style, outcome).join(",")}}`;
  return `{${[...style === "short" ? [] : [member("code", outcome.status)], response, ...top].join(",")}}`;
}
function responseMembers(style, { status, message, error }) {
  let code = error ? 1 : 0, text = (key) => member(key, message), flag = (key) => member(key, error);
  if (style === "short") {
    let tail = error ? [] : [member("error_code", code)], detail = error ? [] : [member("detail", "")];
    return [
      member("status", status),
      text("mensagem"),
      flag("erro"),
      ...detail,
      text("message"),
      flag("error"),
      ...tail
    ];
  }
  let head2 = [member("status", status), text("message"), flag("error"), member("error_code", code)], second = style === "repeated" ? ["message", "error"] : [style, "erro"], [again = "", alsoError = ""] = second;
  return [...head2, member("detail", ""), text(again), flag(alsoError), member("cod_erro", code)];
}
function member(key, value) {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

// test/support/pam-core/record-lookup.ts
var numbers = {
  credential: { missing: 1007, otherKind: 1010 },
  key: { missing: 1015, otherKind: 1016 }
};
function usableRecord(vault, caller, id, kind) {
  let record = id === void 0 ? void 0 : vault.record(id);
  if (record === void 0) throw new Refusal(numbers[kind].missing);
  if (record.kind !== kind) throw new Refusal(numbers[kind].otherKind);
  if (!isGranted(record, caller.label)) throw new Refusal(1009);
  return record;
}
function recordByName(vault, name) {
  let at = name.indexOf("@"), [username, hostname] = [name.slice(0, at), name.slice(at + 1)];
  return vault.credentials().find(
    (record) => vault.same(record.username, username) && vault.same(vault.deviceOf(record).hostname, hostname)
  );
}

// test/support/pam-core/credentials.ts
var postCredential = (call) => {
  let { switches, page } = call, target = targetOf(call);
  checkCredentialPost(call, target);
  let { device } = target;
  if (device === void 0) throw new Refusal(1011);
  let { record, effect } = upsertCredential(call, { ...target, device }), message = effect === "create" ? "Credential successfully registered!" : "Credential updated successfully!", credential = { id: record.id, [switches.identifierField]: record.identifier };
  return successAnswer(switches, page, 201, message, { credential }, { applied: !0 });
}, getCredential = (call) => {
  let { vault, switches, page, caller } = call, record = lookUp(call);
  if (!record.enabled && switches.readDisabledCredential === "refused") throw inactive(call);
  vault.takeCustody(record.id, caller.label), record.view = vault.stamp(), vault.touch(record, !1);
  let payload = { credential: shown(vault, record, switches.identifierField) };
  return successAnswer(switches, page, 200, `Credential ${record.id}`, payload);
}, putCredential = (call) => {
  let { vault, switches, page, caller } = call;
  if (caller.permission === "read") throw new Refusal(1039);
  let record = lookUp(call);
  if (record.enabled)
    throw switches.alreadyNumbers === "1017" ? new Refusal(1017, "Credential is already active") : new Refusal(1043);
  return record.enabled = !0, vault.touch(record, switches.changeMovesOnToggle), successAnswer(switches, page, 200, "Credential successfully activated", {}, { applied: !0 });
}, deleteCredential = (call) => {
  let { vault, switches, page, caller } = call;
  if (caller.permission === "read") throw new Refusal(1039);
  let record = lookUp(call);
  if (!record.enabled) throw inactive(call);
  return record.enabled = !1, vault.touch(record, switches.changeMovesOnToggle), successAnswer(switches, page, 200, "Credential successfully deactivated", {}, { applied: !0 });
}, deleteCustody = (call) => {
  let { vault, switches, page, caller } = call;
  if (caller.permission === "read") throw new Refusal(1039);
  let record = lookUp(call);
  if (!record.enabled) throw inactive(call);
  if (!vault.releaseCustody(record.id, caller.label)) throw new Refusal(1018);
  return changesAutomatically(record) && rotateCredential(vault, record), successAnswer(
    switches,
    page,
    200,
    `Credential custody ${record.id} released`,
    {},
    { applied: !0 }
  );
};
function changesAutomatically(record) {
  return flagOf(record.settings.execution_settings ?? {}, "automatic_change") === !0;
}
function rotateCredential(vault, record) {
  vault.setContent(record, `rotated-${randomBytes3(12).toString("hex")}`);
}
function lookUp({ vault, caller, parameter }) {
  let id = parameter.includes("@") ? recordByName(vault, parameter)?.id : parameter;
  return usableRecord(vault, caller, id, "credential");
}
function inactive({ switches }) {
  return switches.alreadyNumbers === "1017" ? new Refusal(1017, "Credential inactive") : new Refusal(1008);
}
function shown(vault, record, identifierField) {
  let device = vault.deviceOf(record), parent = vault.parentOf(record);
  return {
    id: record.id,
    [identifierField]: record.identifier,
    username: record.username,
    password: record.content ?? "",
    content: record.content ?? "",
    hostname: device.hostname,
    parent_credential_cod: parent?.identifier ?? null,
    parent_credential: parent?.username ?? null,
    additional: record.fields.additional ?? "",
    domain: record.fields.domain ?? "",
    ip: device.ip,
    port: /:(\d+)/.exec(device.connectivities)?.[1] ?? "22",
    model: device.model,
    expiration_time: record.expiration?.slice(0, 19) ?? null
  };
}

// test/support/pam-core/devices.ts
var checks2 = [
  { refuse: 1039, when: ({ caller }) => caller.permission === "read" },
  { refuse: 1004, when: ({ body }) => !parametersExist(body, "hostname") },
  { refuse: 1005, when: ({ body }) => !parametersExist(body, "ip") },
  { refuse: 1019, when: ({ body }) => !parametersExist(body, "site") },
  { refuse: 1020, when: ({ body }) => !parametersExist(body, "model") },
  { refuse: 1021, when: ({ body }) => !parametersExist(body, "vendor") },
  { refuse: 1022, when: ({ body }) => !parametersExist(body, "type") },
  { refuse: 1029, when: ({ vault, body }) => !deviceDomainsAreKnown(vault, body) }
], listDevices = ({ vault, switches, page }) => {
  let devices = vault.devices.all().map((device) => {
    let { id, hostname, ip, model, type, vendor, site } = device;
    return { id, hostname, ip, model, type, vendor, site, tags: device.device_tags };
  });
  return successAnswer(switches, page, 200, `${devices.length} devices found`, { devices });
}, getDevice = (call) => {
  let device = lookUp2(call);
  return successAnswer(call.switches, call.page, 200, `Device ${device.id}`, { device: shown2(device) });
}, postDevice = (call) => {
  let { vault, switches, page, body } = call, failed = checks2.find((check) => check.when(call));
  if (failed !== void 0) throw new Refusal(failed.refuse);
  let [hostname = "", ip = ""] = [textOf(body, "hostname"), textOf(body, "ip")], known2 = vault.devices.byHostname(hostname, vault.same), device = known2 ?? vault.devices.add(hostname, ip);
  return device.ip = ip, applyDeviceAttributes(device, body), successAnswer(switches, page, 201, known2 ? "Device updated successfully!" : "Device successfully registered!", { device: shown2(device) }, { applied: !0 });
}, putDevice = (call) => {
  let { switches, page, caller } = call;
  if (caller.permission === "read") throw new Refusal(1039);
  let device = lookUp2(call);
  if (device.enabled) throw new Refusal(1044);
  return device.enabled = !0, successAnswer(switches, page, 200, "Device successfully activated", {}, { applied: !0 });
}, deleteDevice = (call) => {
  let { vault, switches, page, caller } = call;
  if (caller.permission === "read") throw new Refusal(1039);
  let device = lookUp2(call);
  device.enabled = !1;
  for (let record of vault.credentials())
    record.deviceId !== device.id || !record.enabled || (record.enabled = !1, vault.touch(record, switches.changeMovesOnToggle));
  return successAnswer(switches, page, 200, "Device successfully deactivated", {}, { applied: !0 });
};
function lookUp2({ vault, parameter }) {
  let device = vault.devices.get(parameter);
  if (device === void 0) throw new Refusal(1011);
  return device;
}
function shown2({ enabled: _enabled, ...device }) {
  return { ...device };
}

// test/support/pam-core/gateway.ts
function noRoute() {
  return jsonAnswer(404, JSON.stringify({ message: "no Route matched with those values" }));
}
function invalidSignature(status) {
  return jsonAnswer(status, JSON.stringify({ message: "Invalid signature" }));
}
function clientAuthenticationFailed() {
  let message = "Client authentication failed";
  return jsonAnswer(401, JSON.stringify({ error: "invalid_client", error_description: message, message }));
}
function unsupportedGrant() {
  let message = "The authorization grant type is not supported by the authorization server.";
  return jsonAnswer(
    400,
    JSON.stringify({ error: "unsupported_grant_type", error_description: message, message })
  );
}

// test/support/pam-core/keys.ts
var checks3 = [
  { refuse: 1039, when: ({ caller }) => caller.permission === "read" },
  { refuse: 1004, when: ({ body }, { complete }) => complete && !parametersExist(body, "hostname") },
  { refuse: 1005, when: ({ body }, { complete }) => complete && !parametersExist(body, "ip") },
  { refuse: 1013, when: ({ body }, { complete }) => complete && !parametersExist(body, "public_key") },
  { refuse: 1014, when: ({ body }, { complete }) => complete && !parametersExist(body, "private_key") },
  {
    refuse: 1053,
    when: ({ switches }, { identifier }) => switches.identifierRuleForKeys && !identifierIsAllowed(identifier, switches.identifierRule)
  },
  { refuse: 1011, when: (_call, { device }) => device === void 0 },
  {
    refuse: 1016,
    when: ({ vault, switches }, { identifier }) => switches.identifierScope === "shared" && identifier !== "" && vault.credentials().some((record) => vault.same(record.identifier ?? "", identifier))
  },
  { refuse: 1009, when: ({ caller }, { known: known2 }) => known2 !== void 0 && !isGranted(known2, caller.label) }
], postKey = (call) => {
  let { vault, switches, body } = call, target = targetOf2(call), failed = checks3.find((check) => check.when(call, target));
  if (failed !== void 0) throw new Refusal(failed.refuse);
  let { device } = target;
  if (device === void 0) throw new Refusal(1011);
  let record = target.known ?? create2(call, target, device), unassigned = apply(record, device, call);
  target.known !== void 0 && (parametersExist(body, "private_key") && (record.contentVersion += 1), vault.touch(record, switches.changeMovesOnUpdateWithoutContent || parametersExist(body, "private_key")));
  let [page, message] = target.known ? ["K1 update", "Key updated successfully!"] : ["K1", "Key successfully registered!"], key = {
    id: record.id,
    [switches.identifierField]: record.identifier,
    devices: assignedDevices(vault, record),
    // The shape of an entry is invented: the pages show only an empty list.
    devices_error: unassigned.map((hostname) => ({ hostname }))
  }, httpStatus = target.known ? 201 : switches.keyCreateStatus;
  return successAnswer(switches, page, 201, message, { key }, { applied: !0, httpStatus });
}, getKey = ({ vault, switches, page, caller, parameter }) => {
  let record = usableRecord(vault, caller, parameter, "key");
  if (!record.enabled) throw new Refusal(1017);
  vault.takeCustody(record.id, caller.label), record.view = vault.stamp(), vault.touch(record, !1);
  let device = vault.deviceOf(record), key = {
    id: record.id,
    username: record.username,
    key_name: record.keyName,
    hostname: device.hostname,
    ip: device.ip,
    private_key: record.privateKey,
    public_key: record.publicKey,
    password: record.passphrase,
    devices: assignedDevices(vault, record),
    expiration_time: record.expiration?.slice(0, 19) ?? null
  };
  return switches.pages === "3.32" && (key.tags = record.tags === "" ? [] : record.tags.split(",")), successAnswer(switches, page, 200, `Key ${record.id}`, { key });
}, putKey = ({ vault, switches, page, caller, parameter }) => {
  if (caller.permission === "read") throw new Refusal(1039);
  let record = usableRecord(vault, caller, parameter, "key");
  if (record.enabled) throw new Refusal(1045);
  return record.enabled = !0, vault.touch(record, switches.changeMovesOnToggle), successAnswer(switches, page, 200, "Key successfully activated", {}, { applied: !0 });
}, deleteKey = ({ vault, switches, page, caller, parameter }) => {
  if (caller.permission === "read") throw new Refusal(1039);
  let record = usableRecord(vault, caller, parameter, "key");
  if (!record.enabled) throw new Refusal(1017);
  return record.enabled = !1, vault.touch(record, switches.changeMovesOnToggle), successAnswer(switches, page, 200, "Key successfully deactivated", {}, { applied: !0 });
};
function targetOf2({ vault, switches, body }) {
  let identifier = textOf(body, "identifier") ?? "", known2 = vault.keys().find((key) => identifier !== "" && key.identifier !== null && vault.same(key.identifier, identifier)), [hostname, ip] = [textOf(body, "hostname"), textOf(body, "ip")], present2 = known2 && vault.deviceOf(known2), wanted = { hostname: hostname ?? present2?.hostname ?? "", ip: ip ?? present2?.ip ?? "" }, device = vault.devices.all().find((one) => vault.same(one.hostname, wanted.hostname) && vault.same(one.ip, wanted.ip));
  return { identifier, known: known2, device, complete: known2 === void 0 || switches.keyUpdateNeedsMaterial };
}
function create2({ vault, switches, caller }, target, device) {
  let generated = switches.generateIdentifier ? vault.newIdentifier() : null, identifier = target.identifier === "" ? generated : target.identifier, material = { privateKey: "", publicKey: "", passphrase: null }, fresh = {
    identifier,
    username: "usr",
    deviceId: device.id,
    ...material,
    keyName: "",
    tags: "",
    devices: []
  };
  return vault.addKey(fresh, /* @__PURE__ */ new Set([caller.label]));
}
function apply(record, device, { vault, switches, body }) {
  record.deviceId = device.id, record.privateKey = textOf(body, "private_key") ?? record.privateKey, record.publicKey = textOf(body, "public_key") ?? record.publicKey, record.passphrase = textOf(body, "password") ?? record.passphrase, record.keyName = textOf(body, "key_name") ?? record.keyName, record.tags = textOf(body, "tags") ?? record.tags, record.enabled = flagOf(body, "enabled") ?? (switches.postEnables || record.enabled);
  let username = textOf(body, "username");
  username !== void 0 && (record.username = username || "usr");
  let { devices } = body;
  if (!Array.isArray(devices)) return [];
  let hostnames = devices.filter(isJsonObject).map((one) => textOf(one, "hostname") ?? ""), isKnown = (hostname) => vault.devices.byHostname(hostname, vault.same) !== void 0;
  return record.devices = hostnames.filter(isKnown), hostnames.filter((hostname) => !isKnown(hostname));
}
function assignedDevices(vault, record) {
  return record.devices.map((hostname) => ({
    hostname,
    ip: vault.devices.byHostname(hostname, vault.same)?.ip ?? ""
  }));
}

// test/support/pam-core/list-records.ts
var connectivityCodes = { HTTPS: "10", RDP: "13" }, listRecords = ({ vault, switches, page, caller }) => {
  let visible = vault.listed().filter((record) => isGranted(record, caller.label)).filter((record) => record.enabled || switches.disabledListed), message = `${visible.length + switches.listMessageOffset} credentials found`, credentials = (switches.listLimit === null ? visible : visible.slice(0, switches.listLimit)).map((record) => entryOf(vault, record, switches));
  return successAnswer(switches, page, 200, message, { credentials });
};
function entryOf(vault, record, switches) {
  let device = vault.deviceOf(record), automatic = record.kind === "credential" && changesAutomatically(record), connectivity = switches.pages === "3.32" ? "" : (device.connectivities.split(/[:,]/, 1)[0] ?? "").trim();
  return {
    id: record.id,
    [switches.identifierField]: record.identifier,
    username: record.username,
    expiration: record.expiration,
    change: record.change,
    view: record.view,
    hostname: device.hostname,
    management_ip: device.ip,
    type: record.kind === "key" ? "SSH Key" : record.fields.credential_type || "Local User",
    // Both printed examples have this code, also the one of the SSH key.
    type_code: "1",
    device_model: device.model,
    device_type: device.type,
    device_vendor: device.vendor,
    automatic_change: switches.automaticChangeAs === "text" ? automatic ? "1" : "0" : automatic,
    connectivity,
    connectivity_code: connectivityCodes[connectivity] ?? ""
  };
}

// test/support/pam-core/dispatch.ts
var endpoints = {
  C1: listRecords,
  C2: getCredential,
  C3: getCredential,
  C4: postCredential,
  C5: putCredential,
  C6: deleteCredential,
  C7: deleteCredential,
  C8: deleteCustody,
  K1: postKey,
  K2: getKey,
  K3: putKey,
  K4: deleteKey,
  D1: listDevices,
  D2: getDevice,
  D3: postDevice,
  D4: putDevice,
  D5: deleteDevice
};
function dispatch(call, identity, vault) {
  let { switches } = vault, { template } = call;
  if (!isServed(call, vault)) return noRoute();
  let { authorization, refusal } = identity;
  if (refusal === "no authorization") return noRoute();
  if (refusal !== void 0 || authorization === void 0)
    return switches.invalidTokenBody === "envelope" ? unnumberedAnswer(switches, template, switches.invalidTokenStatus, "Invalid signature") : invalidSignature(switches.invalidTokenStatus);
  let endpoint = endpoints[template];
  if (endpoint === void 0) return unnumberedAnswer(switches, template, 404, "Resource sub not found");
  if (!authorization.resources.includes("PAM Core")) return notAuthorizedAnswer(switches, template);
  if (call.parameter === "") return unexpectedErrorAnswer(switches, template);
  let parameter = call.parameter ?? "";
  try {
    return endpoint({ vault, switches, caller: authorization, page: template, body: call.body, parameter });
  } catch (error) {
    if (error instanceof Refusal) return numberedAnswer(switches, template, error.code, error.text);
    if (error instanceof UnexpectedError) return unexpectedErrorAnswer(switches, template);
    throw error;
  }
}
function isServed(call, vault) {
  return call.prefix !== void 0 && vault.switches.prefixes.includes(call.prefix);
}

// test/support/pam-core/fault-plan.ts
function planOf(fault, call, switches) {
  let page = call.template;
  switch (fault.kind) {
    case "hang-before-commit":
      return { commits: !1, delivery: { by: "hang" } };
    case "hang-after-commit":
      return { commits: !0, deliver: () => ({ by: "hang" }) };
    case "late-commit":
      return { ...instead(gatewayTimeout()), lateMs: fault.ms };
    case "reset-before-commit":
      return { commits: !1, delivery: { by: "reset" } };
    case "reset-after-commit":
      return { commits: !0, deliver: () => ({ by: "reset" }) };
    case "rate-limited":
      return instead(gatewayAnswer(429, "API rate limit exceeded", fault.retryAfter));
    case "unexpected-error":
      return instead(unexpectedErrorAnswer(switches, page));
    case "unexpected-error-after-commit":
      return afterwards(() => unexpectedErrorAnswer(switches, page));
    case "not-authorized":
      return instead(notAuthorizedAnswer(switches, page));
    case "bad-gateway-html":
      return instead(htmlAnswer(502, "502 Bad Gateway"));
    case "bad-gateway-html-after-commit":
      return afterwards(() => htmlAnswer(502, "502 Bad Gateway"));
    case "service-unavailable":
      return instead(gatewayAnswer(503, "failure to get a peer from the ring-balancer", fault.retryAfter));
    case "gateway-timeout":
      return instead(gatewayTimeout());
    case "gateway-timeout-after-commit":
      return afterwards(gatewayTimeout);
    case "html-200":
      return instead(htmlAnswer(200, "Sign in"));
    case "truncated-json":
      return afterwards((own) => ({ ...own, body: own.body.slice(0, Math.ceil(own.body.length / 2)) }));
    case "cut-body":
      return { commits: !0, deliver: (answer2) => ({ by: "cut", answer: answer2 }) };
    case "empty-body":
      return afterwards((own) => ({ ...own, body: "" }));
    case "error-in-success": {
      let status = call.method === "POST" ? 201 : 200;
      return instead(successAnswer(switches, page, status, "Not possible now", {}, { error: !0 }));
    }
    case "devices-error":
      return afterwards((own) => withDevicesError(own, fault.hostnames));
    case "numbered-error":
      return instead(
        numberedAnswer(
          switches,
          page,
          fault.code,
          fault.message ?? refusalText(fault.code) ?? "Unknown fault"
        )
      );
    case "redirect":
      return instead({
        ...htmlAnswer(fault.status ?? 302, "Moved"),
        headers: { "content-type": "text/html", location: fault.location }
      });
    case "slow-body":
      return {
        commits: !0,
        deliver: (answer2) => ({ by: "drip", answer: answer2, ms: fault.ms, bytes: fault.bytes ?? 1 })
      };
    case "oversized-body":
      return { commits: !1, delivery: { by: "flood", bytes: fault.bytes } };
    case "echo-request":
      return instead(echo(call, fault.status ?? 500));
    case "answer": {
      let { status, headers = { "content-type": "application/json" }, body = "" } = fault, text = typeof body == "string" ? body : JSON.stringify(body), fixed = { status, headers, body: text, code: void 0, applied: !1 };
      return fault.applied === !0 ? afterwards(() => fixed) : instead(fixed);
    }
    default:
      return fault;
  }
}
function instead(answer2) {
  return { commits: !1, delivery: { by: "answer", answer: answer2 } };
}
function afterwards(spoil) {
  return { commits: !0, deliver: (own) => ({ by: "answer", answer: spoil(own) }) };
}
function gatewayAnswer(status, message, retryAfter) {
  let headers = { "content-type": "application/json" }, more = retryAfter === void 0 ? headers : { ...headers, "retry-after": retryAfter };
  return jsonAnswer(status, JSON.stringify({ message }), { headers: more });
}
function gatewayTimeout() {
  return gatewayAnswer(504, "The upstream server is timing out");
}
function withDevicesError(own, hostnames) {
  let body = JSON.parse(own.body);
  return !isJsonObject(body) || !isJsonObject(body.key) ? own : (body.key.devices_error = hostnames.map((hostname) => ({ hostname })), { ...own, body: JSON.stringify(body) });
}
function echo(call, status) {
  let request = { headers: { ...call.headers }, body: call.rawBody }, message = `Unexpected error near ${JSON.stringify(request)}`, response = { status, message, error: !0, error_code: 1, detail: call.rawBody, mensagem: message };
  return jsonAnswer(status, JSON.stringify({ code: status, response, exception: { code: status, message } }));
}

// test/support/pam-core/faults.ts
var Faults = class {
  #entries = /* @__PURE__ */ new Map();
  #nextId = 1;
  add(input) {
    let { match = {}, ...fault } = input, id = this.#nextId++, handle = {
      id,
      fault,
      match,
      fired: () => entry.fired,
      remove: () => this.remove(id)
    }, entry = { handle, seen: 0, fired: 0 };
    return this.#entries.set(id, entry), handle;
  }
  remove(id) {
    this.#entries.delete(id);
  }
  clear() {
    this.#entries.clear();
  }
  /** Faults that were not removed, used up ones included. */
  list() {
    return [...this.#entries.values()].map((entry) => entry.handle);
  }
  /** The faults that fire for this call; they count as fired. */
  take(subject) {
    let taken = [];
    for (let entry of this.#entries.values()) {
      let { fault, match } = entry.handle;
      fits(match, subject) && (fault.kind !== "delay" && taken.some((other) => other.kind !== "delay") || (entry.seen += 1, !(entry.seen <= (match.after ?? 0) || entry.fired >= (match.times ?? Number.POSITIVE_INFINITY)) && (entry.fired += 1, taken.push(fault))));
    }
    return taken;
  }
};
function fits(match, subject) {
  let { method, path, identifier, authorization } = match;
  return (method === void 0 || method === subject.method) && (path === void 0 || (path instanceof RegExp ? path.test(subject.path) : path === subject.template)) && (identifier === void 0 || identifier === subject.identifier) && (authorization === void 0 || authorization === subject.authorization);
}

// test/support/pam-core/journal.ts
var Journal = class {
  entries = [];
  #last = 0;
  add(entry) {
    this.#last += 1;
    let complete = { sequence: this.#last, ...entry };
    return this.entries.push(complete), complete;
  }
  /** Calls for which everything that is asked fits. */
  calls(query = {}) {
    let { template, ...exact } = query, wanted = template === void 0 ? void 0 : [template].flat();
    return this.entries.filter(
      (entry) => (wanted === void 0 || wanted.includes(entry.template)) && Object.entries(exact).every(
        ([name, value]) => value === void 0 || Reflect.get(entry, name) === value
      )
    );
  }
  /** Number of calls by endpoint; endpoints without calls are absent. */
  counts() {
    let counts = {};
    for (let { template } of this.entries) counts[template] = (counts[template] ?? 0) + 1;
    return counts;
  }
  /** Calls that write: POST, PUT and DELETE, without the token endpoint. */
  writes() {
    return this.entries.filter((entry) => entry.method !== "GET" && entry.template !== "TOKEN");
  }
  maxInFlight() {
    return Math.max(0, ...this.entries.map((entry) => entry.inFlight));
  }
  /** Forgets the calls; sequence numbers go on. */
  clear() {
    this.entries.length = 0;
  }
};

// test/support/pam-core/known-parameters.ts
var place = ["identifier", "username", "hostname", "ip"], known = {
  TOKEN: ["grant_type", "client_id", "client_secret", "tenant"],
  C4: [...place, "content", ...credentialFields, ...deviceAttributes, ...settingsBlocks],
  K1: [...place, "private_key", "public_key", "enabled", "devices", "tags", "key_name", "password"],
  D3: ["hostname", "ip", ...deviceAttributes]
};
function unknownParameters(template, body) {
  let names = known[template] ?? [];
  return Object.keys(body).filter((name) => !names.includes(name));
}

// test/support/pam-core/masked-body.ts
var secretNames = /* @__PURE__ */ new Set([
  "content",
  "password",
  "private_key",
  "secret_key",
  "client_secret",
  "access_token",
  "oauth_consumer_secret",
  "oauth_token_secret"
]);
function maskedBody(body) {
  return maskedObject(body, secretNames);
}
function maskedObject(object, secret) {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, maskedMember(name, value, secret)])
  );
}
function maskedMember(name, value, secret) {
  if (secret.has(name)) return value === "" || value === null ? value : "***";
  let inside = name === "additional_authentication_fields" ? /* @__PURE__ */ new Set([...secret, "value"]) : secret;
  return maskedValue(value, inside);
}
function maskedValue(value, secret) {
  return Array.isArray(value) ? value.map((item) => maskedValue(item, secret)) : typeof value == "object" && value !== null ? maskedObject(value, secret) : value;
}

// test/support/pam-core/oauth1-signature.ts
import { createHmac } from "node:crypto";
function signatureBaseString(request) {
  let [path = "", query = ""] = split(request.target, "?"), parameters = [...request.oauth, ...formParameters(query), ...request.form], uri = `${request.scheme}://${normalHost(request)}${path === "" ? "/" : path}`;
  return [request.method.toUpperCase(), uri, normalParameters(parameters)].map(percentEncode).join("&");
}
function signatureOf(baseString, hash, consumerSecret, tokenSecret) {
  let key = `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`;
  return createHmac(hash, key).update(baseString).digest("base64");
}
function formParameters(text) {
  return text.split("&").filter((pair) => pair !== "").map((pair) => {
    let [name = "", value = ""] = split(pair, "=");
    return [percentDecode(name.replaceAll("+", " ")), percentDecode(value.replaceAll("+", " "))];
  });
}
function authorizationParameters(header) {
  let list = /^OAuth\s+(.*)$/is.exec(header)?.[1];
  if (list === void 0) return;
  let parameters = [];
  for (let pair of list.split(",")) {
    let match = /^\s*([^\s="]+)="([^"]*)"\s*$/.exec(pair);
    if (match === null) return;
    let [, name = "", value = ""] = match;
    parameters.push([percentDecode(name), percentDecode(value)]);
  }
  return parameters;
}
function percentEncode(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  );
}
function normalParameters(parameters) {
  return parameters.map(([name, value]) => [percentEncode(name), percentEncode(value)]).sort((a, b) => byteOrder(a[0], b[0]) || byteOrder(a[1], b[1])).map(([name, value]) => `${name}=${value}`).join("&");
}
function byteOrder(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
function normalHost({ scheme, host }) {
  return host.toLowerCase().replace(scheme === "https" ? /:443$/ : /:80$/, "");
}
function percentDecode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
function split(text, separator) {
  let at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

// test/support/pam-core/oauth1-verifier.ts
import { timingSafeEqual } from "node:crypto";
var hashes = { "HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256" }, once2 = ["oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature"], OAuth1Verifier = class {
  #usedNonces = /* @__PURE__ */ new Map();
  /**
   * `header` is the Authorization header; `request.oauth` is taken from it and may be empty.
   * `now` is compared with `oauth_timestamp` (seconds since 1970).
   */
  verify(header, request, authorizations, switches, now) {
    let refuse = (refusal, authorization2) => ({ authorization: authorization2, refusal }), parameters = authorizationParameters(header);
    if (parameters === void 0) return refuse("malformed header");
    let names = parameters.map(([name]) => name);
    if (new Set(names).size !== names.length) return refuse("repeated parameter");
    let sent = new Map(parameters);
    for (let name of ["oauth_consumer_secret", "oauth_token_secret"])
      if (sent.has(name)) return refuse("secret sent");
    let missing = [...once2, "oauth_timestamp", "oauth_nonce"].find((name) => (sent.get(name) ?? "") === "");
    if (missing !== void 0) return refuse(`${missing} missing`);
    if ((sent.get("oauth_version") ?? "1.0") !== "1.0") return refuse("wrong oauth_version");
    let method = sent.get("oauth_signature_method");
    if (!switches.oauth1Methods.includes(method)) return refuse("signature method refused");
    let authorization = authorizations.find(
      ({ oauth1 }) => oauth1?.consumerKey === sent.get("oauth_consumer_key") && oauth1?.tokenKey === sent.get("oauth_token")
    ), keys = authorization?.oauth1;
    if (authorization === void 0 || keys === void 0) return refuse("unknown consumer key or token");
    let oauth = parameters.filter(([name]) => name !== "realm" && name !== "oauth_signature"), baseString = signatureBaseString({ ...request, oauth }), expected = signatureOf(baseString, hashes[method], keys.consumerSecret, keys.tokenSecret);
    if (!sameText(expected, sent.get("oauth_signature") ?? ""))
      return refuse("wrong signature", authorization);
    let timestamp = sent.get("oauth_timestamp") ?? "", seconds = Math.floor(now.getTime() / 1e3);
    if (!/^\d+$/.test(timestamp) || Math.abs(Number(timestamp) - seconds) > switches.oauth1WindowSeconds)
      return refuse("timestamp outside the window", authorization);
    let nonce = [keys.consumerKey, keys.tokenKey, timestamp, sent.get("oauth_nonce")].join(`
`);
    return this.#isUsed(nonce, Number(timestamp), seconds - switches.oauth1WindowSeconds) ? refuse("nonce replayed", authorization) : { authorization };
  }
  #isUsed(nonce, timestamp, oldest) {
    for (let [known2, time] of this.#usedNonces) time < oldest && this.#usedNonces.delete(known2);
    return this.#usedNonces.has(nonce) ? !0 : (this.#usedNonces.set(nonce, timestamp), !1);
  }
};
function sameText(a, b) {
  let [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

// test/support/pam-core/oauth2-tokens.ts
import { createHash, randomBytes as randomBytes4, timingSafeEqual as timingSafeEqual2 } from "node:crypto";
var OAuth2Tokens = class {
  #tokens = /* @__PURE__ */ new Map();
  /** Answers the token endpoint. */
  issue(body, authorizations, switches, now) {
    if (textOf(body, "grant_type") !== "client_credentials") return unsupportedGrant();
    let id = textOf(body, "client_id") ?? "", authorization = authorizations.find(({ oauth2 }) => oauth2?.clientId === id), secret = authorization?.oauth2?.clientSecret ?? "", tenantFits = switches.tenantRequired === null || textOf(body, "tenant") === switches.tenantRequired;
    if (!(authorization !== void 0 && sameText2(secret, textOf(body, "client_secret") ?? "")) || !tenantFits || unusable(authorization, now) !== void 0)
      return clientAuthenticationFailed();
    let lifetime = switches.tokenLifetimeSeconds ?? switches.expiresInSeconds, token = jwtLike(id, now, switches.expiresInSeconds);
    this.#tokens.set(token, { authorization, expires: now.getTime() + lifetime * 1e3 });
    let reply = { token_type: "Bearer", expires_in: switches.expiresInSeconds, access_token: token };
    return jsonAnswer(200, JSON.stringify(reply));
  }
  /** Checks a bearer token. */
  verify(token, now) {
    let known2 = this.#tokens.get(token);
    return known2 === void 0 ? { authorization: void 0, refusal: "unknown token" } : known2.expires <= now.getTime() ? { authorization: known2.authorization, refusal: "token expired" } : { authorization: known2.authorization };
  }
  /** Number of tokens that are valid now. */
  live(now) {
    return [...this.#tokens.values()].filter((token) => token.expires > now.getTime()).length;
  }
  /** Makes every token unknown at once, as a restarted or restored server would. */
  revokeAll() {
    this.#tokens.clear();
  }
};
function jwtLike(subject, now, lifetimeSeconds) {
  let iat = Math.floor(now.getTime() / 1e3), jti = randomBytes4(20).toString("hex"), claims = { aud: subject, jti, iat, nbf: iat, exp: iat + lifetimeSeconds, sub: subject, scopes: [] };
  return [...[{ typ: "JWT", alg: "RS256" }, claims].map((part) => base64Url(JSON.stringify(part))), randomBytes4(32).toString("base64url")].join(".");
}
function base64Url(text) {
  return Buffer.from(text).toString("base64url");
}
function sameText2(a, b) {
  let digest = (text) => createHash("sha256").update(text).digest();
  return timingSafeEqual2(digest(a), digest(b));
}

// test/support/pam-core/pam-call.ts
function pamCallOf(method, target, headers, rawBody) {
  let path = target.split("?", 1)[0] ?? "", isForm = /^application\/x-www-form-urlencoded/i.test(headers["content-type"] ?? ""), form = isForm ? formParameters(rawBody) : [], body = isForm ? Object.fromEntries(form) : jsonObjectOf(rawBody);
  return { ...routeOf(method, path), method, path, target, headers, rawBody, body, form };
}
function jsonObjectOf(text) {
  try {
    let value = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

// test/support/pam-core/pam-core-service.ts
var bodyLimit = 16 * 1024 * 1024, anonymous = { authorization: void 0, oauthVersion: void 0, refusal: void 0 }, PamCoreService = class {
  vault;
  journal = new Journal();
  faults = new Faults();
  tokens = new OAuth2Tokens();
  authorizations = [];
  #guards;
  #stopping = new AbortController();
  #inFlight = 0;
  constructor(switches, clock, firstId, scheme) {
    this.vault = new Vault(switches, clock, firstId);
    let { tokens, authorizations } = this;
    this.#guards = { tokens, authorizations, verifier: new OAuth1Verifier(), scheme };
  }
  addAuthorization(input) {
    let authorization = authorizationOf(input);
    return this.authorizations.push(authorization), authorization;
  }
  /** Ends everything that waits; the sockets are the caller's. */
  stop() {
    this.#stopping.abort();
  }
  /** Handles one request until its exchange is over. Never throws. */
  async handle(request, response) {
    this.#inFlight += 1, response.once("close", () => {
      this.#inFlight -= 1;
    });
    let inFlight = this.#inFlight;
    response.setHeader("date", this.vault.now().toUTCString());
    let rawBody = await bodyOf2(request);
    if (rawBody === void 0) {
      request.socket.destroy();
      return;
    }
    let { method = "", url = "" } = request, call = pamCallOf(method, url, request.headers, rawBody), identity = this.#identify(call), { faults, entry } = this.#open(call, identity, inFlight);
    entry.status = await this.#exchange(call, identity, faults, entry, response), entry.done = !0, entry.endedAtMs = performance.now();
  }
  async #exchange(call, identity, faults, entry, response) {
    let { signal } = this.#stopping, delays = faults.filter((fault2) => fault2.kind === "delay"), pause = async (where) => {
      for (let delay of delays)
        (delay.where ?? "before-commit") === where && await wait(delay.ms, signal);
    }, fault = faults.find((candidate) => candidate.kind !== "delay"), plan = fault === void 0 ? { commits: !0, deliver: asItIs } : planOf(fault, call, this.vault.switches);
    if (await pause("before-commit"), signal.aborted) return "none";
    let delivery;
    if (plan.commits) {
      let own = this.#commit(call, identity, entry);
      delivery = plan.deliver(own);
    } else
      delivery = plan.delivery, plan.lateMs !== void 0 && this.#commitLate(call, identity, entry, plan.lateMs);
    return await pause("after-commit"), "answer" in delivery && (entry.code = delivery.answer.code), await deliver(delivery, response, signal);
  }
  #identify(call) {
    let { vault } = this;
    return !isServed(call, vault) || call.template === "TOKEN" ? anonymous : authenticate(call, this.#guards, vault.switches, vault.now());
  }
  /** Applies the call and notes whether it changed anything. */
  #commit(call, identity, entry) {
    let answer2 = this.#answer(call, identity);
    return entry.applied = answer2.applied, answer2;
  }
  #answer(call, identity) {
    let { vault } = this;
    return call.template !== "TOKEN" ? dispatch(call, identity, vault) : isServed(call, vault) ? this.tokens.issue(call.body, this.authorizations, vault.switches, vault.now()) : noRoute();
  }
  async #commitLate(call, identity, entry, ms) {
    await wait(ms, this.#stopping.signal), this.#stopping.signal.aborted || this.#commit(call, identity, entry);
  }
  #open(call, identity, inFlight) {
    let { vault } = this, { method, template, path, prefix, headers, body } = call, client = textOf(body, "client_id"), authorization = template === "TOKEN" ? this.authorizations.find(({ oauth2 }) => oauth2 !== void 0 && oauth2.clientId === client) : identity.authorization, id = call.parameter !== void 0 && /^\d+$/.test(call.parameter) ? call.parameter : void 0, isDevice = template.startsWith("D"), identifier = textOf(body, "identifier") ?? (id && !isDevice ? vault.record(id)?.identifier : void 0) ?? void 0, label = authorization?.label, subject = { method, template, path, identifier, authorization: label }, faults = this.faults.take(subject), requestId = headers["x-request-id"], entry = this.journal.add({
      time: vault.now().toISOString(),
      ...subject,
      queryNames: formParameters(call.target.slice(path.length + 1)).map(([name]) => name),
      prefix,
      oauthVersion: identity.oauthVersion,
      refusal: identity.refusal,
      requestId: Array.isArray(requestId) ? requestId.join() : requestId,
      userAgent: headers["user-agent"],
      contentType: headers["content-type"],
      id,
      body: maskedBody(body),
      unknownParameters: unknownParameters(template, body),
      arrivedAtMs: performance.now(),
      endedAtMs: void 0,
      inFlight,
      faults: faults.map((fault) => fault.kind),
      status: "none",
      code: void 0,
      applied: !1,
      done: !1
    });
    return { faults, entry };
  }
};
function asItIs(answer2) {
  return { by: "answer", answer: answer2 };
}
async function wait(ms, signal) {
  await sleep2(ms, void 0, { signal }).catch(() => {
  });
}
async function bodyOf2(request) {
  let pieces = [], size = 0;
  try {
    for await (let piece of request) {
      if (size += piece.length, size > bodyLimit) return;
      pieces.push(piece);
    }
  } catch {
    return;
  }
  return Buffer.concat(pieces).toString("utf8");
}

// test/support/pam-core/self-signed-certificate.ts
import { generateKeyPairSync, randomInt, sign } from "node:crypto";

// test/support/pam-core/der.ts
function der(tag, ...contents) {
  let content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}
function sequence(...contents) {
  return der(48, ...contents);
}
function objectIdentifier(dotted) {
  let [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(6, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}
function unsigned(value) {
  let bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  let start = 0;
  for (; start < 4 && bytes.readUInt8(start) === 0 && bytes.readUInt8(start + 1) < 128; ) start += 1;
  return der(2, bytes.subarray(start));
}
function utcTime(time) {
  let digits = time.toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(23, Buffer.from(`${digits}Z`));
}
function bitString(bytes) {
  return der(3, Buffer.from([0]), bytes);
}
function base128(value) {
  let digits = [value & 127];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift(rest & 127 | 128);
  return digits;
}
function lengthOf(length) {
  return length < 128 ? Buffer.from([length]) : length < 256 ? Buffer.from([129, length]) : Buffer.from([130, length >> 8, length & 255]);
}

// test/support/pam-core/self-signed-certificate.ts
var ecdsaWithSha256 = sequence(objectIdentifier("1.2.840.10045.4.3.2")), dayMs = 864e5;
function selfSignedCertificate(now = /* @__PURE__ */ new Date()) {
  let { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" }), name = sequence(
    der(49, sequence(objectIdentifier("2.5.4.3"), der(12, Buffer.from("PAM Core simulator"))))
  ), validity = sequence(
    utcTime(new Date(now.getTime() - dayMs)),
    utcTime(new Date(now.getTime() + 30 * dayMs))
  ), body = sequence(
    der(160, unsigned(2)),
    unsigned(randomInt(1, 4294967295)),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(163, sequence(basicConstraints(), subjectAlternativeNames()))
  ), certificate = sequence(body, ecdsaWithSha256, bitString(sign("sha256", body, privateKey)));
  return { cert: pem(certificate), key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}
function basicConstraints() {
  let yes = der(1, Buffer.from([255]));
  return sequence(objectIdentifier("2.5.29.19"), yes, der(4, sequence(yes)));
}
function subjectAlternativeNames() {
  let ipv6Loopback = Buffer.alloc(16);
  ipv6Loopback.writeUInt8(1, 15);
  let names = sequence(
    der(130, Buffer.from("localhost")),
    der(135, Buffer.from([127, 0, 0, 1])),
    der(135, ipv6Loopback)
  );
  return sequence(objectIdentifier("2.5.29.17"), der(4, names));
}
function pem(certificate) {
  return `-----BEGIN CERTIFICATE-----
${certificate.toString("base64").replace(/.{64}(?=.)/g, `$&
`)}
-----END CERTIFICATE-----
`;
}

// test/support/pam-core/store.ts
var Store = class {
  #vault;
  constructor(vault) {
    this.#vault = vault;
  }
  /** Registered domains, plugins, templates and users; may be changed. */
  get catalogue() {
    return this.#vault.catalogue;
  }
  /** Adds a device, or changes the attributes of the one with this hostname and ip. */
  addDevice(device) {
    let { hostname, ip } = device, isSame = (one) => one.hostname === hostname && one.ip === ip, known2 = this.#vault.devices.all().find(isSame) ?? this.#vault.devices.add(hostname, ip);
    for (let name of deviceAttributes) known2[name] = device[name] ?? known2[name];
    return { ...known2 };
  }
  devices() {
    return this.#vault.devices.all().map((device) => ({ ...device }));
  }
  seedCredential(seed) {
    let fresh = { ...this.#placed(seed), content: seed.content ?? null }, blocks = { fields: { ...seed.fields }, settings: structuredClone(seed.settings ?? {}) };
    return this.#finish(this.#vault.addCredential({ ...fresh, ...blocks }, granted(seed)), seed);
  }
  seedKey(seed) {
    let { privateKey = "private", publicKey = "public", passphrase = null, keyName = "", tags = "" } = seed, material = { privateKey, publicKey, passphrase, keyName, tags, devices: seed.devices ?? [] };
    return this.#finish(this.#vault.addKey({ ...this.#placed(seed), ...material }, granted(seed)), seed);
  }
  records() {
    return this.#vault.records().map((record) => this.#view(record));
  }
  credentials() {
    return this.#vault.credentials().map((record) => this.#view(record));
  }
  keys() {
    return this.#vault.keys().map((record) => this.#view(record));
  }
  record(id) {
    let record = this.#vault.record(id);
    return record && this.#view(record);
  }
  credential(identifier) {
    return this.credentials().find((record) => record.identifier === identifier);
  }
  key(identifier) {
    return this.keys().find((record) => record.identifier === identifier);
  }
  /** Open custody entries; a client that never reads secrets leaves none. */
  custody() {
    return this.#vault.custody();
  }
  /** Takes custody as a person at the user interface would. */
  takeCustody(id, authorization) {
    this.#vault.takeCustody(this.#need(id).id, authorization);
  }
  /** PAM Core's own rotation of a password; returns the new one. Keys get a new `change` only. */
  rotate(id) {
    let record = this.#need(id);
    if (record.kind === "key") {
      record.contentVersion += 1, this.#vault.touch(record, !0);
      return;
    }
    return rotateCredential(this.#vault, record), record.content ?? void 0;
  }
  administratorDisables(id) {
    this.#setEnabled(id, !1);
  }
  administratorEnables(id) {
    this.#setEnabled(id, !0);
  }
  /** An edit at the user interface: another identifier or username; `change` moves. */
  administratorRenames(id, names) {
    let record = Object.assign(this.#need(id), names);
    this.#vault.touch(record, !0);
  }
  /** Lets an authorization use the record. */
  grant(id, label) {
    let record = this.#need(id);
    record.grantedTo !== "everyone" && record.grantedTo.add(label);
  }
  /** Takes the record away from an authorization; `others` keep it where it was granted to everyone. */
  revoke(id, label, others = []) {
    let record = this.#need(id);
    record.grantedTo === "everyone" && (record.grantedTo = new Set(others)), record.grantedTo.delete(label);
  }
  isGranted(id, label) {
    return isGranted(this.#need(id), label);
  }
  /** Makes a record vanish, as a restore from an older backup does. */
  forget(id) {
    this.#vault.remove(this.#need(id).id);
  }
  /** Sets `change` to any text, such as an earlier time after a restore. */
  setChange(id, change) {
    let record = this.#need(id);
    record.change = change, this.#vault.touch(record, !1);
  }
  #setEnabled(id, enabled) {
    let record = this.#need(id);
    record.enabled = enabled, this.#vault.touch(record, this.#vault.switches.changeMovesOnToggle);
  }
  #placed(seed) {
    let device = this.addDevice({ hostname: seed.hostname, ip: seed.ip });
    return { identifier: seed.identifier === void 0 ? this.#vault.newIdentifier() : seed.identifier, username: seed.username ?? "usr", deviceId: device.id };
  }
  #finish(record, seed) {
    return record.enabled = seed.enabled ?? !0, record.expiration = seed.expiration ?? null, this.#vault.touch(record, !1), this.#view(record);
  }
  #view(record) {
    let { hostname, ip } = this.#vault.deviceOf(record);
    return { ...structuredClone(record), hostname, ip };
  }
  #need(id) {
    let record = this.#vault.record(id);
    if (record === void 0) throw new Error(`no record with id ${id}`);
    return record;
  }
};
function granted({ grantedTo = "everyone" }) {
  return grantedTo === "everyone" ? grantedTo : new Set(grantedTo);
}

// test/support/pam-core/start-pam-core.ts
async function startPamCore(options = {}) {
  let clock = options.clock ?? (() => /* @__PURE__ */ new Date()), tls = options.tls === "self-signed" ? selfSignedCertificate() : options.tls, switches = switchesOf(options.dialect ?? "4.0", options.switches), scheme = tls === void 0 ? "http" : "https", service = new PamCoreService(switches, clock, options.firstId ?? 1, scheme), authorization = service.addAuthorization({ label: "default", ...options.authorization }), store = new Store(service.vault);
  for (let device of options.devices ?? []) store.addDevice(device);
  let server = await startLoopbackServer((request, response) => {
    service.handle(request, response);
  }, options.port ?? 0, tls), { journal, faults, tokens } = service, control = options.controlPort === void 0 ? void 0 : await startLoopbackServer(
    controlListener({ journal, faults, store, switches }),
    options.controlPort,
    void 0
  );
  return {
    url: server.url,
    port: server.port,
    caCertificate: tls?.cert,
    controlUrl: control?.url,
    get oauth2() {
      return present(authorization.oauth2);
    },
    get oauth1() {
      return present(authorization.oauth1);
    },
    authorization,
    journal,
    store,
    switches,
    faults,
    addAuthorization: (input) => service.addAuthorization(input),
    liveTokens: () => tokens.live(clock()),
    revokeTokens: () => tokens.revokeAll(),
    resetJournal: () => journal.clear(),
    stop: async () => {
      service.stop(), await Promise.all([server.stop(), control?.stop()]);
    }
  };
}
function present(keys) {
  if (keys === void 0) throw new Error("the authorization has no keys of this kind");
  return keys;
}

// test/support/pam-core/main.ts
async function run(options) {
  let pam = await startPamCore(options);
  for (let line of introduction(pam)) console.log(line);
  let stop = () => {
    pam.stop();
  };
  process.once("SIGINT", stop), process.once("SIGTERM", stop);
}
function introduction(pam) {
  let lines = [
    `url: ${pam.url}`,
    `prefixes: ${pam.switches.prefixes.join(" ")}`,
    `client id: ${pam.oauth2.clientId}`,
    `client secret: ${pam.oauth2.clientSecret}`,
    `consumer key: ${pam.oauth1.consumerKey}`,
    `consumer secret: ${pam.oauth1.consumerSecret}`,
    `token key: ${pam.oauth1.tokenKey}`,
    `token secret: ${pam.oauth1.tokenSecret}`
  ];
  return pam.controlUrl !== void 0 && lines.push(`control: ${pam.controlUrl}/__sim/`), pam.caCertificate !== void 0 && lines.push("certificate:", pam.caCertificate.trimEnd()), [...lines, "ready"];
}
try {
  let options = readCommandLine(process.argv.slice(2));
  options === "help" ? process.stdout.write(helpText) : await run(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : "failed"), process.exitCode = 1;
}
