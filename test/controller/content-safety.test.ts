import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import type { InstallKey } from '../../src/core/digest.ts';
import { problem } from '../../src/core/failure.ts';
import { credential, fromSecret } from './declared-resources.ts';
import { refusal } from './in-memory-pam.ts';
import { ReconcileWorld } from './reconcile-world.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: ReconcileWorld;

const timeout = { signal: 'timeout' } as const;
/** No connection. */
const unsent = { signal: 'unreachable', unsent: true } as const;
/** In line for a place, and ended there. */
const givenUp = { signal: 'aborted', unsent: true } as const;

function edit(spec: Parameters<typeof credential>[0], metadata: Parameters<typeof credential>[1] = {}): void {
  const { status, metadata: before } = world.kubernetes.stored('PamCredential', 'shop', 'orders');
  world.kubernetes.apply(
    credential(spec, { ...before, generation: before.generation + 1, ...metadata }, status),
  );
}

/** In sync, and the baseline of `change` is known. */
async function inSync(spec: Parameters<typeof credential>[0] = { content: fromSecret }): Promise<void> {
  world.kubernetes.secret('shop/orders', { password: 'one' });
  world.connect();
  world.kubernetes.apply(credential(spec));
  await world.reconcile();
  await world.wait();
  await world.reconcile();
  await world.wait();
  expect(world.ready()).toBe('True Synced');
  expect(world.status().content?.change).toBeDefined();
  world.takeCosts();
}

function setSecret(password: string): void {
  world.kubernetes.secret('shop/orders', { password });
}

/** What a call without an answer carried is applied now. */
function comesLate(content: string): void {
  for (const record of world.pam.records.values())
    Object.assign(record, { content, changes: record.changes + 1 });
}

const passwordInPam = () => world.pam.records.get('101')?.content;

/** Another process goes on, with nothing but what the API server and PAM hold. */
function crash(): void {
  world.memories.forgetAll();
  world.connections.forgetLists();
}

