import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { FaultInput } from '../support/pam-core/fault.ts';
import { auditLogOf } from './audit-log.ts';
import { metricOf } from './metric-of.ts';
import { credential, NAMESPACE, OPERATOR_NAMESPACE, type Stage, secret, startStage } from './stage.ts';

/**
 * One state machine for each connection: in an outage of PAM Core forty changed resources make no call and one status
 * write each. In the first stage the next probe is an hour away, so that every call that goes out is one too many; the
 * second one probes every two seconds. The rows follow each other.
 */
let stage: Stage;
const CHANGED = Array.from({ length: 40 }, (_, at) => `changed-${at}`);
const CALM = ['calm-1', 'calm-2', 'calm-3'];
const URGENT = 'urgent';
/** Of the limiter, without the one that is kept for a disable: as many may be on their way when the machine opens. */
const PLACES = 7;
const audit = auditLogOf(`system:serviceaccount:${OPERATOR_NAMESPACE}:pam-operator`);

/** No list is due by itself, and no deferred pass comes in between. */
const start = (args: readonly string[]) =>
  startStage({
    args: ['--backoff-base-seconds', '1', ...args],
    apiServerFlags: audit.apiServerFlags,
    connection: { inventoryIntervalSeconds: 0 },
  });

async function prepare(names: readonly string[]): Promise<void> {
  await stage.apply(...names.map((name) => credential(name, { content: undefined, enabled: true })));
  await eventuallySynced(names);
}

async function resources(names: readonly string[]): Promise<PamCredential[]> {
  return (await stage.credentials()).filter(({ metadata }) => names.includes(metadata.name));
}

const reasonOf = ({ metadata, status }: PamCredential): string => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.observedGeneration === metadata.generation ? `${ready.status} ${ready.reason}` : 'outdated';
};

const eventuallySynced = (names: readonly string[]) =>
  stage.eventually(
    () => resources(names),
    (all) => all.length === names.length && all.every((each) => reasonOf(each) === 'True Synced'),
    `${names.length} in sync`,
  );

/** A new text for every resource at once; one call of kubectl. */
const edit = (names: readonly string[], additional: string) =>
  stage.apply(...names.map((name) => credential(name, { content: undefined, enabled: true, additional })));

const connection = () => stage.connection();

const eventually = (breaker: string, cause?: string) =>
  stage.eventually(
    connection,
    ({ status }) => status?.state?.breaker === breaker && status.state.cause === cause,
    `the state ${breaker}`,
  );

const breakPam = (fault: FaultInput) => stage.pam.faults.add(fault);
const down = { kind: 'service-unavailable' } as const;
const posts = () => stage.pam.journal.calls({ template: 'C4' });
const state = (name: string) =>
  metricOf(stage.operator(), 'pam_operator_circuit_state', `connection="default",state="${name}"`);

/** Writes of a status since the audit log was forgotten, by name. */
function statusWrites(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { right, name = '' } of audit.requests()) {
    if (!right.startsWith('pamcredentials') || !right.includes('/status')) continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const changed = (all: ReadonlyMap<string, number>) => CHANGED.map((name) => all.get(name) ?? 0);
const each = (count: number) => CHANGED.map(() => count);

afterAll(() => audit.remove());

describe('an outage while forty resources change', () => {
  beforeAll(async () => {
    stage = await start(['--probe-interval-seconds', '3600']);
    await prepare([...CHANGED, ...CALM, URGENT]);
    audit.forget();
    stage.pam.journal.clear();
    breakPam(down);
    await edit(CHANGED, 'in the outage');
    await eventually('Open', 'PamUnavailable');
  });
  afterAll(() => stage?.stop());

  it('ends with the calls that were on their way: each resource is told once', async () => {
    const all = await stage.eventually(
      () => resources(CHANGED),
      (found) => found.every((one) => reasonOf(one).startsWith('False')),
      'forty that wait',
    );
    const count = (reason: string) => all.filter((one) => reasonOf(one) === `False ${reason}`).length;
    // Whose backoff was over before the fifth failed was sent twice.
    const failed = new Set(posts().map(({ identifier }) => identifier)).size;
    expect(failed).toBeGreaterThanOrEqual(5);
    expect(failed).toBeLessThan(5 + PLACES);
    expect(count('PamUnavailable')).toBe(failed);
    expect(count('CircuitOpen')).toBe(CHANGED.length - failed);
    expect(changed(statusWrites())).toEqual(each(1));
    expect(all[0]?.status?.conditions?.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'Ready False',
      'Reconciling True',
    ]);
  });

  it('lets nobody call, whoever is touched and however long the backoff of those that failed is over', async () => {
    const before = stage.pam.journal.entries.length;
    await stage.kubectl('label', 'pamcredentials', '--all', '-n', NAMESPACE, 'touched=yes');
    await edit(CHANGED, 'once more in the outage');
    await stage.eventually(
      () => resources(CHANGED),
      (found) => found.every((one) => reasonOf(one) === 'False CircuitOpen'),
      'forty that were told of the newer spec',
    );
    expect(stage.pam.journal.entries.length).toBe(before);
    expect(changed(statusWrites())).toEqual(each(2));
    expect(CALM.map((name) => statusWrites().get(name) ?? 0)).toEqual([0, 0, 0]);
    expect((await resources(CALM)).map(reasonOf)).toEqual(CALM.map(() => 'True Synced'));
  });

  it('is seen in the connection and in the metrics', async () => {
    const table = await stage.kubectl('get', 'pamconnections');
    expect(table).toMatch(/^default +False +PamUnavailable +Open /m);
    expect([await state('Closed'), await state('Open'), await state('Probing')]).toEqual([0, 1, 0]);
    expect(await metricOf(stage.operator(), 'pam_operator_in_flight_limit')).toBeLessThan(8);
  });

  it('does not keep a disable: it goes out, again and again, and when it gets through all others follow', async () => {
    const before = stage.pam.journal.entries.length;
    const lists = stage.pam.journal.calls({ template: 'C1' }).length;
    const disables = () => stage.pam.journal.calls({ template: 'C6' });
    await stage.patch('pamcredential', URGENT, { spec: { enabled: false } });
    await stage.eventually(disables, (all) => all.length >= 3, 'three tries');
    expect(stage.pam.journal.entries.length).toBe(before + disables().length);
    expect((await connection()).status?.state?.breaker).toBe('Open');
    const failed = posts().length;
    audit.forget();
    stage.pam.faults.clear();
    await eventuallySynced([...CHANGED, URGENT]);
    await eventually('Closed');
    expect(disables().at(-1)?.status).toBe(200);
    expect(posts().length - failed).toBe(CHANGED.length);
    expect(stage.pam.journal.calls({ template: 'C1' }).length).toBe(lists);
    expect(changed(statusWrites())).toEqual(each(1));
    const sent = posts().filter(({ applied }) => applied);
    expect(new Set(sent.map(({ body }) => body.additional))).toEqual(new Set(['once more in the outage']));
    expect(await state('Closed')).toBe(1);
  });
});

