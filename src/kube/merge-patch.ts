import { asObject, type JsonObject } from './json-fields.ts';

/**
 * The JSON merge patch (RFC 7396) that turns `previous` into `next`: removed fields become null, objects are
 * compared field by field, lists are replaced whole. A field that is `undefined` counts as absent.
 * @returns `undefined` where nothing differs, so that an equal write is not made
 */
export function mergePatch(previous: object | undefined, next: object): JsonObject | undefined {
  const before = (previous ?? {}) as JsonObject;
  const after = next as JsonObject;
  const patch: [string, unknown][] = [];
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const left = before[field];
    const right = after[field];
    if (isEqual(left, right)) continue;
    const [leftObject, rightObject] = [asObject(left), asObject(right)];
    if (leftObject !== undefined && rightObject !== undefined) {
      patch.push([field, mergePatch(leftObject, rightObject)]);
    } else {
      patch.push([field, right === undefined ? null : right]);
    }
  }
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
}

/** Deep equality of JSON values; the order of an object's fields does not count. */
function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => isEqual(item, right[at]));
  }
  const [leftObject, rightObject] = [asObject(left), asObject(right)];
  if (leftObject === undefined || rightObject === undefined) return false;
  const fields = new Set([...Object.keys(leftObject), ...Object.keys(rightObject)]);
  return [...fields].every((field) => isEqual(leftObject[field], rightObject[field]));
}
