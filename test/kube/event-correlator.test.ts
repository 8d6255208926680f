import { describe, expect, it } from 'vitest';
import { EventCorrelator, type EventRecord } from '../../src/kube/event-correlator.ts';

/** Time that only the test moves. */
class StillClock {
  seconds = 0;

  monotonicMs(): number {
    return this.seconds * 1000;
  }

  now(): Date {
    return new Date(Date.UTC(2026, 10, 24) + this.seconds * 1000);
  }
}

const START = new Date('2026-11-24T00:00:00Z');

function eventOf({ name = 'a', uid = 'u', ...rest }: Partial<EventRecord & { name: string; uid: string }>) {
  const kind = 'PamCredential';
  const regarding = { apiVersion: 'pam-operator.io/v1alpha1', kind, namespace: 'n', name, uid };
  const event: EventRecord = {
    regarding,
    type: 'Warning',
    reason: 'PamTimeout',
    action: 'Upsert',
    note: 'one',
  };
  return { ...event, ...rest };
}

/** `count` Events whose notes all differ. */
function differing(count: number, rest: Parameters<typeof eventOf>[0] = {}): EventRecord[] {
  return Array.from({ length: count }, (_, at) => eventOf({ note: `note ${at}`, ...rest }));
}

function equal(count: number): EventRecord[] {
  return Array.from({ length: count }, () => eventOf({}));
}

interface Row {
  readonly because: string;
  readonly before: readonly EventRecord[];
  /** Between one Event and the next. */
  readonly everySeconds: number;
  readonly next: EventRecord;
  readonly sent: { readonly note: string; readonly count: number } | undefined;
}

describe('what becomes of an Event after others, as in client-go', () => {
  const rows: Row[] = [
    {
      because: 'a first one is sent as it is',
      before: [],
      everySeconds: 5,
      next: eventOf({}),
      sent: { note: 'one', count: 1 },
    },
    {
      because: 'an equal one is counted',
      before: equal(1),
      everySeconds: 5,
      next: eventOf({}),
      sent: { note: 'one', count: 2 },
    },
    {
      because: 'equal ones are counted, never combined',
      before: equal(10),
      everySeconds: 30,
      next: eventOf({}),
      sent: { note: 'one', count: 11 },
    },
    {
      because: 'the 26th at once is held back',
      before: equal(25),
      everySeconds: 0,
      next: eventOf({}),
      sent: undefined,
    },
    {
      because: 'differing ones use up the same allowance',
      before: differing(25),
      everySeconds: 1,
      next: eventOf({ reason: 'Conflict' }),
      sent: undefined,
    },
    {
      because: 'what is of another type has an allowance of its own: news of success gets through',
      before: equal(40),
      everySeconds: 1,
      next: eventOf({ type: 'Normal', reason: 'Synced' }),
      sent: { note: 'one', count: 1 },
    },
    {
      because: 'another object is not affected',
      before: equal(40),
      everySeconds: 1,
      next: eventOf({ name: 'b' }),
      sent: { note: 'one', count: 1 },
    },
    {
      because: 'an object created anew under the name is another object',
      before: equal(40),
      everySeconds: 1,
      next: eventOf({ uid: 'v' }),
      sent: { note: 'one', count: 1 },
    },
    {
      because: 'the ninth differing note stands for itself',
      before: differing(8),
      everySeconds: 5,
      next: eventOf({ note: 'last' }),
      sent: { note: 'last', count: 1 },
    },
    {
      because: 'the tenth is combined',
      before: differing(9),
      everySeconds: 5,
      next: eventOf({ note: 'last' }),
      sent: { note: '(combined from similar events): last', count: 1 },
    },
    {
      because: 'further ones count the combined one',
      before: differing(12),
      everySeconds: 5,
      next: eventOf({ note: 'last' }),
      sent: { note: '(combined from similar events): last', count: 4 },
    },
    {
      because: 'ten minutes between two are no peace yet',
      before: differing(9),
      everySeconds: 600,
      next: eventOf({ note: 'last' }),
      sent: { note: '(combined from similar events): last', count: 1 },
    },
    {
      because: 'more than ten minutes between two: nothing is combined',
      before: differing(20),
      everySeconds: 601,
      next: eventOf({ note: 'last' }),
      sent: { note: 'last', count: 1 },
    },
    {
      because: 'another reason is not similar',
      before: differing(9),
      everySeconds: 5,
      next: eventOf({ reason: 'Conflict', note: 'last' }),
      sent: { note: 'last', count: 1 },
    },
    {
      because: 'another action is not similar',
      before: differing(9),
      everySeconds: 5,
      next: eventOf({ action: 'Disable', note: 'last' }),
      sent: { note: 'last', count: 1 },
    },
    {
      because: 'one per five minutes gets through for ever',
      before: equal(200),
      everySeconds: 300,
      next: eventOf({}),
      sent: { note: 'one', count: 201 },
    },
  ];

  it.each(rows)('$because', ({ before, everySeconds, next, sent }) => {
    const clock = new StillClock();
    const correlator = new EventCorrelator(clock);
    for (const event of before) {
      correlator.correlate(event);
      clock.seconds += everySeconds;
    }
    const correlated = correlator.correlate(next);
    expect(correlated && { note: correlated.note, count: correlated.count }).toEqual(sent);
  });
});

describe('what is held back', () => {
  it('is counted: the next one that is sent tells how many there were, and since when', () => {
    const clock = new StillClock();
    const correlator = new EventCorrelator(clock);
    const sent = equal(60).filter((event) => correlator.correlate(event) !== undefined);
    expect(sent.length).toBe(25);
    clock.seconds = 299;
    expect(correlator.correlate(eventOf({}))).toBeUndefined();
    clock.seconds = 300;
    expect(correlator.correlate(eventOf({}))).toMatchObject({ count: 62, since: START });
    expect(correlator.correlate(eventOf({}))).toBeUndefined();
  });

  it('an allowance never grows above its burst', () => {
    const clock = new StillClock();
    const correlator = new EventCorrelator(clock);
    clock.seconds = 30 * 86_400;
    correlator.correlate(eventOf({}));
    clock.seconds *= 2;
    expect(equal(60).filter((event) => correlator.correlate(event) !== undefined).length).toBe(25);
  });

  it('is remembered for the 4,096 objects that were heard of last, no more', () => {
    const correlator = new EventCorrelator(new StillClock());
    for (const event of equal(25)) correlator.correlate(event);
    for (let at = 0; at < 4095; at += 1) correlator.correlate(eventOf({ name: `other-${at}` }));
    expect(correlator.correlate(eventOf({}))).toBeUndefined();
    for (let at = 0; at < 4096; at += 1) correlator.correlate(eventOf({ name: `other-${at}` }));
    expect(correlator.correlate(eventOf({}))).toBeDefined();
  });
});
