import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credential, NAMESPACE, type Stage, startStage } from './stage.ts';

/** How long a machine that a gate fault opened waits between two probes, in seconds. */
const INTERVAL = 2;
const OPENER = 'opener';
const OTHERS = ['one', 'two', 'three', 'four', 'five'];

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({
    args: [
      ...['--gate-probe-interval-seconds', String(INTERVAL), '--probe-interval-seconds', '3600'],
      ...['--backoff-base-seconds', '1'],
    ],
    connection: { inventoryIntervalSeconds: 0 },
  });
  await edit([OPENER, ...OTHERS], 'first');
  await each([OPENER, ...OTHERS], 'Synced');
});
afterAll(() => stage?.stop());

const edit = (names: readonly string[], additional: string) =>
  stage.apply(...names.map((name) => credential(name, { content: undefined, enabled: true, additional })));

const each = (names: readonly string[], reason: string) =>
  Promise.all(names.map((name) => stage.reason('pamcredential', name, reason)));

const breaker = (wanted: string) =>
  stage.eventually(
    () => stage.connection(),
    ({ status }) => status?.state?.breaker === wanted,
    `the state ${wanted}`,
  );

const identifierOf = (name: string) => `test_${NAMESPACE}_${name}`;
const posts = () => stage.pam.journal.calls({ template: 'C4' });

/** PAM Core says that the account of the whole connection may not do this. */
const denied = { kind: 'numbered-error', code: 1039 } as const;

/** The opener meets the fault, comes to wait as the first one, and then the others do. */
async function openAndWait(additional: string): Promise<void> {
  stage.pam.journal.clear();
  await edit([OPENER], additional);
  await stage.reason('pamcredential', OPENER, 'PamPermissionDenied');
  await edit([OPENER], `${additional}, and waits`);
  await stage.reason('pamcredential', OPENER, 'CircuitOpen');
  await edit(OTHERS, additional);
}

describe('a connection that a gate fault of one resource opened', () => {
  it('is probed by one waiting write each interval, never by that of the resource that opened it', async () => {
    const fault = stage.pam.faults.add({ ...denied, match: { path: 'C4' } });
    await openAndWait('refused to all');
    await stage.eventually(posts, (all) => all.filter(({ done }) => done).length >= 4, 'three probes');
    fault.remove();
    await each([OPENER, ...OTHERS], 'Synced');
    await breaker('Closed');

    const [first, ...later] = posts();
    expect(first?.identifier).toBe(identifierOf(OPENER));
    const probes = later.slice(0, 3);
    for (const [at, probe] of probes.entries()) {
      expect(probe, 'alone').toMatchObject({ inFlight: 1, status: 400 });
      expect(probe.identifier).not.toBe(identifierOf(OPENER));
      const before = at === 0 ? first : probes[at - 1];
      // Timers and the two clocks' milliseconds apart.
      expect(probe.arrivedAtMs - (before?.endedAtMs ?? 0)).toBeGreaterThan(INTERVAL * 1000 - 100);
    }
    expect(stage.pam.journal.calls({ template: 'C1' }), 'lists work: none is a probe').toEqual([]);
  });

  it('heals all others with the first probe where only that resource meets the fault, and stays closed for it', async () => {
    const fault = stage.pam.faults.add({
      ...denied,
      match: { path: 'C4', identifier: identifierOf(OPENER) },
    });
    await openAndWait('refused to one');
    await each(OTHERS, 'Synced');
    await breaker('Closed');
    const sent = posts().map(({ identifier }) => identifier);
    expect(sent.filter((identifier) => identifier !== identifierOf(OPENER))).toHaveLength(OTHERS.length);
    expect(sent[0], 'it opened').toBe(identifierOf(OPENER));
    expect(sent[1], 'it does not probe').not.toBe(identifierOf(OPENER));

    const since = (await stage.connection()).status?.state?.since;
    const refused = posts().length;
    await edit([OPENER], 'refused once more');
    await stage.eventually(posts, (all) => all.length > refused, 'another try of the one that is refused');
    await stage.reason('pamcredential', OPENER, 'PamPermissionDenied');
    await edit(OTHERS, 'beside the refused one');
    await each(OTHERS, 'Synced');
    expect((await stage.connection()).status?.state).toEqual({ breaker: 'Closed', since });
    fault.remove();
    await edit([OPENER], 'allowed again');
    await each([OPENER], 'Synced');
  });
});