describe('a push without an answer', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  it('D9 timed out but applied: found in the list, not sent again, and the next change is no rotation', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout, applied: true });
    await world.reconcile();
    expect(world.ready()).toBe('False PamTimeout');
    await world.wait();
    await world.reconcile();
    expect(world.ready()).toBe('True Synced');
    expect(world.status().content?.state).toBe('Presumed');
    expect(world.takeCosts().pam).toEqual(['List', 'Upsert+content', 'List']);
    await world.wait();
    setSecret('three');
    await world.reconcile();
    expect(world.ready()).toBe('True Synced');
    expect(passwordInPam()).toBe('three');
    expect(world.status().content?.state).toBe('Pushed');
  });

  it('D9 presumed: the message says so, and a force-sync pushes again', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout, applied: true });
    await world.reconcile();
    await world.wait();
    await world.reconcile();
    const message = world.status().conditions?.find(({ type }) => type === 'Ready')?.message;
    expect(message).toContain('presumed applied; a force-sync pushes again');
    world.takeCosts();
    edit({ content: fromSecret }, { generation: 1, annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List', 'Upsert+content']);
    expect(world.status().content?.state).toBe('Pushed');
  });

  it('D10 a new value waits a minute from the last try, and wins over what comes late', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    await world.reconcile();
    await world.wait(30_000);
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    await world.reconcile();
    await world.wait(10_000);
    setSecret('three');
    await world.reconcile();
    expect(world.ready()).toBe('False Progressing');
    await world.wait(40_000);
    comesLate('two');
    await world.reconcile();
    expect(passwordInPam()).toBe('two');
    await world.wait(11_000);
    await world.reconcile();
    expect(passwordInPam()).toBe('three');
    expect(world.ready()).toBe('True Synced');
  });

  it.each([
    { because: 'there was no connection', fault: unsent },
    { because: 'it was given up while it waited for its place', fault: givenUp },
  ])('D10 a new value waits for no push that never went out: $because', async ({ fault }) => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault });
    await world.reconcile();
    expect(passwordInPam()).toBe('one');
    setSecret('three');
    await world.wait(2000);
    await world.reconcile();
    expect(passwordInPam()).toBe('three');
    expect(world.ready()).toBe('True Synced');
    expect(world.status().pending).toBeUndefined();
  });

  it.each([
    { because: 'PAM refuses it twice, for two reasons', faults: [refusal(1011), refusal(1014)] },
    { because: 'there is no connection, then PAM refuses it', faults: [unsent, refusal(1011)] },
    { because: 'it is given up in line, then PAM refuses it', faults: [givenUp, refusal(1011)] },
  ])(
    'D10 the recorded value is pushed over one that came late until it gets through: $because',
    async ({ faults }) => {
      await inSync();
      setSecret('two');
      world.pam.faults.push({ operation: 'Upsert', fault: timeout });
      await world.reconcile();
      setSecret('one');
      await world.reconcile();
      await world.wait(50_000);
      comesLate('two');
      await world.wait(11_000);
      for (const fault of faults) {
        world.pam.faults.push({ operation: 'Upsert', fault });
        await world.reconcile();
        expect(world.pam.faults).toEqual([]);
      }
      await world.wait(600_000);
      await world.reconcile();
      expect(passwordInPam()).toBe('one');
      expect(world.ready()).toBe('True Synced');
      expect(world.status().pending).toBeUndefined();
    },
  );

  it('D10 a refused value does not make forget the one before it, which came late: it is said, and held', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    await world.reconcile();
    await world.wait(30_000);
    comesLate('two');
    await world.wait(31_000);
    setSecret('three');
    world.pam.faults.push({ operation: 'Upsert', fault: refusal(1011) });
    await world.reconcile();
    expect(world.pam.faults).toEqual([]);
    setSecret('one');
    await world.reconcile();
    expect(world.ready()).toBe('False RotatedElsewhere');
    await world.wait(600_000);
    await world.reconcile();
    expect(world.ready()).toBe('False RotatedElsewhere');
    edit({ content: fromSecret }, { annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    await world.reconcile();
    expect(passwordInPam()).toBe('one');
    expect(world.ready()).toBe('True Synced');
  });

  it('D10 a push that never went out does not hide one of the same value that did', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout }, { operation: 'Upsert', fault: unsent });
    await world.reconcile();
    await world.wait(30_000);
    await world.reconcile();
    expect(world.pam.faults).toEqual([]);
    setSecret('three');
    await world.wait(2000);
    await world.reconcile();
    expect(passwordInPam()).toBe('one');
    await world.wait(30_000);
    await world.reconcile();
    expect(passwordInPam()).toBe('three');
  });

  it('D10 a force-sync does not cut the wait short, and is handled when it is over', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    await world.reconcile();
    setSecret('three');
    edit({ content: fromSecret }, { generation: 1, annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    world.takeCosts();
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List']);
    expect(world.status().lastHandledForceSync).toBeUndefined();
    await world.wait();
    await world.reconcile();
    expect(passwordInPam()).toBe('three');
    expect(world.status().lastHandledForceSync).toBe('now');
  });

  it('D10 after a crash the minute counts from the first pass of the new process: the last try is not known', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    await world.reconcile();
    await world.wait(300_000);
    crash();
    setSecret('three');
    world.takeCosts();
    await world.reconcile();
    await world.wait(50_000);
    await world.reconcile();
    expect(world.takeCosts().pam).not.toContain('Upsert+content');
    await world.wait(11_000);
    await world.reconcile();
    expect(passwordInPam()).toBe('three');
  });

  it('D12 an intent from a machine whose clock is a day ahead is resolved like any other', async () => {
    await inSync();
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    world.skewMs = 24 * 3_600_000;
    await world.reconcile();
    expect(world.status().pending?.startedTime).toContain('2026-03-02');
    world.skewMs = 0;
    crash();
    setSecret('three');
    await world.reconcile();
    await world.wait(61_000);
    await world.reconcile();
    expect(passwordInPam()).toBe('three');
    expect(world.status().pending).toBeUndefined();
  });

  it('D10 a refusal does not tell of the try before it: what that one applies late is found, and overwritten', async () => {
    setSecret('one');
    world.connect();
    world.kubernetes.apply(credential({ content: fromSecret }));
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    await world.reconcile();
    world.pam.faults.push({ operation: 'Upsert', fault: refusal(1011) });
    await world.wait(2000);
    await world.reconcile();
    expect(world.ready()).toBe('False DeviceNotFound');
    expect(world.status().pending).toBeDefined();
    setSecret('two');
    world.takeCosts();
    await world.wait(11_000);
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List']);
    world.pam.store({ identifier: 'test_shop_orders', content: 'one' });
    await world.wait(60_000);
    await world.reconcile();
    expect(passwordInPam()).toBe('two');
    expect(world.ready()).toBe('True Synced');
  });

  it('D10 an enable meanwhile does not hide a push that may come late', async () => {
    await inSync({ content: fromSecret, enabled: false });
    setSecret('two');
    world.pam.faults.push({ operation: 'Upsert', fault: timeout });
    await world.reconcile();
    edit({ content: fromSecret, enabled: true });
    await world.reconcile();
    setSecret('one');
    await world.reconcile();
    comesLate('two');
    await world.wait(61_000);
    await world.reconcile();
    expect(passwordInPam()).toBe('one');
  });

  it('D11 dies after the POST of a create: the next process finds the record and pushes nothing', async () => {
    setSecret('one');
    world.connect();
    world.kubernetes.apply(credential({ content: fromSecret }));
    world.pam.faults.push({ operation: 'Upsert', fault: { signal: 'aborted' }, applied: true });
    await world.reconcile();
    expect(world.status().pending).toBeDefined();
    expect(world.status().id).toBeUndefined();
    crash();
    world.takeCosts();
    await world.wait(20_000);
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List', 'Upsert']);
    expect(world.status()).toMatchObject({ id: '101', content: { state: 'Presumed' } });
    expect(world.status().pending).toBeUndefined();
  });
});

