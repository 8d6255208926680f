import type { KubeClient } from './kube-client.ts';
import { type KubeClock, SYSTEM_CLOCK } from './kube-clock.ts';
import { namespaceName, objectName } from './kube-name.ts';
import { type LeaseRecord, readLeaseRecord } from './lease-record.ts';

export interface LeaseHolderOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly signal: AbortSignal;
  /** The Lease names a holder that may be gone: called once before the wait, with its longest duration. */
  readonly onWait: (holder: string, forMs: number) => void;
  readonly clock?: KubeClock;
}

/** Of a claim that says none; the operator's default. */
const DEFAULT_CLAIM_MS = 15_000;
const POLL_MS = 500;

/**
 * Finds out whether somebody holds a Lease right now: a claim that is not renewed while its duration passes is one of
 * a process that is gone. The record's own times are not looked at, as they are of another clock.
 * @returns the holder, `free`, or `absent` where there is no Lease
 * @throws KubeError, RangeError where a name is not valid
 */
export async function findLeaseHolder(
  options: LeaseHolderOptions,
): Promise<{ readonly holder: string } | 'free' | 'absent'> {
  const { clock = SYSTEM_CLOCK, signal, onWait } = options;
  const first = await read(options);
  if (first === undefined) return 'absent';
  if (first.holder === '') return 'free';
  const claimMs = first.durationMs || DEFAULT_CLAIM_MS;
  const endsAtMs = clock.monotonicMs() + claimMs;
  onWait(first.holder, claimMs);
  while (clock.monotonicMs() < endsAtMs) {
    if (!(await clock.pause(POLL_MS, signal))) return { holder: first.holder };
    const record = await read(options);
    if (record === undefined) return 'absent';
    if (record.holder === '') return 'free';
    if (record.fingerprint !== first.fingerprint) return { holder: record.holder };
  }
  return 'free';
}

async function read({
  client,
  namespace,
  name,
  signal,
}: LeaseHolderOptions): Promise<LeaseRecord | undefined> {
  const { status, body } = await client.request({
    method: 'GET',
    path: `/apis/coordination.k8s.io/v1/namespaces/${namespaceName(namespace)}/leases/${objectName(name)}`,
    resource: 'leases',
    expected: [404],
    signal,
  });
  return status === 404 ? undefined : readLeaseRecord(body);
}
