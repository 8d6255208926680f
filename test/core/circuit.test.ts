import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admits,
  beginProbe,
  type Circuit,
  type CircuitCall,
  dueAtMs,
  endProbe,
  heldBy,
  isConnectionFault,
  NEW_CIRCUIT,
  observe,
} from '../../src/core/circuit.ts';
import { classify } from '../../src/core/classify.ts';
import type { Failure } from '../../src/core/failure.ts';
import type { PamFault } from '../../src/core/pam-fault.ts';

const settings = { probeIntervalMs: 30_000, gateProbeIntervalMs: 300_000 };

/** What a call may meet, by a short name. */
const MET = {
  answer: undefined,
  refusal: { signal: 'code', code: 1011, httpStatus: 400 },
  timeout: { signal: 'timeout' },
  unreachable: { signal: 'unreachable' },
  '408': { signal: 'requestTimedOut', httpStatus: 408 },
  '429': { signal: 'httpStatus', httpStatus: 429 },
  '429 +60s': { signal: 'httpStatus', httpStatus: 429, retryAfterMs: 60_000 },
  '500': { signal: 'unexpectedError', httpStatus: 500 },
  '502': { signal: 'unreadable', httpStatus: 502 },
  '503': { signal: 'httpStatus', httpStatus: 503 },
  '503 +1h': { signal: 'httpStatus', httpStatus: 503, retryAfterMs: 3_600_000 },
  '504': { signal: 'httpStatus', httpStatus: 504 },
  '401': { signal: 'httpStatus', httpStatus: 401 },
  '1039': { signal: 'code', code: 1039, httpStatus: 400 },
  '404 no route': { signal: 'noRouteMatched', httpStatus: 404 },
  'not authorized': { signal: 'notAuthorized', httpStatus: 500 },
  tls: { signal: 'tls' },
  aborted: { signal: 'aborted' },
} as const satisfies Record<string, Omit<PamFault, 'operation'> | undefined>;

type Met = keyof typeof MET;

interface Ended {
  readonly call: CircuitCall;
  readonly met: Met;
  readonly nowMs?: number;
  readonly sentAtMs?: number;
}

const write = (by: string): CircuitCall => ({ kind: 'write', by, urgent: false });
const disable = (by: string): CircuitCall => ({ kind: 'write', by, urgent: true });
const list: CircuitCall = { kind: 'list', urgent: false };
const urgentList: CircuitCall = { kind: 'list', urgent: true };

function failureOf({ kind }: CircuitCall, met: Met): Failure | undefined {
  const fault = MET[met];
  const operation = kind === 'list' ? 'List' : 'Upsert';
  return fault === undefined ? undefined : classify({ operation, ...fault }, { kind: 'credential' });
}

function end(circuit: Circuit, { call, met, nowMs = 0, sentAtMs = nowMs }: Ended): Circuit {
  return observe(circuit, { ...call, sentAtMs }, failureOf(call, met), nowMs, settings);
}

function having(...ended: readonly Ended[]): Circuit {
  return ended.reduce(end, NEW_CIRCUIT);
}

/** As a row says it: `Open PamTimeout, probe: write at 30 s, by a`. */
function say({ state }: Circuit): string {
  if (state.breaker === 'Closed') return `Closed ${state.run.lists} ${state.run.writers.join('')}`.trimEnd();
  const target = state.breaker === 'Probing' ? ` ${state.by ?? 'list'}` : ` at ${state.probeAtMs / 1000}`;
  return `${state.breaker} ${state.cause.reason} ${state.probeKind}${target}`;
}

const fails = (names: string, met: Met) => [...names].map((by) => ({ call: write(by), met }));
const lists = (count: number, met: Met) => Array.from({ length: count }, () => ({ call: list, met }));

/** Opened by `e` at 0, of five whose calls got no answer. */
const outage = having(...fails('abcde', 'timeout'));
/** Opened by `a` at 0. */
const gate = having(...fails('a', '1039'));
const token = having({ call: list, met: '401' });

