import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Condition,
  nextConditions,
  progressDeadlineInMs,
  type Verdict,
} from '../../src/core/conditions.ts';

const T0 = '2026-01-01T00:00:00Z';
const at = (seconds: number) => ({
  now: new Date(Date.parse(T0) + seconds * 1000).toISOString().replace('.000Z', 'Z'),
  progressDeadlineSeconds: 600,
});
const synced: Verdict = { ready: 'True', reason: 'Synced', message: 'm', activity: 'settled' };
const retrying: Verdict = { ready: 'False', reason: 'PamTimeout', message: 'm', activity: 'working' };
const waiting: Verdict = { ready: 'False', reason: 'SecretNotFound', message: 'm', activity: 'waiting' };
const stalled: Verdict = { ready: 'False', reason: 'Conflict', message: 'm', activity: 'stalled' };

/** What the conditions are after these verdicts, as words. */
function conditionsAfter(...steps: readonly (readonly [Verdict, number, number?])[]): Condition[] {
  let conditions: Condition[] = [];
  for (const [verdict, seconds, generation = 1] of steps)
    conditions = nextConditions(conditions, verdict, generation, at(seconds));
  return conditions;
}

const words = (conditions: readonly Condition[]) => conditions.map(({ type, status }) => `${type}=${status}`);

describe('conditions', () => {
  const rows = [
    { because: 'in sync', steps: [[synced, 0]], expected: ['Ready=True'] },
    {
      because: 'retrying is in progress',
      steps: [[retrying, 0]],
      expected: ['Ready=False', 'Reconciling=True'],
    },
    {
      because: 'an outage delays, it does not fail',
      steps: [
        [retrying, 0],
        [retrying, 90_000],
      ],
      expected: ['Ready=False', 'Reconciling=True'],
    },
    {
      because: 'waiting is in progress',
      steps: [
        [waiting, 0],
        [waiting, 599],
      ],
      expected: ['Ready=False', 'Reconciling=True'],
    },
    {
      because: 'past the progress deadline it is stalled instead',
      steps: [
        [waiting, 0],
        [waiting, 600],
      ],
      expected: ['Ready=False', 'Stalled=True'],
    },
    {
      because: 'and stays so at the next try',
      steps: [
        [waiting, 0],
        [waiting, 600],
        [waiting, 1200],
      ],
      expected: ['Ready=False', 'Stalled=True'],
    },
    {
      because: 'a new spec starts anew',
      steps: [
        [waiting, 0],
        [waiting, 600],
        [waiting, 1200, 2],
      ],
      expected: ['Ready=False', 'Reconciling=True'],
    },
    {
      because: 'another thing to wait for starts anew',
      steps: [
        [waiting, 0],
        [waiting, 600],
        [{ ...waiting, reason: 'SecretKeyNotFound' }, 700],
      ],
      expected: ['Ready=False', 'Reconciling=True'],
    },
    {
      because: 'only a change can help: stalled at once',
      steps: [[stalled, 0]],
      expected: ['Ready=False', 'Stalled=True'],
    },
    {
      because: 'healed',
      steps: [
        [stalled, 0],
        [synced, 5],
      ],
      expected: ['Ready=True'],
    },
    {
      because: 'from waiting to working',
      steps: [
        [waiting, 0],
        [waiting, 600],
        [retrying, 700],
      ],
      expected: ['Ready=False', 'Reconciling=True'],
    },
  ] as const satisfies readonly {
    because: string;
    steps: readonly (readonly [Verdict, number, number?])[];
    expected: readonly string[];
  }[];
  it.each(rows)('$because', ({ steps, expected }) => {
    expect(words(conditionsAfter(...steps))).toEqual(expected);
  });

  it('keep their transition time while their status does not change', () => {
    const [ready, reconciling] = conditionsAfter(
      [retrying, 0],
      [{ ...retrying, reason: 'PamUnreachable' }, 60, 2],
    );
    expect(ready).toMatchObject({ lastTransitionTime: T0, reason: 'PamUnreachable', observedGeneration: 2 });
    expect(reconciling).toMatchObject({ lastTransitionTime: T0, observedGeneration: 2 });
    expect(conditionsAfter([retrying, 0], [synced, 60])[0]?.lastTransitionTime).toBe('2026-01-01T00:01:00Z');
  });

  it('hold what kstatus asks for, whatever the verdicts, and are equal when nothing is new', () => {
    const verdict = fc.constantFrom(synced, retrying, waiting, stalled, {
      ...stalled,
      activity: 'settled',
    } as Verdict);
    const history = fc.array(fc.tuple(verdict, fc.nat(2000), fc.nat(3)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(history, (steps) => {
        let seconds = 0;
        let conditions: Condition[] = [];
        for (const [each, pause, generation] of steps) {
          seconds += pause;
          conditions = nextConditions(conditions, each, generation, at(seconds));
          expect(conditions[0]?.type).toBe('Ready');
          expect(conditions.length).toBeLessThanOrEqual(2);
          expect(conditions.every(({ observedGeneration }) => observedGeneration === generation)).toBe(true);
          expect(conditions.slice(1).every(({ status }) => status === 'True')).toBe(true);
          expect(nextConditions(conditions, each, generation, at(seconds))).toEqual(conditions);
        }
      }),
    );
  });
});

describe('the progress deadline', () => {
  it.each([
    {
      because: 'counts from the beginning of the wait',
      conditions: conditionsAfter([waiting, 0], [waiting, 100]),
      now: 100,
      ms: 500_000,
    },
    { because: 'is never negative', conditions: conditionsAfter([waiting, 0]), now: 9000, ms: 0 },
    {
      because: 'is none of what is stalled',
      conditions: conditionsAfter([stalled, 0]),
      now: 0,
      ms: undefined,
    },
    {
      because: 'is none of what is in sync',
      conditions: conditionsAfter([synced, 0]),
      now: 0,
      ms: undefined,
    },
  ])('$because', ({ conditions, now, ms }) => {
    expect(progressDeadlineInMs(conditions, Date.parse(T0) + now * 1000, 600)).toBe(ms);
  });
});
