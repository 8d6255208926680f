import { describe, expect, it } from 'vitest';
import { FINALIZER } from '../../src/api/names.ts';
import type { Action } from '../../src/core/action.ts';
import { credential } from './declared-resources.ts';
import { disableAfter, ExecutionBench, enableNew, upsert } from './execution-bench.ts';
import { refusal } from './in-memory-pam.ts';
import { useVirtualTime } from './virtual-time.ts';

const intent: Action = { do: 'recordIntent', digest: 'key:digest', changeBefore: undefined };

describe('execute: order and results', () => {
  useVirtualTime();

  it('carries the actions out in their order and tells what they achieved', async () => {
    const bench = new ExecutionBench();
    bench.pam.store({ identifier: 'test_shop_orders', id: '7', active: false });
    const executed = await bench.run([
      { do: 'addFinalizer' },
      intent,
      upsert({ mode: 'update' }),
      { do: 'enable', id: '7', unlessRegistered: false },
    ]);
    expect(bench.log).toEqual([
      'writeFinalizers',
      'writeStatus',
      'Upsert+content',
      'readResource',
      'Enable 7',
    ]);
    expect(executed.outcome).toEqual({
      wrote: true,
      record: { id: '7', identifier: 'test_shop_orders' },
      upserted: true,
      contentSent: true,
      additionalSent: false,
      foundExisting: false,
      enabled: true,
      enabledUnknown: false,
      madeAnew: false,
      outdated: false,
    });
    expect(executed.resource.hasFinalizer).toBe(false);
    expect(executed.resource.metadata.finalizers).toEqual([FINALIZER]);
    expect(executed.resource.status.pending?.digest).toBe('key:digest');
    expect(executed.ownVersions).toEqual(['102', '103']);
    expect(executed.resource.metadata.resourceVersion).toBe('103');
    expect(executed.writeEndedAtMs).toBe(Date.now());
  });

  it('does nothing and says so where there is nothing to do', async () => {
    const bench = new ExecutionBench();
    const executed = await bench.run([]);
    expect(bench.log).toEqual([]);
    expect(executed.outcome.wrote).toBe(false);
    expect(executed.writeEndedAtMs).toBeUndefined();
  });

  it('removes only its own finalizer', async () => {
    const bench = new ExecutionBench();
    bench.resource = credential({}, { finalizers: ['other.io/finalizer', FINALIZER] });
    await bench.run([{ do: 'removeFinalizer' }]);
    const { metadata } = bench.kubernetes.stored('PamCredential', 'shop', 'orders');
    expect(metadata.finalizers).toEqual(['other.io/finalizer']);
  });

  it('stops at the first failure', async () => {
    const bench = new ExecutionBench();
    bench.pam.faults.push({ operation: 'Disable', fault: { signal: 'timeout' } });
    const executed = await bench.run([
      { do: 'disable', id: '7', always: false },
      upsert({ mode: 'update' }),
      { do: 'removeFinalizer' },
    ]);
    expect(bench.log).toEqual(['Disable 7']);
    expect(executed.outcome).toMatchObject({ wrote: false, failure: { reason: 'PamTimeout' } });
    expect(executed.outcome.enabled).toBeUndefined();
  });

  it('says that PAM took a key but not for every device', async () => {
    const bench = new ExecutionBench();
    bench.pam.says = { devicesPartlyAssigned: true };
    const executed = await bench.run([upsert(), enableNew]);
    expect(executed.outcome).toMatchObject({
      upserted: true,
      contentSent: true,
      failure: { reason: 'DevicesPartlyAssigned' },
    });
    expect(bench.log).toEqual(['Upsert+content']);
  });
});

describe('execute: a record that must stay disabled', () => {
  useVirtualTime();

  it.each([
    {
      because: 'a create is followed by a disable of the id that PAM gave it',
      fault: undefined,
      log: ['Upsert+content', 'Disable 101'],
      outcome: { enabled: false, enabledUnknown: false },
    },
    {
      because: 'nothing was created, so there is nothing to disable; whether it was is not known',
      fault: { operation: 'Upsert', fault: { signal: 'timeout' } } as const,
      log: ['Upsert+content'],
      outcome: { enabledUnknown: true, failure: { reason: 'PamTimeout' } },
    },
    {
      because: 'a disable that fails leaves the state unknown',
      fault: { operation: 'Disable', fault: { signal: 'unreachable' } } as const,
      log: ['Upsert+content', 'Disable 101'],
      outcome: { enabledUnknown: true, failure: { reason: 'PamUnreachable' } },
    },
  ])('$because', async ({ fault, log, outcome }) => {
    const bench = new ExecutionBench();
    if (fault !== undefined) bench.pam.faults.push(fault);
    const executed = await bench.run([upsert(), disableAfter]);
    expect(bench.log).toEqual(log);
    expect(executed.outcome).toMatchObject(outcome);
  });

  it('is disabled after an update that failed, whose failure is the one that is told', async () => {
    const bench = new ExecutionBench();
    bench.pam.store({ identifier: 'test_shop_orders', id: '7' });
    bench.pam.faults.push({ operation: 'Upsert', fault: refusal(1042) });
    const executed = await bench.run([
      upsert({ mode: 'update' }),
      { do: 'disable', id: '7', always: true },
      { do: 'removeFinalizer' },
    ]);
    expect(bench.log).toEqual(['Upsert+content', 'Disable 7']);
    expect(executed.outcome).toMatchObject({
      wrote: true,
      enabled: false,
      enabledUnknown: false,
      failure: { reason: 'PamValidationFailed', fault: { operation: 'Upsert' } },
    });
  });

  it('is unknown after an update and a disable that both failed; the first failure is told', async () => {
    const bench = new ExecutionBench();
    bench.pam.faults.push({ operation: 'Upsert', fault: refusal(1042) });
    bench.pam.faults.push({ operation: 'Disable', fault: { signal: 'timeout' } });
    const executed = await bench.run([upsert({ mode: 'update' }), { do: 'disable', id: '7', always: true }]);
    expect(executed.outcome).toMatchObject({
      wrote: false,
      enabledUnknown: true,
      failure: { reason: 'PamValidationFailed' },
    });
  });

  it('is unknown where the disable before the update succeeded and the one after it failed', async () => {
    const bench = new ExecutionBench();
    bench.pam.store({ identifier: 'test_shop_orders', id: '7' });
    let disables = 0;
    bench.pam.before = (operation) => {
      if (operation === 'Disable' && ++disables === 2)
        bench.pam.faults.push({ operation: 'Disable', fault: { signal: 'timeout' } });
    };
    const executed = await bench.run([
      { do: 'disable', id: '7', always: false },
      upsert({ mode: 'update' }),
      { do: 'disable', id: '7', always: true },
    ]);
    expect(bench.pam.log).toEqual(['Disable 7', 'Upsert+content', 'Disable 7']);
    expect(executed.outcome.enabledUnknown).toBe(true);
  });
});