describe('a closed machine', () => {
  it.each<{ because: string; ended: readonly Ended[]; becomes: string }>([
    { because: 'four are not five', ended: fails('abcd', 'timeout'), becomes: 'Closed 0 abcd' },
    {
      because: 'five different resources in a row got no answer',
      ended: fails('abcde', 'timeout'),
      becomes: 'Open PamTimeout write at 30',
    },
    {
      because: 'refused, cut and answered by a gateway count alike',
      ended: [
        ...fails('ab', 'unreachable'),
        ...fails('c', '502'),
        ...fails('d', '504'),
        ...fails('e', '503'),
      ],
      becomes: 'Open PamUnavailable write at 30',
    },
    { because: 'one poison resource fails alone', ended: fails('aaaaaaaaaa', '503'), becomes: 'Closed 0 a' },
    {
      because: 'two poison resources are not five',
      ended: fails('abababababab', 'timeout'),
      becomes: 'Closed 0 ab',
    },
    {
      because: 'an answer ends the run',
      ended: [...fails('abcd', 'timeout'), { call: write('x'), met: 'answer' }, ...fails('e', 'timeout')],
      becomes: 'Closed 0 e',
    },
    ...(['refusal', '429', '500', '408'] as const).map((met) => ({
      because: `${met} is an answer`,
      ended: [...fails('abcd', 'timeout'), { call: write('x'), met }],
      becomes: 'Closed 0',
    })),
    {
      because: 'a call that was given up says nothing',
      ended: [...fails('abcd', 'timeout'), { call: write('x'), met: 'aborted' }],
      becomes: 'Closed 0 abcd',
    },
    {
      because: 'a list is no poison resource: each counts',
      ended: lists(5, 'timeout'),
      becomes: 'Open PamTimeout list at 30',
    },
    {
      because: 'lists fail too, so the probe is a list',
      ended: [...lists(2, 'timeout'), ...fails('abc', 'timeout')],
      becomes: 'Open PamTimeout list at 30',
    },
    {
      because: 'a list that works says nothing of writes',
      ended: [...fails('abcd', '503'), ...lists(3, 'answer'), ...fails('e', '503')],
      becomes: 'Open PamUnavailable write at 30',
    },
    {
      because: 'a list that works ends a run of lists',
      ended: [...lists(4, 'timeout'), ...lists(1, 'answer'), ...lists(1, 'timeout')],
      becomes: 'Closed 1',
    },
    {
      because: 'a write that works ends a run of lists: PAM is there',
      ended: [...lists(4, 'timeout'), { call: write('a'), met: 'answer' }],
      becomes: 'Closed 0',
    },
    ...(
      [
        ['1039', 'PamPermissionDenied'],
        ['not authorized', 'PamNotAuthorized'],
        ['401', 'PamAuthenticationFailed'],
        ['404 no route', 'PamPathNotFound'],
        ['tls', 'PamTlsFailed'],
      ] as const
    ).map(([met, reason]) => ({
      because: `${met} is a fault of the whole connection`,
      ended: fails('a', met),
      becomes: `Open ${reason} write at 300`,
    })),
    {
      because: 'a list met the gate',
      ended: lists(1, '401'),
      becomes: 'Open PamAuthenticationFailed list at 300',
    },
  ])('$becomes, since $because', ({ ended, becomes }) => {
    expect(say(having(...ended))).toBe(becomes);
  });
});

