import { beforeEach, describe, expect, it } from 'vitest';
import { KubeError } from '../../src/core/kube-error.ts';
import { useVirtualTime } from '../controller/virtual-time.ts';
import { OrdersStory } from './orders-story.ts';

let story: OrdersStory;
const lost = { signal: 'timeout' } as const;
const pushes = () => story.pam.calls.filter(({ content }) => content !== undefined);

describe('the process or the answer is lost', () => {
  useVirtualTime();
  beforeEach(() => {
    story = new OrdersStory();
  });

  it('D8: the finalizer is on before the first write: a deletion right after it still disables', async () => {
    story.secret('one');
    story.connect();
    story.declare({ enabled: true, deletionPolicy: 'Disable' });
    const order: string[] = [];
    story.kubernetes.onCall = (call) => {
      if (call === 'writeFinalizers') order.push('finalizer');
    };
    story.pam.before = (operation) => {
      if (operation !== 'List') order.push(operation);
    };
    await story.passes();
    expect(order).toEqual(['finalizer', 'Upsert']);
  });

  it('D8: where the finalizer could not be written, nothing is created', async () => {
    story.secret('one');
    story.connect();
    story.declare({ enabled: true, deletionPolicy: 'Disable' });
    const error = new KubeError({ verb: 'patch', resource: 'pamcredentials', signal: 'timeout' });
    story.kubernetes.failures.push({ call: 'writeFinalizers', error });
    await story.passes().catch(() => {});
    expect(story.pam.records.size).toBe(0);
  });

  it('D9: a POST that timed out but was applied is found in the list, and not sent again', async () => {
    await story.begins();
    story.secret('two');
    story.pam.faults.push({ operation: 'Upsert', fault: lost, applied: true });
    await story.passes();
    await story.passes();
    expect(pushes()).toHaveLength(1);
    expect(story.ready()).toBe('True Synced');
    expect(story.status().content?.state).toBe('Presumed');
  });

  it('D9: a POST that timed out and was not applied is sent again', async () => {
    await story.begins();
    story.secret('two');
    story.pam.faults.push({ operation: 'Upsert', fault: lost });
    await story.passes();
    await story.passes();
    expect(pushes()).toHaveLength(2);
    expect(story.record().content).toBe('two');
  });

  it('D10: a newer value waits a minute from the lost answer, so that what commits late does not win', async () => {
    await story.begins();
    story.secret('two');
    await story.wait();
    story.pam.faults.push({ operation: 'Upsert', fault: lost });
    await story.reconcile();
    story.secret('three');
    await story.wait(50_000);
    await story.reconcile();
    expect(pushes()).toHaveLength(1);
    // PAM Core applies the first one now.
    story.rotate('two');
    await story.wait(11_000);
    await story.reconcile();
    expect(story.record().content).toBe('three');
  });

  it('D11: dies between POST and status: the next process finds what became of it, and creates no second record', async () => {
    story.secret('one');
    story.connect();
    story.declare();
    story.pam.faults.push({ operation: 'Upsert', fault: { signal: 'aborted' }, applied: true });
    await story.reconcile();
    expect(story.status().pending).toBeDefined();
    story.crash();
    await story.passes();
    expect(story.pam.records.size).toBe(1);
    expect(pushes()).toHaveLength(1);
    expect(story.ready()).toBe('True Synced');
  });

  it('D11: the intent is written first, with the version that was read: who is out of date does not push', async () => {
    await story.begins();
    story.secret('two');
    story.kubernetes.onCall = (call) => {
      // Somebody edits the resource in the last moment.
      if (call !== 'writeStatus') return;
      story.kubernetes.onCall = () => {};
      story.edit({ additional: 'edited meanwhile' });
    };
    await story.passes();
    expect(pushes()).toEqual([]);
    await story.passes();
    expect(pushes()).toHaveLength(1);
  });

  it('D12: an intent without a result does not block for ever', async () => {
    await story.begins();
    story.secret('two');
    story.pam.faults.push({ operation: 'Upsert', fault: { signal: 'aborted' } });
    await story.passes();
    expect(story.status().pending).toBeDefined();
    for (let tries = 0; tries < 3; tries++) {
      story.crash();
      await story.passes();
    }
    expect(story.status().pending).toBeUndefined();
    expect(story.record().content).toBe('two');
  });

  it('D14: who does not hold the Lease writes nothing, whatever it has begun', async () => {
    await story.begins({ enabled: true });
    story.secret('two');
    story.edit({ enabled: false });
    story.leads = false;
    await story.passes();
    expect(story.takeCosts().pam.filter((call) => call !== 'List')).toEqual([]);
    expect(story.record()).toMatchObject({ active: true, content: 'one' });
  });

  it('D14: the Lease is lost while the list is on its way: the write does not go out', async () => {
    await story.begins();
    story.secret('two');
    story.pam.before = (operation) => {
      if (operation === 'List') story.leads = false;
    };
    await story.passes();
    expect(pushes()).toEqual([]);
  });

  it('D14: another replica led meanwhile: what this one remembers does not count, and its lists are old', async () => {
    await story.begins();
    const other = story.replica();
    other.secret('two');
    await other.passes();
    expect(story.pushed()).toEqual(['two']);
    story.leadsAgain();
    await story.passes();
    expect(story.pushed()).toEqual(['two']);
    expect(story.ready()).toBe('True Synced');
  });

  it('D14: stands still before its intent while another replica pushes a newer value: that one stays', async () => {
    await story.begins();
    const other = story.replica();
    story.secret('two');
    story.freezes('writeStatus', async () => {
      other.secret('three');
      await other.passes();
    });
    await story.passes();
    expect(story.pushed()).toEqual(['three']);
    expect(story.record().content).toBe('three');
  });

  it('D14: stands still before its Secret is read while another replica pushes: nothing is sent twice', async () => {
    await story.begins();
    const other = story.replica();
    story.secret('two');
    story.freezes('readSecret', () => other.passes());
    await story.passes();
    await story.passes();
    expect(story.pushed()).toEqual(['two']);
  });
});
