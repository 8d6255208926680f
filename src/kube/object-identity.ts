import { asObject, textField } from './json-fields.ts';

/** What tells one object from another, and one state of it from the next. */
export interface ObjectIdentity {
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Anything that a store can hold. */
export interface Identified {
  readonly metadata: ObjectIdentity;
}

/** Reads the identity of an object as the API server sent it; `undefined` where a part is missing. */
export function identityOf(raw: unknown): ObjectIdentity | undefined {
  const metadata = asObject(asObject(raw)?.metadata);
  const name = textField(metadata, 'name');
  const uid = textField(metadata, 'uid');
  const resourceVersion = textField(metadata, 'resourceVersion');
  if (!name || !uid || !resourceVersion) return undefined;
  return { namespace: textField(metadata, 'namespace') ?? '', name, uid, resourceVersion };
}