describe('the install key', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  const other: InstallKey = { id: '89abcdef', bytes: Buffer.alloc(32, 9) };
  const failure = problem('InstallKeyUnavailable', 'The Secret is missing');

  it('replaced: digests are made anew without a write to PAM, and the next change is pushed', async () => {
    await inSync();
    const before = world.status();
    world.installKey = other;
    crash();
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List']);
    const { content, applied, seal } = world.status();
    expect(content).toMatchObject({ state: 'Pushed', change: before.content?.change });
    for (const text of [content?.digest, applied, seal]) expect(text).toMatch(/^89abcdef:/);
    await world.wait();
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual([]);
    setSecret('two');
    await world.reconcile();
    expect(passwordInPam()).toBe('two');
  });

  it('replaced, and the Secret changed meanwhile: kept, since nobody can tell what PAM has', async () => {
    await inSync();
    world.installKey = other;
    crash();
    setSecret('two');
    await world.reconcile();
    expect(passwordInPam()).toBe('one');
    expect(world.status().content?.state).toBe('Kept');
    await world.wait();
    setSecret('three');
    await world.reconcile();
    expect(passwordInPam()).toBe('three');
  });

  it('replaced, and PAM rotated meanwhile: the next change is held', async () => {
    await inSync();
    const record = world.pam.records.get('101');
    if (record !== undefined) Object.assign(record, { content: 'rotated', changes: 9 });
    world.installKey = other;
    crash();
    await world.reconcile();
    await world.wait();
    setSecret('two');
    await world.reconcile();
    expect(world.ready()).toBe('False RotatedElsewhere');
    expect(passwordInPam()).toBe('rotated');
  });

  it('missing: a disable goes out once; when the key is back it is confirmed and the status is still believed', async () => {
    await inSync({ content: fromSecret, enabled: true });
    const key = world.installKey;
    world.installKey = { failure };
    edit({ content: fromSecret, enabled: false });
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: ['List', 'Disable 101'], writes: ['status'] });
    expect(world.ready()).toBe('False InstallKeyUnavailable');
    expect(world.disabled).toHaveLength(1);
    await world.wait();
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    world.installKey = key;
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['Disable 101']);
    expect(world.ready()).toBe('True Synced');
    expect(world.status()).toMatchObject({ id: '101', enabled: false, content: { state: 'Pushed' } });
  });

  it('missing: a deletion with Disable is carried out', async () => {
    await inSync({ content: fromSecret, deletionPolicy: 'Disable' });
    world.installKey = { failure };
    edit(
      { content: fromSecret, deletionPolicy: 'Disable' },
      { deletionTimestamp: '2026-03-01T10:00:00Z', finalizers: ['pam-operator.io/finalizer'] },
    );
    expect(await world.reconcile()).toEqual({ result: 'success' });
    expect(world.takeCosts().pam).toEqual(['List', 'Disable 101']);
    expect(world.kubernetes.get('PamCredential', 'shop', 'orders')).toBeUndefined();
  });
});

