import { asObject, textField } from './json-fields.ts';
import { identityOf } from './object-identity.ts';

/** What a Lease says, as far as an election needs it. */
export interface LeaseRecord {
  readonly resourceVersion: string;
  /** Empty: nobody holds it. */
  readonly holder: string;
  /** How long the holder's claim lasts since it last changed the record; 0 where the record makes no sense. */
  readonly durationMs: number;
  readonly transitions: number;
  readonly acquireTime: string | undefined;
  /** Changes with every renewal; compared for equality only, never with a clock. */
  readonly fingerprint: string;
}

/** Nobody's claim lasts longer without a renewal: a mistaken number must not end leadership for years. */
const LONGEST_CLAIM_MS = 600_000;

/** Reads a Lease; whatever is not as expected counts as absent, so that garbage never blocks an election. */
export function readLeaseRecord(body: unknown): LeaseRecord | undefined {
  const identity = identityOf(body);
  if (identity === undefined) return undefined;
  const spec = asObject(asObject(body)?.spec);
  const seconds = spec?.leaseDurationSeconds;
  const transitions = spec?.leaseTransitions;
  return {
    resourceVersion: identity.resourceVersion,
    holder: textField(spec, 'holderIdentity') ?? '',
    durationMs: typeof seconds === 'number' && seconds > 0 ? Math.min(seconds * 1000, LONGEST_CLAIM_MS) : 0,
    transitions: typeof transitions === 'number' && transitions >= 0 ? transitions : 0,
    acquireTime: textField(spec, 'acquireTime'),
    fingerprint: `${identity.uid}/${identity.resourceVersion}`,
  };
}
