import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/core/action.ts';
import { ExecutionBench, upsert } from './execution-bench.ts';
import { useVirtualTime } from './virtual-time.ts';

const enable: Action = { do: 'enable', id: 'upserted', unlessRegistered: false };
const disable: Action = { do: 'disable', id: '101', always: false };

describe('execute: the process stops', () => {
  useVirtualTime();

  it.each([
    { because: 'nothing is begun', stopsAfter: 0, actions: [upsert()], sent: [] },
    {
      because: 'a creation in two calls is finished',
      stopsAfter: 1,
      actions: [upsert({ content: 'afterRegistered' })],
      sent: ['Upsert', 'Upsert+content'],
    },
    {
      because: 'what belongs to a call that was made follows it',
      stopsAfter: 1,
      actions: [upsert({ content: 'none' }), enable],
      sent: ['Upsert', 'Enable 101'],
    },
    { because: 'a disable goes out', stopsAfter: 0, actions: [disable], sent: ['Disable 101'] },
  ])('$because', async ({ stopsAfter, actions, sent }) => {
    const bench = new ExecutionBench();
    const { before } = bench.pam;
    let calls = 0;
    bench.pam.before = async (...args) => {
      await before?.(...args);
      calls += 1;
      if (calls === stopsAfter) bench.stop.abort();
    };
    if (stopsAfter === 0) bench.stop.abort();
    const executed = await bench.run(actions);
    expect(bench.pam.log).toEqual(sent);
    expect(executed.outcome.failure).toBeUndefined();
    expect(bench.audits).toHaveLength(sent.length);
  });

  it('a push whose intent is written goes out, and waits for its place: nobody could tell later that it never did', async () => {
    const bench = new ExecutionBench();
    const waitEnds: boolean[] = [];
    bench.pam.before = (_, { superseded }) => {
      waitEnds.push(superseded?.aborted === true);
    };
    bench.kubernetes.onCall = (call) => {
      if (call === 'writeStatus') bench.stop.abort();
    };
    await bench.run([{ do: 'recordIntent', digest: 'key:digest', changeBefore: undefined }, upsert()]);
    expect(bench.pam.log).toEqual(['Upsert+content']);
    expect(waitEnds).toEqual([false]);
  });

  it('ends the wait for a place of what would begin, not of what goes on', async () => {
    const bench = new ExecutionBench();
    const waitEnds: boolean[] = [];
    bench.pam.before = (_, { superseded }) => {
      bench.stop.abort();
      waitEnds.push(superseded?.aborted === true);
    };
    await bench.run([upsert({ content: 'afterRegistered' })]);
    expect(waitEnds).toEqual([true, false]);
  });

  it('a call leaves nothing behind on the signals that outlive it, or each pass would stay in memory', async () => {
    const bench = new ExecutionBench();
    await bench.run([upsert()]);
    expect(bench.pam.log).toEqual(['Upsert+content']);
    for (const { signal } of [bench.pass, bench.sessionEnd, bench.stop])
      expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
