import { describe, expect, it } from 'vitest';
import { PRIORITY } from '../../src/controller/workqueue.ts';
import type { Action } from '../../src/core/action.ts';
import { KubeError } from '../../src/core/kube-error.ts';
import { credential } from './declared-resources.ts';
import { disableAfter, ExecutionBench, upsert } from './execution-bench.ts';
import { refusal } from './in-memory-pam.ts';
import { useVirtualTime } from './virtual-time.ts';

describe('execute: who may write', () => {
  useVirtualTime();

  it.each([
    {
      because: 'this replica does not lead, or not long enough',
      hinder: (bench: ExecutionBench) => {
        bench.mayWrite = () => false;
      },
    },
    { because: 'the pass was ended', hinder: (bench: ExecutionBench) => bench.pass.abort() },
    { because: 'the session has ended', hinder: (bench: ExecutionBench) => bench.sessionEnd.abort() },
    {
      because: 'there is no session',
      hinder: (bench: ExecutionBench) => {
        bench.hasSession = false;
      },
    },
  ])('nothing is applied where $because', async ({ hinder }) => {
    const bench = new ExecutionBench();
    hinder(bench);
    const executed = await bench.run([upsert(), disableAfter]);
    expect(executed.outcome).toMatchObject({ outdated: true, wrote: false, upserted: false });
    expect(executed.outcome.failure).toBeUndefined();
    expect(bench.pam.records.size).toBe(0);
    expect(bench.pam.log).not.toContain('Disable 101');
  });

  it.each([
    {
      because: 'the fence is closed',
      hinder: (bench: ExecutionBench) => {
        bench.mayWrite = () => false;
      },
    },
    { because: 'the pass was ended', hinder: (bench: ExecutionBench) => bench.pass.abort() },
  ])('makes no call and no audit record where $because', async ({ hinder }) => {
    const bench = new ExecutionBench();
    hinder(bench);
    const executed = await bench.run([upsert()]);
    expect(bench.pam.log).toEqual([]);
    expect(bench.audits).toEqual([]);
    expect(executed.outcome.enabledUnknown).toBe(false);
  });

  it('asks the fence before each write, and lets the client ask once more', async () => {
    const bench = new ExecutionBench();
    const answers = [true, false];
    bench.mayWrite = () => answers.shift() ?? false;
    const executed = await bench.run([upsert({ content: 'afterRegistered' })]);
    expect(bench.pam.log).toEqual(['Upsert']);
    expect(bench.pam.calls[0]?.context.mayStart?.()).toBe(false);
    expect(executed.outcome).toMatchObject({ upserted: true, contentSent: false, outdated: true });
  });

  it('ends a call that runs, and then makes no other one', async () => {
    const bench = new ExecutionBench();
    bench.pam.store({ identifier: 'test_shop_orders', id: '7' });
    bench.pam.before = () => bench.pass.abort();
    const executed = await bench.run([upsert({ mode: 'update' }), { do: 'disable', id: '7', always: true }]);
    expect(bench.pam.log).toEqual(['Upsert+content']);
    expect(executed.outcome).toMatchObject({ outdated: true, enabledUnknown: true });
    expect(bench.audits).toMatchObject([{ outcome: 'Unknown' }]);
  });

  it.each([
    { because: 'a resync waits', pass: PRIORITY.resync, upserts: PRIORITY.resync },
    { because: 'nothing else goes as early', pass: PRIORITY.disable, upserts: PRIORITY.deletion },
  ])('lets a disable go first, whatever the pass is for: $because', async ({ pass, upserts }) => {
    const bench = new ExecutionBench();
    bench.priority = pass;
    await bench.run([upsert(), disableAfter]);
    expect(bench.pam.calls.map(({ context }) => context.priority)).toEqual([upserts, PRIORITY.disable]);
  });
});

