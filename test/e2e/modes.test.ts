import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RightsObject, releaseRights } from '../../scripts/generate/release-rights.ts';
import { corePath, type ResourceKind, resourcePath } from '../../src/kube/resource-path.ts';
import { rulesOf, withoutRule, withoutSecretsWatch } from './release-rights.ts';
import { type RightsStage, type Run, startRightsStage } from './rights-stage.ts';

/**
 * The watch modes with exactly the rights that the chart gives to its ServiceAccount: nothing is refused, and nothing
 * could be left out. What was asked and answered comes from the audit log of the API server.
 */
let stage: RightsStage;
let run: Run | undefined;

beforeAll(async () => {
  stage = await startRightsStage();
});
afterEach(async () => {
  await run?.end();
  run = undefined;
});
afterAll(() => stage?.stop());

const ALL = releaseRights('all namespaces');
const SOME = releaseRights('some namespaces');
const ONLY_TEAM_A = ['--watch-namespaces', 'team-a'];
const PAGES = ['--streaming-lists=false'];
const POLL = ['--secrets-watch=false', '--secrets-poll-interval-seconds', '10'];

const refused = () => stage.audit.requests().filter(({ status }) => status === 403);

async function isInSync(kind: ResourceKind, name: string, namespace: string): Promise<boolean> {
  return (await readyReason(kind, name, namespace)) === 'Synced';
}

/** Undefined until it is about the newest generation. */
async function readyReason(
  kind: ResourceKind,
  name: string,
  namespace = 'team-a',
): Promise<string | undefined> {
  const { metadata, status } = await stage.read(kind, namespace, name);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.observedGeneration === metadata.generation ? ready?.reason : undefined;
}

const inSync = (kind: ResourceKind, name: string, namespace = 'team-a') =>
  stage.eventually(() => isInSync(kind, name, namespace), `${kind} ${namespace}/${name} in sync`);

const patch = (kind: ResourceKind, name: string, body: object) =>
  stage.patch(resourcePath(kind, 'team-a', name), body);

/** Everything that an operator does with a right of its own. */
async function liveThroughAll({ pam }: Run): Promise<void> {
  for (const enabled of [false, true]) {
    await patch('PamCredential', 'db', { spec: { enabled } });
    await patch('PamSshKey', 'ssh', { spec: { enabled } });
    await inSync('PamCredential', 'db');
    await inSync('PamSshKey', 'ssh');
  }
  // The same transition again is one Event that is patched.
  for (const suspend of [true, false, true, false]) {
    await patch('PamCredential', 'db', { spec: { suspend } });
    const reason = suspend ? 'Suspended' : 'Synced';
    await stage.eventually(async () => (await readyReason('PamCredential', 'db')) === reason, reason);
  }
  for (const key of ['missing', 'ca.crt']) {
    await patch('PamConnection', 'default', { spec: { caBundleConfigMap: { key } } });
    const isReady = key === 'ca.crt';
    await stage.eventually(
      async () => {
        const reason = await readyReason('PamConnection', 'default');
        return reason !== undefined && (reason === 'Synced') === isReady;
      },
      `the connection is ${isReady ? '' : 'not '}Ready`,
    );
  }
  await inSync('PamCredential', 'db');
  await stage.patch(corePath('secrets', 'team-a', 'db'), { stringData: { password: 'second' } });
  await stage.eventually(
    () => pam.store.credential('test_team-a_db')?.content === 'second',
    'the new password',
  );
  await stage.kubectl('delete', 'pamsshkey', 'ssh', '-n', 'team-a', '--timeout=60s');
  expect(pam.store.key('test_team-a_ssh_key')?.enabled).toBe(false);
}

interface Mode {
  readonly because: string;
  readonly rights: RightsObject[];
  readonly args: string[];
  readonly seesTeamB: boolean;
  /** Lists come as a stream, for which the right to watch is enough. The right to list is for servers without streams. */
  readonly streams?: true;
}

const modes: readonly Mode[] = [
  { because: 'all namespaces', rights: ALL, args: PAGES, seesTeamB: true },
  { because: 'all namespaces, lists as a stream', rights: ALL, args: [], seesTeamB: true, streams: true },
  { because: 'one namespace', rights: SOME, args: [...ONLY_TEAM_A, ...PAGES], seesTeamB: false },
  {
    because: 'all namespaces, Secrets on an interval',
    rights: withoutSecretsWatch(ALL),
    args: [...POLL, ...PAGES],
    seesTeamB: true,
  },
  {
    because: 'one namespace, Secrets on an interval',
    rights: withoutSecretsWatch(SOME),
    args: [...ONLY_TEAM_A, ...POLL, ...PAGES],
    seesTeamB: false,
  },
];

describe.each(modes)('with the rights of the release: $because', ({ rights, args, seesTeamB, streams }) => {
  it('everything works, nothing is refused, and no right is spare', async () => {
    run = await stage.run(rights, args);
    const { operator, pam } = run;
    await inSync('PamCredential', 'db');
    await inSync('PamSshKey', 'ssh');
    if (seesTeamB) await inSync('PamCredential', 'db', 'team-b');
    await liveThroughAll(run);

    const identifiers = pam.store.credentials().map(({ identifier }) => identifier);
    expect(identifiers.includes('test_team-b_db')).toBe(seesTeamB);
    if (!seesTeamB) {
      const other = await stage.kubectl('get', 'pamcredential', 'db', '-n', 'team-b', '-o', 'yaml');
      expect(other).not.toContain('conditions:');
      expect(other).not.toContain('finalizers:');
      expect(stage.audit.requests().filter(({ namespace }) => namespace === 'team-b')).toEqual([]);
    }

    expect(refused()).toEqual([]);
    expect(operator.log().filter(({ httpStatus }) => httpStatus === 403)).toEqual([]);
    const port = operator.log().find(({ msg }) => msg === 'Serves metrics')?.port;
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('rest_client_requests_total{code="200"');
    expect(metrics).not.toContain('code="403"');

    const used = new Set<string>();
    for (const { right } of stage.audit.requests()) used.add(right).add(right.replace(/ in .*/, ' in *'));
    const spare = rulesOf(rights)
      .flatMap(({ rights: given }) => given)
      .filter((right) => !used.has(right));
    expect(spare.filter((right) => streams !== true || !right.includes(' list in '))).toEqual([]);
  });
});

it('with some namespaces nothing is asked for in all of them but connections and the labels of namespaces', () => {
  const everywhere = rulesOf(SOME)
    .flatMap(({ rights }) => rights)
    .filter((right) => right.endsWith(' in *'))
    .map((right) => right.replace(/ \w+ in \*$/, ''));
  expect(new Set(everywhere)).toEqual(
    new Set(['pamconnections.pam-operator.io', 'pamconnections.pam-operator.io/status', 'namespaces']),
  );
});

describe.each([
  { because: 'all namespaces', rights: ALL, args: [] },
  { because: 'one namespace', rights: SOME, args: ONLY_TEAM_A },
])('without one of the rules of the release: $because', ({ rights, args }) => {
  it.each(rulesOf(rights).map(({ rule, rights: lost }) => ({ rule, lost, name: lost.join(', ') })))(
    'something is refused without $name',
    async ({ rule, lost }) => {
      run = await stage.run(withoutRule(rights, rule), args);
      await stage.eventually(() => refused().length > 0, 'a refusal');
      const known = new Set(lost.map((right) => right.replace(/ in .*/, '')));
      expect(refused().filter(({ right }) => !known.has(right.replace(/ in .*/, '')))).toEqual([]);
    },
  );
});