describe('a connection that is probed', () => {
  beforeAll(async () => {
    stage = await start(['--probe-interval-seconds', '2', '--gate-probe-interval-seconds', '3600']);
    await prepare([...CHANGED, 'poison', URGENT]);
  });
  afterAll(() => stage?.stop());

  it('sends one call at a time until one gets through, and then heals all', async () => {
    const fault = breakPam({ ...down, match: { path: 'C4' } });
    stage.pam.journal.clear();
    await edit(CHANGED, 'probed');
    await eventually('Open', 'PamUnavailable');
    await stage.eventually(
      () => stage.pam.journal.entries.filter(({ done }) => !done),
      (all) => all.length === 0,
      'rest',
    );
    const opened = posts().length;
    await stage.eventually(posts, (all) => all.length >= opened + 3, 'three probes');
    fault.remove();
    await eventuallySynced(CHANGED);
    await eventually('Closed');
    const all = posts();
    const probes = all.filter(({ status }, at) => at >= opened && status === 503);
    expect(probes.map(({ inFlight }) => inFlight)).toEqual(probes.map(() => 1));
    // Each resource once, and besides what has failed.
    expect(all.filter(({ applied }) => applied)).toHaveLength(CHANGED.length);
    expect(all).toHaveLength(opened + probes.length + CHANGED.length);
    expect(stage.pam.journal.calls({ template: 'C1' })).toEqual([]);
  });

  it('is not opened by one poison resource that fails again and again beside others that do not', async () => {
    const since = (await connection()).status?.state?.since;
    breakPam({ ...down, match: { path: 'C4', identifier: `test_${NAMESPACE}_poison` } });
    await edit(['poison'], 'poison');
    const tries = () => stage.pam.journal.calls({ template: 'C4', identifier: `test_${NAMESPACE}_poison` });
    await stage.eventually(tries, (all) => all.length >= 6, 'six tries of the poison resource');
    await edit(CHANGED, 'beside the poison');
    await eventuallySynced(CHANGED);
    expect((await connection()).status?.state).toEqual({ breaker: 'Closed', since });
    await stage.reason('pamcredential', 'poison', 'PamUnavailable');
    stage.pam.faults.clear();
    await eventuallySynced(['poison']);
  });

  it('rests as a whole for the time that PAM Core asks for, but for a disable', async () => {
    const SECONDS = 12;
    breakPam({ kind: 'rate-limited', retryAfter: String(SECONDS), match: { path: 'C4', times: 1 } });
    stage.pam.journal.clear();
    await edit(['poison'], 'limited');
    await stage.reason('pamcredential', 'poison', 'PamRateLimited');
    await edit(CHANGED, 'after the rest');
    await stage.patch('pamcredential', URGENT, { spec: { enabled: false } });
    await eventuallySynced([...CHANGED, 'poison', URGENT]);
    const [limited, second, third] = stage.pam.journal.writes();
    expect(limited?.status).toBe(429);
    expect(second).toMatchObject({ template: 'C6', status: 200 });
    expect(third?.template).toBe('C4');
    const until = (limited?.endedAtMs ?? 0) + SECONDS * 1000;
    expect(second?.arrivedAtMs).toBeLessThan(until);
    // Timers and the two clocks' milliseconds apart.
    expect(third?.arrivedAtMs).toBeGreaterThan(until - 100);
  });

  it('opens at once where PAM Core refuses the credentials, and closes as soon as the Secret is right', async () => {
    const wrong = { ...stage.pam.oauth2, clientSecret: 'wrong' };
    const auth = (values: object) => ({
      ...secret('pam-core', values as Record<string, string>),
      metadata: { name: 'pam-core', namespace: OPERATOR_NAMESPACE },
    });
    stage.pam.journal.clear();
    await stage.apply(auth(wrong));
    await eventually('Open', 'PamAuthenticationFailed');
    await edit(CHANGED, 'behind the gate');
    await stage.eventually(
      () => resources(CHANGED),
      (found) => found.every((one) => reasonOf(one) === 'False CircuitOpen'),
      'forty that wait',
    );
    // The one question whether the new Secret is right.
    expect(stage.pam.journal.counts()).toEqual({ TOKEN: 1 });
    await stage.apply(auth(stage.pam.oauth2));
    await eventually('Closed');
    await eventuallySynced(CHANGED);
    expect(stage.pam.journal.counts()).toEqual({ TOKEN: 2, C1: 1, C4: CHANGED.length });
  });
});
