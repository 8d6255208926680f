import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/core/action.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { credential } from './declared-resources.ts';
import { ExecutionBench, upsert } from './execution-bench.ts';
import { refusal } from './in-memory-pam.ts';
import { useVirtualTime } from './virtual-time.ts';

const intent: Action = { do: 'recordIntent', digest: 'key:digest', changeBefore: 'change 1' };
const afterRegistered = upsert({ content: 'afterRegistered', additional: 'afterRegistered' });

describe('execute: secret parts of an upsert', () => {
  useVirtualTime();

  it.each([
    {
      because: 'nothing secret goes along unless asked for',
      action: upsert({ content: 'none' }),
      says: {},
      log: ['Upsert'],
      outcome: { contentSent: false, additionalSent: false, foundExisting: false },
    },
    {
      because: 'both parts go along at once',
      action: upsert({ additional: 'send' }),
      says: {},
      log: ['Upsert+content+additional'],
      outcome: { contentSent: true, additionalSent: true, foundExisting: false },
    },
    {
      because: 'a record that was registered gets them with a second POST',
      action: afterRegistered,
      says: {},
      log: ['Upsert', 'Upsert+content+additional'],
      outcome: { contentSent: true, additionalSent: true, foundExisting: false },
    },
    {
      because: 'a record that existed keeps its own',
      action: afterRegistered,
      says: { result: 'updated' },
      log: ['Upsert'],
      outcome: { contentSent: false, additionalSent: false, foundExisting: true },
    },
    {
      because: 'a record of which PAM does not say whether it existed keeps its own',
      action: afterRegistered,
      says: { result: 'unknown' },
      log: ['Upsert'],
      outcome: { contentSent: false, additionalSent: false, foundExisting: true },
    },
    {
      because: 'one part may go at once and the other later',
      action: upsert({ content: 'send', additional: 'afterRegistered' }),
      says: {},
      log: ['Upsert+content', 'Upsert+additional'],
      outcome: { contentSent: true, additionalSent: true, foundExisting: false },
    },
  ] as const)('$because', async ({ action, says, log, outcome }) => {
    const bench = new ExecutionBench();
    bench.pam.says = says;
    const executed = await bench.run([action]);
    expect(bench.pam.log).toEqual(log);
    expect(executed.outcome).toMatchObject({ ...outcome, upserted: true });
  });

  it('keeps what the first POST achieved when the second one fails', async () => {
    const bench = new ExecutionBench();
    let upserts = 0;
    bench.pam.before = () => {
      if (++upserts === 2) bench.pam.faults.push({ operation: 'Upsert', fault: { signal: 'timeout' } });
    };
    const executed = await bench.run([afterRegistered]);
    expect(executed.outcome).toMatchObject({
      record: { id: '101' },
      upserted: true,
      contentSent: false,
      failure: { reason: 'PamTimeout' },
    });
  });

  it('names the record as PAM does, or as it was asked for where PAM names none', async () => {
    const bench = new ExecutionBench();
    bench.pam.says = { identifier: undefined };
    expect((await bench.run([upsert()])).outcome.record).toEqual({
      id: '101',
      identifier: 'test_shop_orders',
    });
  });
});

describe('execute: the intent of a push', () => {
  useVirtualTime();

  it('is written before the POST, which must not go out where somebody else was quicker', async () => {
    const bench = new ExecutionBench();
    bench.kubernetes.apply(credential());
    const executed = await bench.run([intent, upsert()], credential({}, { resourceVersion: '50' }));
    expect(bench.log).toEqual(['writeStatus']);
    expect(executed.outcome).toMatchObject({ outdated: true, wrote: false });
  });

  it('is not written for a resource that is gone', async () => {
    const bench = new ExecutionBench();
    bench.kubernetes.apply(credential());
    bench.kubernetes.delete(credential());
    const executed = await bench.run([intent, upsert()], credential());
    expect(bench.log).toEqual(['writeStatus']);
    expect(executed.outcome.outdated).toBe(true);
  });

  it.each([
    { because: 'a readable refusal means: not applied', fault: refusal(1042), refusedDigest: 'key:digest' },
    { because: 'a timeout means nothing', fault: { signal: 'timeout' } as const, refusedDigest: undefined },
    {
      because: 'a 502 may come after PAM applied it',
      fault: { signal: 'httpStatus', httpStatus: 502 } as const,
      refusedDigest: undefined,
    },
  ])('tells which push is known not to be applied: $because', async ({ fault, refusedDigest }) => {
    const bench = new ExecutionBench();
    bench.pam.faults.push({ operation: 'Upsert', fault });
    const executed = await bench.run([intent, upsert()]);
    expect(executed.refusedDigest).toBe(refusedDigest);
  });

  it('is not refuted by a refusal that came before the push', async () => {
    const bench = new ExecutionBench();
    bench.resource = credential(
      {},
      {},
      { pending: { startedTime: '2026-03-01T09:59:00Z', digest: 'key:digest' } },
    );
    bench.pam.faults.push({ operation: 'Disable', fault: refusal(1009) });
    const executed = await bench.run([{ do: 'disable', id: '7', always: false }, upsert({ mode: 'update' })]);
    expect(executed.refusedDigest).toBeUndefined();
  });

  it('is not refuted by a refusal that came after it', async () => {
    const bench = new ExecutionBench();
    bench.pam.faults.push({ operation: 'Enable', fault: refusal(1009) });
    bench.pam.says = { result: 'updated' };
    const executed = await bench.run([
      intent,
      upsert(),
      { do: 'enable', id: '101', unlessRegistered: false },
    ]);
    expect(executed.outcome.contentSent).toBe(true);
    expect(executed.refusedDigest).toBeUndefined();
  });
});

describe('execute: an SSH key', () => {
  useVirtualTime();

  it('is sent as a whole with each POST, and its state only on create', async () => {
    const bench = new ExecutionBench();
    const { metadata } = credential();
    const privateKey = { secretRef: { name: 'orders', key: 'id' } };
    bench.resource = {
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: 'PamSshKey',
      metadata,
      spec: { device: { hostname: 'db1', ip: '10.0.0.1' }, privateKey, enabled: false },
    };
    bench.material = {
      fields: [],
      keyPair: {
        privateKey: new SecretText('PRIVATE'),
        publicKey: 'ssh-ed25519 AAAA',
        fingerprint: 'SHA256:x',
      },
    };
    const sent: unknown[] = [];
    const { upsertKey } = bench.pam;
    bench.pam.upsertKey = (key, context) => {
      sent.push({ enabled: key.enabled, publicKey: key.publicKey });
      return upsertKey.call(bench.pam, key, context);
    };
    await bench.run([upsert(), { do: 'disable', id: 'upserted', always: true }]);
    await bench.run([upsert({ mode: 'update' })]);
    expect(sent).toEqual([
      { enabled: false, publicKey: 'ssh-ed25519 AAAA' },
      { enabled: undefined, publicKey: 'ssh-ed25519 AAAA' },
    ]);
  });
});
