import { type FaultInput, type FaultKind, faultKinds } from './fault.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';
import { templates } from './router.ts';

/**
 * Reads a fault from JSON. `match.path` is an endpoint id or else the text of a regular expression.
 * Throws with a sentence where the kind is unknown.
 */
export function faultInputOf(body: JsonObject): FaultInput {
  const { kind, match, ...rest } = body;
  if (typeof kind !== 'string' || !faultKinds.includes(kind as FaultKind)) {
    throw new Error(`kind must be one of: ${faultKinds.join(', ')}`);
  }
  const fault = { kind, ...rest } as unknown as FaultInput;
  if (!isJsonObject(match)) return fault;
  const { path, ...others } = match;
  if (typeof path !== 'string') return { ...fault, match: others };
  const isTemplate = (templates as readonly string[]).includes(path);
  return { ...fault, match: { ...others, path: isTemplate ? path : new RegExp(path) } } as FaultInput;
}