describe('execute: a failing API server', () => {
  useVirtualTime();

  const actions: readonly Action[] = [
    upsert({ mode: 'update' }),
    { do: 'enable', id: '7', unlessRegistered: false },
    { do: 'removeFinalizer' },
  ];

  it('ends the list, and what PAM did until then is not forgotten', async () => {
    const bench = new ExecutionBench();
    bench.pam.store({ identifier: 'test_shop_orders', id: '7' });
    const error = new KubeError({ verb: 'get', signal: 'timeout' });
    bench.kubernetes.failures.push({ call: 'readResource', error });
    const executed = await bench.run(actions);
    expect(bench.log).toEqual(['Upsert+content', 'readResource']);
    expect(executed.crash).toEqual({ error });
    expect(executed.outcome).toMatchObject({ wrote: true, upserted: true });
    expect(executed.writeEndedAtMs).toBe(Date.now());
  });
});

describe('execute: audit', () => {
  useVirtualTime();

  it('tells of each write who asked for it, what it was and what became of it', async () => {
    const bench = new ExecutionBench();
    bench.resource = credential({ connection: 'eu', enabled: false }, { generation: 3 });
    bench.pam.store({ identifier: 'test_shop_orders', id: '7' });
    bench.pam.faults.push({ operation: 'Upsert', fault: refusal(1042) });
    await bench.run([
      { do: 'disable', id: '7', always: false },
      upsert({ mode: 'update', additional: 'send' }),
      { do: 'disable', id: '7', always: true },
    ]);
    const common = {
      kind: 'PamCredential',
      namespace: 'shop',
      name: 'orders',
      uid: 'uid of orders',
      generation: 3,
      connection: 'eu',
      hostname: 'db1',
      username: 'svc',
      durationMs: 0,
    };
    expect(bench.audits).toEqual([
      { ...common, operation: 'Disable', id: '7', outcome: 'Applied', requestId: 'request 1' },
      {
        ...common,
        operation: 'Upsert',
        identifier: 'test_shop_orders',
        withContent: true,
        outcome: 'Refused',
        code: 1042,
        httpStatus: 400,
        reason: 'PamValidationFailed',
        requestId: 'request 2',
      },
      { ...common, operation: 'Disable', id: '7', outcome: 'Applied', requestId: 'request 3' },
    ]);
    expect(bench.pam.calls.map(({ context }) => context.requestId)).toEqual([
      'request 1',
      'request 2',
      'request 3',
    ]);
  });

  it.each([
    { because: 'no answer came', fault: { signal: 'timeout' } as const, outcome: 'Unknown' },
    {
      because: 'a gateway answered',
      fault: { signal: 'httpStatus', httpStatus: 502 } as const,
      outcome: 'Unknown',
    },
    { because: 'PAM refused readably', fault: refusal(1009), outcome: 'Refused' },
    {
      because: 'there was no connection, so nothing was sent',
      fault: { signal: 'unreachable', unsent: true } as const,
      outcome: 'Refused',
    },
  ])('says $outcome where $because', async ({ fault, outcome }) => {
    const bench = new ExecutionBench();
    bench.pam.faults.push({ operation: 'Enable', fault });
    await bench.run([{ do: 'enable', id: '7', unlessRegistered: false }]);
    expect(bench.audits).toMatchObject([{ operation: 'Enable', id: '7', outcome }]);
  });

  it('says nothing of a call that was given up before its first byte: it was no write', async () => {
    const bench = new ExecutionBench();
    bench.pam.faults.push({ operation: 'Upsert', fault: { signal: 'aborted', unsent: true } });
    const executed = await bench.run([upsert()]);
    expect(bench.audits).toEqual([]);
    expect(executed.outcome).toMatchObject({ outdated: true, wrote: false });
    expect(executed).not.toHaveProperty('writeEndedAtMs');
    expect(executed).not.toHaveProperty('unansweredAtMs');
  });

  it('holds no secret', async () => {
    const bench = new ExecutionBench();
    await bench.run([upsert({ additional: 'send' })]);
    expect(JSON.stringify(bench.audits)).not.toMatch(/hunter2|totp seed/);
  });
});
