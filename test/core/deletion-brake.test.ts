import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PamConnectionStatus } from '../../src/api/pam-connection.gen.ts';
import { type BrakeDecision, brake } from '../../src/core/deletion-brake.ts';

type Deletions = NonNullable<PamConnectionStatus['deletions']>;

const START = Date.parse('2026-03-01T10:00:00Z');
const at = (seconds: number) => `${new Date(START + seconds * 1000).toISOString().slice(0, 19)}Z`;
const uid = (number: number) => `uid-${number}`;
const deletion = (number: number, more: { held?: boolean; requestedAt?: string } = {}) => ({
  uid: uid(number),
  requestedAt: at(0),
  held: false,
  ...more,
});
const counted = (count: number, more: Partial<Deletions> = {}): Deletions => ({
  windowStartTime: at(0),
  count,
  uids: Array.from({ length: count }, (_, number) => uid(number)),
  ...more,
});

describe('the deletion brake (D6)', () => {
  const two = { maxDisables: 2, windowSeconds: 600 };
  const rows: {
    because: string;
    spec?: Parameters<typeof brake>[0];
    recorded?: Deletions;
    asked: Parameters<typeof brake>[2];
    now: string;
    decision: BrakeDecision;
  }[] = [
    {
      because: 'the first one opens a window and is counted',
      asked: deletion(0),
      now: at(5),
      decision: { passes: true, deletions: counted(1, { windowStartTime: at(5) }) },
    },
    {
      because: 'the next one is counted in the same window',
      recorded: counted(1),
      asked: deletion(1),
      now: at(5),
      decision: { passes: true, deletions: counted(2) },
    },
    {
      because: 'one that was counted passes again uncounted, also where the window is full',
      recorded: counted(2),
      asked: deletion(1),
      now: at(5),
      decision: { passes: true },
    },
    {
      because: 'one more than allowed is held',
      recorded: counted(2),
      asked: deletion(2),
      now: at(599),
      decision: { passes: false },
    },
    {
      because: 'a new one passes when the window is over, and opens the next',
      recorded: counted(2),
      asked: deletion(7),
      now: at(600),
      decision: { passes: true, deletions: { windowStartTime: at(600), count: 1, uids: [uid(7)] } },
    },
    {
      because: 'a held one stays held when the window is over',
      recorded: counted(2),
      asked: deletion(2, { held: true }),
      now: at(6000),
      decision: { passes: false },
    },
    {
      because: 'a held one passes uncounted once it is released',
      recorded: counted(2, { releasedTime: at(30) }),
      asked: deletion(2, { held: true, requestedAt: at(30) }),
      now: at(40),
      decision: { passes: true },
    },
    {
      because: 'what is asked for after the release is not released',
      recorded: counted(2, { releasedTime: at(30) }),
      asked: deletion(3, { requestedAt: at(31) }),
      now: at(40),
      decision: { passes: false },
    },
    {
      because: 'what the status says besides stays',
      recorded: counted(0, { releasedTime: at(-9), held: 4 }),
      asked: deletion(0),
      now: at(1),
      decision: { passes: true, deletions: counted(1, { releasedTime: at(-9), held: 4 }) },
    },
    {
      because: 'a clock that goes backwards opens no window',
      recorded: counted(2),
      asked: deletion(2),
      now: at(-4000),
      decision: { passes: false },
    },
    {
      because: 'with 0 none passes',
      spec: { maxDisables: 0 },
      asked: deletion(0),
      now: at(0),
      decision: { passes: false },
    },
  ];
  it.each(rows)('$because', ({ spec = two, recorded, asked, now, decision }) => {
    expect(brake(spec, recorded, asked, now)).toEqual(decision);
  });

  it.each([
    { because: '20 pass by default', count: 19, seconds: 0, passes: true },
    { because: 'the 21st is held', count: 20, seconds: 599, passes: false },
    { because: 'for 600 seconds', count: 20, seconds: 600, passes: true },
  ])('$because', ({ count, seconds, passes }) => {
    expect(brake(undefined, counted(count), deletion(99), at(seconds)).passes).toBe(passes);
  });

  it('never lets more than allowed through a window, counts each once, and takes no notice of a restart', () => {
    const step = fc.record({
      number: fc.nat(15),
      afterSeconds: fc.nat(200),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 600 }),
        fc.array(step, { maxLength: 80 }),
        (maxDisables, windowSeconds, steps) => {
          let recorded: Deletions | undefined;
          let now = 0;
          const held = new Set<number>();
          const byWindow = new Map<string, string[]>();
          for (const { number, afterSeconds, restart } of steps) {
            now += afterSeconds;
            // A restart knows what the API server has: the status, as text.
            if (restart && recorded !== undefined) recorded = JSON.parse(JSON.stringify(recorded));
            const asked = deletion(number, { held: held.has(number) });
            const decision = brake({ maxDisables, windowSeconds }, recorded, asked, at(now));
            if (decision.passes) expect(held.has(number)).toBe(false);
            else held.add(number);
            if (decision.passes && decision.deletions !== undefined) {
              recorded = decision.deletions;
              const window = recorded.windowStartTime ?? '';
              byWindow.set(window, [...(byWindow.get(window) ?? []), uid(number)]);
              expect(recorded.count).toBe(byWindow.get(window)?.length);
            }
          }
          for (const passed of byWindow.values()) {
            expect(passed.length).toBeLessThanOrEqual(maxDisables);
            expect(new Set(passed).size).toBe(passed.length);
          }
          const starts = [...byWindow.keys()].map((start) => Date.parse(start)).sort((a, b) => a - b);
          for (const [index, start] of starts.entries()) {
            const next = starts[index + 1];
            if (next !== undefined) expect(next - start).toBeGreaterThanOrEqual(windowSeconds * 1000);
          }
        },
      ),
    );
  });
});