describe('an open machine', () => {
  const at = 40_000;
  const probing = (circuit: Circuit, ...waiting: string[]) => beginProbe(circuit, waiting);

  it.each<{ because: string; from: Circuit; ended: Ended; becomes: string }>([
    {
      because: 'the probe got an answer',
      from: probing(outage, 'x'),
      ended: { call: write('x'), met: 'answer' },
      becomes: 'Closed 0',
    },
    {
      because: 'a refusal is an answer too',
      from: probing(outage, 'x'),
      ended: { call: write('x'), met: 'refusal' },
      becomes: 'Closed 0',
    },
    {
      because: 'the probe fails as before: the next one after the interval',
      from: probing(outage, 'x'),
      ended: { call: write('x'), met: '503' },
      becomes: 'Open PamTimeout write at 70',
    },
    {
      because: 'PAM is back, but refuses the credentials',
      from: probing(outage, 'x'),
      ended: { call: write('x'), met: '401' },
      becomes: 'Open PamAuthenticationFailed write at 340',
    },
    {
      because: 'the list before the write of the probe fails, so lists do not work',
      from: probing(outage, 'x'),
      ended: { call: list, met: 'timeout' },
      becomes: 'Open PamTimeout list at 70',
    },
    {
      because: 'the list before the write of the probe says nothing of writes',
      from: probing(outage, 'x'),
      ended: { call: list, met: 'answer' },
      becomes: 'Probing PamTimeout write x',
    },
    {
      because: 'a list is the probe where no write waits',
      from: probing(outage),
      ended: { call: list, met: 'answer' },
      becomes: 'Closed 0',
    },
    {
      because: 'a list is the probe where lists failed',
      from: probing(token, 'x'),
      ended: { call: list, met: 'answer' },
      becomes: 'Closed 0',
    },
    {
      because: 'a probe that was given up says nothing',
      from: probing(outage, 'x'),
      ended: { call: write('x'), met: 'aborted' },
      becomes: 'Probing PamTimeout write x',
    },
    {
      because: 'a pending disable got through',
      from: outage,
      ended: { call: disable('d'), met: 'answer' },
      becomes: 'Closed 0',
    },
    {
      because: 'a pending disable got through where lists failed',
      from: token,
      ended: { call: disable('d'), met: 'answer' },
      becomes: 'Closed 0',
    },
    {
      because: 'a pending disable that fails comes back by itself',
      from: outage,
      ended: { call: disable('d'), met: 'timeout' },
      becomes: 'Open PamTimeout write at 30',
    },
    {
      because: 'a list for a pending disable says nothing of writes',
      from: outage,
      ended: { call: urgentList, met: 'answer' },
      becomes: 'Open PamTimeout write at 30',
    },
    {
      because: 'a list for a pending disable got through where lists failed',
      from: token,
      ended: { call: urgentList, met: 'answer' },
      becomes: 'Closed 0',
    },
    {
      because: 'the answer to a call that nobody let out is no proof',
      from: outage,
      ended: { call: write('y'), met: 'answer' },
      becomes: 'Open PamTimeout write at 30',
    },
    {
      because: 'an answer to a call of before tells of the time before',
      from: probing(outage, 'x'),
      ended: { call: write('x'), met: 'answer', sentAtMs: -1 },
      becomes: 'Probing PamTimeout write x',
    },
    {
      because: 'a failure of a call of before is no failure of the probe',
      from: probing(outage, 'x'),
      ended: { call: write('x'), met: 'timeout', sentAtMs: -1 },
      becomes: 'Probing PamTimeout write x',
    },
    {
      because: 'another one that was on its way fails',
      from: probing(outage, 'x'),
      ended: { call: write('y'), met: 'timeout' },
      becomes: 'Probing PamTimeout write x',
    },
  ])('$becomes, since $because', ({ from, ended, becomes }) => {
    expect(say(end(from, { nowMs: at, ...ended }))).toBe(becomes);
  });

  it.each<{ because: string; from: Circuit; waiting: readonly string[]; becomes: string }>([
    {
      because: 'the first that waits',
      from: outage,
      waiting: ['x', 'y'],
      becomes: 'Probing PamTimeout write x',
    },
    {
      because: 'never the one that opened it',
      from: outage,
      waiting: ['e', 'y'],
      becomes: 'Probing PamTimeout write y',
    },
    {
      because: 'only the one that opened it waits, so a list',
      from: gate,
      waiting: ['a'],
      becomes: 'Probing PamPermissionDenied write list',
    },
    {
      because: 'a list met the fault',
      from: token,
      waiting: ['x'],
      becomes: 'Probing PamAuthenticationFailed list list',
    },
    { because: 'it is closed', from: NEW_CIRCUIT, waiting: ['x'], becomes: 'Closed 0' },
  ])('$becomes: $because', ({ from, waiting, becomes }) => {
    expect(say(beginProbe(from, waiting))).toBe(becomes);
  });

  it('asks the next one at once where the chosen one had nothing to ask', () => {
    expect(say(endProbe(probing(outage, 'x'), 'x', at))).toBe('Open PamTimeout write at 40');
    expect(say(endProbe(probing(outage, 'x'), 'y', at))).toBe('Probing PamTimeout write x');
    expect(say(endProbe(probing(outage), 'x', at))).toBe('Probing PamTimeout write list');
  });

  it('lets one resource open the gate once: what it meets alone afterwards is its own', () => {
    const closed = end(probing(gate, 'x'), { call: write('x'), met: 'answer', nowMs: at });
    expect(closed.suspects).toEqual(['a']);
    const alone = end(closed, { call: write('a'), met: '1039', nowMs: at });
    expect(say(alone)).toBe('Closed 0');
    const both = end(alone, { call: write('x'), met: '1039', nowMs: at });
    expect(say(both)).toBe('Open PamPermissionDenied write at 340');
    expect(end(alone, { call: write('a'), met: 'answer' }).suspects).toEqual([]);
  });

  it('suspects nobody of an outage, nor whose own disable closed it', () => {
    const back = { met: 'answer', nowMs: at } as const;
    expect(end(outage, { call: disable('d'), ...back }).suspects).toEqual([]);
    expect(end(gate, { call: disable('a'), ...back }).suspects).toEqual([]);
  });
});