describe('execute: a record that vanished', () => {
  useVirtualTime();

  it('is told of where an update made a new one, and nothing more is sent to it', async () => {
    const bench = new ExecutionBench();
    const executed = await bench.run([
      upsert({ mode: 'update', content: 'none' }),
      { do: 'enable', id: '7', unlessRegistered: false },
    ]);
    expect(bench.log).toEqual(['Upsert']);
    expect(executed.outcome).toMatchObject({
      madeAnew: true,
      upserted: false,
      failure: { reason: 'RecordGone' },
    });
  });

  it('is disabled under its new id where it must stay disabled', async () => {
    const bench = new ExecutionBench();
    await bench.run([upsert({ mode: 'update' }), { do: 'disable', id: '7', always: true }]);
    expect(bench.log).toEqual(['Upsert+content', 'Disable 101']);
    expect(bench.pam.records.get('101')?.active).toBe(false);
  });
});

describe('execute: the deletion brake', () => {
  useVirtualTime();

  const actions: readonly Action[] = [
    { do: 'countDeletion' },
    { do: 'disable', id: '7', always: false },
    { do: 'removeFinalizer' },
  ];
  const deletionTimestamp = '2026-03-01T10:00:00Z';

  it.each([
    {
      because: 'it admits the deletion',
      admits: true,
      log: ['Disable 7', 'writeFinalizers'],
      reason: undefined,
    },
    { because: 'it holds the deletion', admits: false, log: [], reason: 'DeletionHeld' },
  ])('is asked before any call: $because', async ({ admits, log, reason }) => {
    const bench = new ExecutionBench();
    bench.admitsDeletions = admits;
    bench.resource = credential({ connection: 'eu' }, { deletionTimestamp, finalizers: [FINALIZER] });
    const executed = await bench.run(actions);
    expect(bench.log).toEqual(log);
    expect(executed.outcome.failure?.reason).toBe(reason);
    expect(bench.deletions).toEqual([
      { connection: 'eu', uid: 'uid of orders', requestedAt: deletionTimestamp, held: false },
    ]);
  });
});

describe('execute: a record that is to be enabled', () => {
  useVirtualTime();

  it('needs no call right after it was registered', async () => {
    const bench = new ExecutionBench();
    const executed = await bench.run([upsert(), enableNew]);
    expect(bench.log).toEqual(['Upsert+content']);
    expect(executed.outcome.enabled).toBe(true);
  });

  it.each(['updated', 'unknown'] as const)('needs one where PAM says "%s"', async (result) => {
    const bench = new ExecutionBench();
    bench.pam.says = { result };
    await bench.run([upsert(), enableNew]);
    expect(bench.log).toEqual(['Upsert+content', 'readResource', 'Enable 101']);
  });

  it.each([
    { because: 'its spec changed meanwhile', change: { generation: 2 } },
    { because: 'it is being deleted', change: { deletionTimestamp: '2026-03-01T10:00:00Z' } },
    { because: 'it was created anew', change: { uid: 'another' } },
    { because: 'it is gone', change: undefined },
  ])('is not enabled by a view that is stale: $because', async ({ change }) => {
    const bench = new ExecutionBench();
    const seen = credential({ enabled: true }, { resourceVersion: '50' });
    if (change !== undefined) bench.kubernetes.apply(credential({ enabled: false }, change));
    else {
      bench.kubernetes.apply(seen);
      const { readResource } = bench.kubernetes;
      bench.kubernetes.readResource = async (name) => {
        bench.kubernetes.delete(seen);
        return readResource.call(bench.kubernetes, name) as Promise<'notFound'>;
      };
    }
    const executed = await bench.run([{ do: 'enable', id: '7', unlessRegistered: false }], seen);
    expect(bench.pam.log).toEqual([]);
    expect(executed.outcome).toMatchObject({ outdated: true, wrote: false });
  });

  it.each([
    { because: 'PAM knows no such record', code: 1007, refutedId: '7' },
    { because: 'no access says nothing about the id', code: 1009, refutedId: undefined },
  ])('tells which id is refuted: $because', async ({ code, refutedId }) => {
    const bench = new ExecutionBench();
    bench.resource = credential({}, {}, { id: '6' });
    bench.pam.faults.push({ operation: 'Enable', fault: refusal(code) });
    const executed = await bench.run([{ do: 'enable', id: '7', unlessRegistered: false }]);
    expect(executed.refutedId).toBe(refutedId);
    expect(executed.outcome.failure).toBeDefined();
  });
});
