import { beforeEach, describe, expect, it } from 'vitest';
import { PRIORITY } from '../../src/controller/workqueue.ts';
import { classify } from '../../src/core/classify.ts';
import { PamError, type PamOperation } from '../../src/core/pam-fault.ts';
import { CircuitWorld, DOWN, READ_ONLY, REFUSED, resource, WAITS } from './circuit-world.ts';
import { fromSecret } from './declared-resources.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: CircuitWorld;

describe('the state machine of a connection', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new CircuitWorld();
    world.connect();
  });

  it('opens after five resources that got no answer, and then nobody calls', async () => {
    world.breakPam(DOWN);
    await world.visitEach('abcde');
    expect(world.circuit?.breaker).toBe('Open');
    expect(world.transitions).toEqual(['Open']);
    world.takeCosts();
    expect(await world.visitEach('fgh')).toEqual([WAITS, WAITS, WAITS]);
    expect(['a', 'e', 'f', 'h'].map((name) => world.ready(name))).toEqual([
      'False PamUnavailable',
      'False PamUnavailable',
      'False CircuitOpen',
      'False CircuitOpen',
    ]);
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status', 'status', 'status'] });
    expect(world.status('f').conditions).toMatchObject([
      {
        type: 'Ready',
        message:
          'Calls to PAM Core over PamConnection default are paused (PamUnavailable). See the conditions of the PamConnection.',
      },
      { type: 'Reconciling', status: 'True' },
    ]);
    // Whoever is woken meanwhile, or comes out of its backoff, says nothing new and burns no step.
    expect(await world.visitEach('abcdefgh')).toEqual(Array.from({ length: 8 }, () => WAITS));
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    expect(world.ready('a')).toBe('False PamUnavailable');
    expect(['a', 'f'].map((name) => world.memories.of(`uid of ${name}`).failures)).toEqual([1, 0]);
    expect(world.comingBack).toEqual([]);
  });

  it('records no intent of a push that does not go out', async () => {
    world.kubernetes.secret('shop/orders', { password: 'p4ss' });
    await world.visitOf('secret', { content: fromSecret });
    await world.wait();
    world.breakPam(DOWN);
    await world.visitEach('abcde');
    world.kubernetes.secret('shop/orders', { password: 'changed' });
    world.takeCosts();
    await world.visitOf('secret');
    expect(world.ready('secret')).toBe('False CircuitOpen');
    expect(world.status('secret').pending).toBeUndefined();
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
  });

  it('tells a newer spec why nothing happens', async () => {
    world.breakPam(DOWN);
    await world.visitEach('abcde');
    world.edit('a', { additional: 'new' });
    world.takeCosts();
    await world.visitEach('aa');
    expect(world.ready('a')).toBe('False CircuitOpen');
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
  });

  it('is probed by one that waits, never by the one that opened it, and everybody comes back once and paced', async () => {
    world.breakPam(DOWN);
    await world.visitEach('abcde');
    await world.visitEach('efgh');
    await world.wait(29_000);
    expect(world.comingBack).toEqual([]);
    await world.wait(1100);
    expect(world.takeWoken()).toEqual(['f']);
    expect(world.transitions).toEqual(['Open', 'Probing']);
    world.takeCosts();
    // Nobody else calls meanwhile.
    expect(await world.visitEach('gi')).toEqual([WAITS, WAITS]);
    expect(world.takeCosts().pam).toEqual([]);
    await world.visitOf('f');
    expect(world.transitions).toEqual(['Open', 'Probing', 'Open']);
    expect(world.ready('f')).toBe('False PamUnavailable');
    await world.visitOf('f');
    await world.wait(30_100);
    expect(world.takeWoken()).toEqual(['g']);
    world.heal();
    expect(await world.visitOf('g')).toEqual({ result: 'success' });
    expect(world.transitions.at(-1)).toBe('Closed');
    expect(world.comingBack).toEqual(
      ['e', 'h', 'i', 'f'].map((name, at) => ({
        key: `PamCredential/shop/${name}`,
        priority: PRIORITY.change,
        afterMs: at * 50,
      })),
    );
    await world.visitEach('abcdefhi');
    expect([...'abcdefghi'].map((name) => world.ready(name))).toEqual(
      Array.from({ length: 9 }, () => 'True Synced'),
    );
    await world.wait(600_000);
    expect(world.comingBack).toHaveLength(4);
    expect(world.transitions).toHaveLength(5);
  });

  it('brings back by priority', async () => {
    world.breakPam(DOWN);
    await world.visitEach('abcde');
    world.kubernetes.apply(resource('resync'));
    await world.reconcile(resource('resync'), PRIORITY.resync);
    await world.visitOf('change');
    world.kubernetes.apply(resource('deletion'));
    await world.reconcile(resource('deletion'), PRIORITY.deletion);
    await world.wait(30_100);
    expect(world.takeWoken()).toEqual(['resync']);
    world.heal();
    await world.reconcile(resource('resync'), PRIORITY.resync);
    expect(world.takeWoken()).toEqual(['deletion', 'change']);
  });

  it('asks the next one where the one that was to probe has nothing to ask', async () => {
    world.breakPam(DOWN);
    await world.visitEach('abcdefg');
    await world.wait(30_100);
    expect(world.takeWoken()).toEqual(['f']);
    world.kubernetes.delete(resource('f'));
    expect(await world.reconcile(resource('f'))).toEqual({ result: 'success' });
    await world.wait(10);
    expect(world.takeWoken()).toEqual(['g']);
  });

  it('does not open for one poison resource, however often it fails', async () => {
    world.pam.before = (operation) => {
      if (operation === 'Upsert' && world.pam.calls.at(-1)?.identifier === 'test_shop_poison')
        throw new PamError({ operation, ...DOWN });
    };
    for (let attempt = 0; attempt < 20; attempt++) {
      await world.visitOf('poison');
      await world.wait();
    }
    await world.visitOf('a');
    expect(world.transitions).toEqual([]);
    expect([world.ready('poison'), world.ready('a')]).toEqual(['False PamUnavailable', 'True Synced']);
  });

  it('leaves a resource alone that is in sync and has nothing to do', async () => {
    await world.visitOf('a');
    world.takeCosts();
    world.breakPam(DOWN);
    await world.visitEach('bcdef');
    world.takeCosts();
    expect(await world.visitOf('a')).toEqual({ result: 'success' });
    expect(world.ready('a')).toBe('True Synced');
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it('holds back who needs a list, and serves from a list that is young enough', async () => {
    world.breakPam(DOWN, ['List', 'Upsert']);
    await world.visitEach('a');
    expect(world.ready('a')).toBe('False PamUnavailable');
    for (let attempt = 0; attempt < 4; attempt++) {
      await world.wait();
      await world.visitOf('a');
    }
    expect(world.circuit?.breaker).toBe('Open');
    world.takeCosts();
    expect(await world.visitOf('b')).toEqual(WAITS);
    expect(world.ready('b')).toBe('False CircuitOpen');
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
  });

  it('asks for no list, whoever wants one, but for a pending disable', async () => {
    world.breakPam(DOWN);
    await world.visitEach('abcde');
    world.takeCosts();
    await world.wait(20_000);
    const feed = world.connections.peek('default')?.session?.inventory;
    await expect(feed?.atLeast(Date.now())).rejects.toMatchObject({ fault: { signal: 'aborted' } });
    expect(world.takeCosts().pam).toEqual([]);
    await world.wait(2000);
    await feed?.atLeast(Date.now(), { urgent: true });
    expect(world.takeCosts().pam).toEqual(['List']);
  });

  it('leaves for later what can wait: a resource in sync whose baseline is missing stays so', async () => {
    world.kubernetes.secret('shop/orders', { password: 'p4ss' });
    await world.visitOf('secret', { content: fromSecret });
    world.breakPam(DOWN);
    await world.visitEach('abcde');
    await world.wait(29_000);
    world.takeCosts();
    await world.wait(900);
    await world.visitOf('secret');
    await world.wait(1000);
    expect(await world.visitOf('secret')).toMatchObject({
      result: 'requeue_after',
      next: { priority: PRIORITY.resync },
    });
    expect(world.ready('secret')).toBe('True Synced');
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it('asks once more after the intent, and leaves it to the next pass', async () => {
    world.kubernetes.secret('shop/orders', { password: 'p4ss' });
    world.kubernetes.onCall = (call) => {
      if (call !== 'writeStatus') return;
      world.kubernetes.onCall = () => {};
      const error = new PamError({ operation: 'Upsert', ...REFUSED });
      const write = { kind: 'write', by: 'other', urgent: false } as const;
      world.circuit
        ?.guard(
          write,
          () => Promise.reject(error),
          ({ fault }) => classify(fault, {}),
        )
        .catch(() => {});
    };
    expect(await world.visitOf('secret', { content: fromSecret })).toMatchObject({ next: { afterMs: 1000 } });
    expect(world.circuit?.breaker).toBe('Open');
    expect(world.takeCosts().pam).toEqual(['List']);
  });

  it('asks of a call that waits for a place once more before it goes out', async () => {
    world.breakPam(DOWN);
    await world.visitEach('abcd');
    const asked: (boolean | undefined)[] = [];
    world.heal();
    world.pam.before = async (operation, context) => {
      if (operation !== 'Upsert' || asked.length > 0) return;
      asked.push(context.mayStart?.());
      world.breakPam(DOWN);
      await world.visitOf('e');
      await world.visitOf('other');
      asked.push(context.mayStart?.());
      throw new PamError({ operation, signal: 'aborted' });
    };
    expect(await world.visitOf('waiting')).toMatchObject({ next: { afterMs: 1000 } });
    expect(world.circuit?.breaker).toBe('Open');
    expect(asked).toEqual([true, false]);
  });

  it('opens at once where PAM refuses the whole connection, is probed after 5 min, and forgets whose fault it was', async () => {
    world.breakPam(READ_ONLY);
    await world.visitOf('a');
    expect(world.circuit?.breaker).toBe('Open');
    world.takeCosts();
    expect(await world.visitEach('ab')).toEqual([WAITS, WAITS]);
    expect([world.ready('a'), world.ready('b')]).toEqual(['False PamPermissionDenied', 'False CircuitOpen']);
    expect(world.takeCosts().pam).toEqual([]);
    await world.wait(299_000);
    expect(world.takeWoken()).toEqual([]);
    await world.wait(1100);
    expect(world.takeWoken()).toEqual(['b']);
    world.heal();
    await world.visitOf('b');
    expect(world.takeWoken()).toEqual(['a']);
    await world.visitOf('a');
    expect([world.ready('a'), world.ready('b')]).toEqual(['True Synced', 'True Synced']);
  });

  it('does not let one resource close the gate for all again and again', async () => {
    const poison = (operation: PamOperation) => {
      if (operation === 'Upsert' && world.pam.calls.at(-1)?.identifier === 'test_shop_a')
        throw new PamError({ operation, ...REFUSED });
    };
    world.pam.before = poison;
    await world.visitEach('ab');
    await world.wait(300_100);
    await world.visitOf('b');
    expect(world.transitions).toEqual(['Open', 'Probing', 'Closed']);
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await world.visitOf('a')).toMatchObject({ result: 'requeue_after' });
    expect(await world.visitOf('c')).toEqual({ result: 'success' });
    expect(world.transitions).toEqual(['Open', 'Probing', 'Closed']);
    expect(world.ready('a')).toBe('False PamAuthenticationFailed');
  });
});
