export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** Whether the value is a JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a member; numbers and booleans become text; undefined where it is absent or null. */
export function textOf(body: JsonObject, key: string): string | undefined {
  const value = body[key];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** Reads "true", "1", 1 and true as true, which PAM Core accepts in form-encoded bodies. */
export function flagOf(body: JsonObject, key: string): boolean | undefined {
  const text = textOf(body, key);
  return text === undefined || text === '' ? undefined : text === 'true' || text === '1';
}
