/** A parsed JSON object of unknown shape. */
export type JsonObject = { readonly [key: string]: unknown };

/** Narrows to a JSON object; arrays and null are none. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** The field's value where it is a string; own properties only, so that `__proto__` finds nothing. */
export function textField(object: JsonObject | undefined, field: string): string | undefined {
  const value = object !== undefined && Object.hasOwn(object, field) ? object[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}
