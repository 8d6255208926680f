/** A parsed JSON object whose members are still unknown. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Narrows to a JSON object: neither null nor an array. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** An own member: a `toString` that only the prototype has is absent. */
export function member(object: JsonObject | undefined, name: string): unknown {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An own member that is a text. */
export function text(object: JsonObject | undefined, name: string): string | undefined {
  const value = member(object, name);
  return typeof value === 'string' ? value : undefined;
}

/**
 * PAM's numeric id as text of 1 to 18 digits. Ids are strings on the wire; a JSON number is taken where it is
 * exact (above 2^53 the parser has already rounded it to another record's id).
 */
export function recordId(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,18}$/.test(value) ? value : undefined;
}
