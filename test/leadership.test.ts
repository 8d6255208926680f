import { describe, expect, it } from 'vitest';
import { leadership } from '../src/operator/leadership.ts';

/** A Lease whose changes the test makes. */
function aLease() {
  const listeners: ((leads: boolean) => void)[] = [];
  return {
    isLeader: () => false,
    mayWriteFor: () => false,
    onChange: (listener: (leads: boolean) => void) => {
      listeners.push(listener);
    },
    stop: () => Promise.resolve(),
    become: (leads: boolean) => {
      for (const listener of listeners) listener(leads);
    },
  };
}

describe('leadership', () => {
  it('tells what was learnt of others’ time before any work begins', async () => {
    const lease = aLease();
    const order: string[] = [];
    const term = leadership(lease, (leads) => order.push(`told ${leads}`));
    const working = term.held().then(() => order.push('works'));
    lease.become(true);
    await working;
    expect(order).toEqual(['told false', 'told true', 'works']);
  });

  it('ends the calls of a term with it, and no call of the next one', () => {
    const lease = aLease();
    const term = leadership(lease, () => undefined);
    lease.become(true);
    const first = term.signal();
    expect(first.aborted).toBe(false);
    lease.become(false);
    expect(first.aborted).toBe(true);
    expect(term.signal().aborted).toBe(true);
    lease.become(true);
    expect(first.aborted).toBe(true);
    expect(term.signal().aborted).toBe(false);
  });

  it('lets nobody work between two terms', async () => {
    const lease = aLease();
    const term = leadership(lease, () => undefined);
    lease.become(true);
    await term.held();
    lease.become(false);
    let works = false;
    const waiting = term.held().then(() => {
      works = true;
    });
    await Promise.resolve();
    expect(works).toBe(false);
    lease.become(true);
    await waiting;
    expect(works).toBe(true);
  });

  it('ends the calls where it is told to, without a loss', () => {
    const lease = aLease();
    const term = leadership(lease, () => undefined);
    lease.become(true);
    term.abort();
    expect(term.signal().aborted).toBe(true);
  });
});
