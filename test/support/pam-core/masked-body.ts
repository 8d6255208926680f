import type { Json, JsonObject } from './json-value.ts';

const secretNames = new Set([
  ...['content', 'password', 'private_key', 'secret_key'],
  ...['client_secret', 'access_token', 'oauth_consumer_secret', 'oauth_token_secret'],
]);

/** A copy in which secret values are `***`. Names stay, and an empty or null value stays visible as such. */
export function maskedBody(body: JsonObject): JsonObject {
  return maskedObject(body, secretNames);
}

function maskedObject(object: JsonObject, secret: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, maskedMember(name, value, secret)]),
  );
}

function maskedMember(name: string, value: Json, secret: ReadonlySet<string>): Json {
  if (secret.has(name)) return value === '' || value === null ? value : '***';
  const inside = name === 'additional_authentication_fields' ? new Set([...secret, 'value']) : secret;
  return maskedValue(value, inside);
}

function maskedValue(value: Json, secret: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, secret));
  return typeof value === 'object' && value !== null ? maskedObject(value, secret) : value;
}