describe('whatever happens to answers, processes and Secrets', () => {
  useVirtualTime();

  const FAULTS = {
    lost: { fault: timeout, applied: true },
    notApplied: { fault: timeout },
    refused: { fault: refusal(1011) },
    refusedOtherwise: { fault: refusal(1014) },
    unsent: { fault: unsent },
    givenUp: { fault: givenUp },
  } as const;
  type FaultKind = keyof typeof FAULTS | 'late';

  type Step =
    | { readonly do: 'secret'; readonly value: string }
    | { readonly do: 'fault'; readonly kind: FaultKind }
    | { readonly do: 'edit' | 'crash' | 'toggle' | 'recreate' }
    | { readonly do: 'wait'; readonly ms: number };

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('secret'), value: fc.constantFrom('a', 'b', 'c') }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('fault'),
        kind: fc.constantFrom<FaultKind>('late', ...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('edit', 'crash', 'toggle', 'recreate') }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 0, max: 90_000 }) }) },
  ) as fc.Arbitrary<Step>;

  interface Declared {
    additional: string;
    enabled: boolean;
    password: string;
  }

  let lateUntilMs = 0;

  /** 504 now, applied half a minute later. */
  function addLateFault(): void {
    const fault = { operation: 'Upsert', fault: timeout } as const;
    world.pam.faults.push(fault);
    const { before } = world.pam;
    world.pam.before = async (operation, context) => {
      await before(operation, context);
      const next = world.pam.faults.find((one) => one.operation === 'Upsert' && !('applied' in one));
      if (operation === 'Upsert' && next === fault) applyLate();
    };
  }

  function applyLate(): void {
    const { content, identifier = '' } = world.pam.calls.at(-1) ?? {};
    lateUntilMs = Date.now() + 60_000;
    setTimeout(() => {
      const record = [...world.pam.records.values()].find((one) => one.identifier === identifier);
      const value = content === undefined ? {} : { content };
      if (record === undefined) world.pam.store({ identifier, ...value });
      else Object.assign(record, { ...value, changes: record.changes + 1 });
    }, 30_000);
  }

  async function take(next: Step, declared: Declared): Promise<void> {
    const { additional, enabled } = declared;
    switch (next.do) {
      case 'secret':
        declared.password = next.value;
        return setSecret(next.value);
      case 'recreate':
        world.kubernetes.secret('shop/orders', undefined);
        return setSecret(declared.password);
      case 'fault':
        if (next.kind === 'late') return addLateFault();
        world.pam.faults.push({ operation: 'Upsert', ...FAULTS[next.kind] });
        return;
      case 'crash':
        // What a process knows of a try that a later one has overtaken goes with it: a known limit.
        if (world.status().pending === undefined && Date.now() < lateUntilMs) return;
        return crash();
      case 'wait':
        return world.wait(next.ms);
      case 'edit':
        declared.additional = `${additional}.`;
        return edit({ content: fromSecret, additional: declared.additional, enabled });
      case 'toggle':
        // A disable waits for no list, so it hides what became of an unanswered push: presumed applied (design 4.3).
        if (enabled && world.status().pending !== undefined) return;
        declared.enabled = !enabled;
        return edit({ content: fromSecret, additional, enabled: declared.enabled });
    }
  }

  async function forceSync({ additional, enabled }: Declared): Promise<void> {
    const annotations = { [FORCE_SYNC_ANNOTATION]: 'now' };
    edit({ content: fromSecret, additional, enabled }, { annotations });
    for (let quiet = 0; quiet < 3; quiet++) {
      await world.reconcile();
      await world.wait(70_000);
    }
  }

  it('PAM ends with the value of the Secret, no intent is left, and a quiet end costs nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        world = new ReconcileWorld();
        lateUntilMs = 0;
        setSecret('a');
        world.connect();
        const declared = { additional: '', enabled: true, password: 'a' };
        world.kubernetes.apply(credential({ content: fromSecret, additional: '', enabled: true }));
        for (const next of steps) {
          await take(next, declared);
          await world.reconcile();
        }
        world.pam.faults.length = 0;
        for (let quiet = 0; quiet < 6; quiet++) {
          await world.wait(70_000);
          await world.reconcile();
        }
        // An edit without an answer moves `change` too: it looks like a rotation, or like the push that was awaited. The
        // status says so, and a force-sync helps; PAM's own rotation would be lost the other way round.
        const presumed =
          world.status().content?.state === 'Presumed' && passwordInPam() !== declared.password;
        if (presumed || world.ready() === 'False RotatedElsewhere') await forceSync(declared);
        const records = [...world.pam.records.values()];
        expect(records).toHaveLength(1);
        expect(records[0]?.content).toBe(declared.password);
        expect(records[0]?.active).toBe(declared.enabled);
        expect(world.ready()).toBe('True Synced');
        expect(world.status().pending).toBeUndefined();
        world.takeCosts();
        await world.reconcile();
        expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
      }),
      { numRuns: 150 },
    );
  });
});
