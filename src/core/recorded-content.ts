import { compareDigest, type InstallKey } from './digest.ts';
import type { ManagedResource } from './managed-resource.ts';
import type { MaterialField, SecretVersion } from './material.ts';
import { MAIN_FIELD } from './secret-source.ts';

/** State of a value in PAM, as the status tells it. */
export type ContentState = 'Pushed' | 'Presumed' | 'Kept' | 'Pending';

/** What the status records of one secret field. */
export interface RecordedField {
  readonly state: ContentState | undefined;
  readonly version: SecretVersion | undefined;
  readonly digest: string | undefined;
}

/** The record of one field: the main one stands in `status.content` itself, the others in its list. */
export function recordedField(resource: ManagedResource, field: string): RecordedField | undefined {
  const content = resource.status.content;
  if (content === undefined) return undefined;
  const found =
    field === MAIN_FIELD[resource.kind] ? content : content.fields?.find((entry) => entry.field === field);
  if (found === undefined || (found.state === undefined && found.digest === undefined)) return undefined;
  const { secretUid, secretResourceVersion } = found;
  return {
    state: found.state,
    version:
      secretUid === undefined || secretResourceVersion === undefined
        ? undefined
        : { uid: secretUid, resourceVersion: secretResourceVersion },
    digest: found.digest,
  };
}

/** Whether the Secret of a source is, by its version alone, still the one whose value was recorded. */
export function versionIsKnown(
  recorded: RecordedField | undefined,
  newest: SecretVersion | 'unknown' | undefined,
  verified: SecretVersion | undefined,
): boolean {
  if (newest === undefined || newest === 'unknown' || recorded === undefined) return false;
  return sameVersion(newest, recorded.version) || sameVersion(newest, verified);
}

/** What became of one field since it was recorded. `unknown`: the digest was made with another install key. */
export function compareField(
  key: InstallKey,
  field: MaterialField,
  recorded: RecordedField | undefined,
): 'new' | 'same' | 'different' | 'unknown' {
  if (recorded?.digest === undefined) return 'new';
  return compareDigest(key, recorded.digest, field.digest);
}

function sameVersion(left: SecretVersion, right: SecretVersion | undefined): boolean {
  return left.uid === right?.uid && left.resourceVersion === right.resourceVersion;
}