describe('who may call', () => {
  const probingX = beginProbe(outage, ['x']);
  const paused = having({ call: write('a'), met: '429 +60s' });
  const all = {
    write: write('x'),
    other: write('y'),
    list,
    listFor: { ...list, by: 'x' },
    disable: disable('z'),
  };
  it.each<{ state: string; circuit: Circuit; nowMs?: number; may: readonly (keyof typeof all)[] }>([
    { state: 'Closed', circuit: NEW_CIRCUIT, may: ['write', 'other', 'list', 'listFor', 'disable'] },
    { state: 'Open', circuit: outage, may: ['disable'] },
    { state: 'Probing by a list', circuit: beginProbe(outage, []), may: ['list', 'disable'] },
    { state: 'Probing by x', circuit: probingX, may: ['write', 'list', 'listFor', 'disable'] },
    { state: 'before Retry-After', circuit: paused, nowMs: 59_999, may: ['disable'] },
    {
      state: 'after Retry-After',
      circuit: paused,
      nowMs: 60_000,
      may: ['write', 'other', 'list', 'listFor', 'disable'],
    },
  ])('$state: $may', ({ circuit, nowMs = 0, may }) => {
    const names = Object.keys(all) as (keyof typeof all)[];
    expect(names.filter((name) => admits(circuit, all[name], nowMs))).toEqual(may);
  });
});

describe('Retry-After', () => {
  it.each<{ because: string; ended: readonly Ended[]; untilMs: number | undefined }>([
    { because: 'nobody asked for time', ended: fails('a', '429'), untilMs: undefined },
    { because: 'PAM asked for a minute', ended: fails('a', '429 +60s'), untilMs: 60_000 },
    { because: '15 min are the most', ended: fails('a', '503 +1h'), untilMs: 900_000 },
    {
      because: 'a shorter time does not end a longer one',
      ended: [...fails('a', '503 +1h'), ...fails('b', '429 +60s')],
      untilMs: 900_000,
    },
    {
      because: 'a later one prolongs it',
      ended: [...fails('a', '429 +60s'), { call: write('b'), met: '429 +60s', nowMs: 1000 }],
      untilMs: 61_000,
    },
  ])('$because', ({ ended, untilMs }) => {
    const circuit = having(...ended);
    expect(circuit.pause?.untilMs).toBe(untilMs);
    expect(dueAtMs(circuit, 0)).toBe(untilMs);
    expect(heldBy(circuit, (untilMs ?? 1) - 1)?.reason).toBe(circuit.pause?.cause.reason);
    expect(heldBy(circuit, untilMs ?? 0)).toBeUndefined();
  });

  it('holds the probe back too', () => {
    const circuit = having(...fails('abcd', '503'), ...fails('e', '503 +1h'));
    expect(say(circuit)).toBe('Open PamUnavailable write at 30');
    expect(dueAtMs(circuit, 0)).toBe(900_000);
    expect(dueAtMs(outage, 0)).toBe(30_000);
    expect(dueAtMs(beginProbe(outage, []), 0)).toBeUndefined();
  });
});

it("knows the reasons of faults that are not the resource's own", () => {
  const reasons = [
    'PamTimeout',
    'PamTlsFailed',
    'CircuitOpen',
    'PamRateLimited',
    'PamRejected',
    'Synced',
    'odd',
  ];
  expect(reasons.filter(isConnectionFault)).toEqual([
    'PamTimeout',
    'PamTlsFailed',
    'CircuitOpen',
    'PamRateLimited',
  ]);
});

describe('whatever happens', () => {
  const call = fc.oneof(
    fc.constantFrom(...'abcdefg').map(write),
    fc.constantFrom(...'abc').map(disable),
    fc.constant(list),
  );
  const steps = fc.array(
    fc.oneof(
      fc.record({
        do: fc.constant('end' as const),
        call,
        met: fc.constantFrom(...(Object.keys(MET) as Met[])),
      }),
      fc.record({ do: fc.constant('probe' as const), waiting: fc.subarray([...'abcdefg']) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(400_000) }),
    ),
    { maxLength: 60 },
  );

  it('holds what it promises', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let circuit = NEW_CIRCUIT;
        let nowMs = 0;
        for (const step of all) {
          const before = circuit;
          if (step.do === 'wait') nowMs += step.ms;
          else if (step.do === 'probe') circuit = beginProbe(circuit, step.waiting);
          // Only calls that are let out can end.
          else if (admits(circuit, step.call, nowMs)) circuit = end(circuit, { ...step, nowMs });
          const { state } = circuit;
          // A disable always goes; in Open nothing else does; only one is the probe.
          expect(admits(circuit, disable('z'), nowMs)).toBe(true);
          const others = [...'abcdefg'].filter((by) => admits(circuit, write(by), nowMs));
          if (state.breaker === 'Open') expect([...others, admits(circuit, list, nowMs)]).toEqual([false]);
          if (state.breaker === 'Probing') {
            expect(others.length).toBeLessThanOrEqual(1);
            if (state.by !== undefined) expect(state.by).not.toBe(state.openedBy);
          }
          // It never opens for one resource without a gate fault, and closes by an answer only.
          if (before.state.breaker === 'Closed' && state.breaker !== 'Closed') {
            const { run } = before.state;
            const isGate = state.cause.retry === 'gate';
            expect(isGate || run.lists + run.writers.length === 4).toBe(true);
          }
          // Whatever holds calls back has an end: a time, or a probe that is on its way.
          if (heldBy(circuit, nowMs) !== undefined && state.breaker !== 'Probing')
            expect(dueAtMs(circuit, nowMs)).toBeLessThanOrEqual(nowMs + 900_000);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('never opens for one resource that fails while others do not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('timeout', '502', '503', '504', 'unreachable' as const)),
        (all) => {
          const circuit = having(...all.map((met) => ({ call: write('poison'), met: met as Met })));
          expect(circuit.state.breaker).toBe('Closed');
        },
      ),
    );
  });
});
