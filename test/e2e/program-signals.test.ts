import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aKeyPair } from '../support/a-key-pair.ts';
import { credential, OPERATOR_NAMESPACE, type Stage, secret, sshKey, startStage } from './stage.ts';

/** The running program: what it serves, and how signals end it. */
let stage: Stage;
const DRAIN_SECONDS = 6;

beforeAll(async () => {
  stage = await startStage({ args: ['--drain-seconds', String(DRAIN_SECONDS)] });
});
afterEach(() => stage.pam.faults.clear());
afterAll(() => stage?.stop());

const posts = (identifier: string) => stage.pam.journal.calls({ template: 'C4', identifier });
const get = (path: string, base = stage.operator().healthUrl) => fetch(`${base}${path}`);

async function holder(): Promise<string> {
  const path = '{.spec.holderIdentity}';
  return stage.kubectl('get', 'lease', 'pam-operator', '-n', OPERATOR_NAMESPACE, '-o', `jsonpath=${path}`);
}

/** Declares a credential whose POST is on its way when this resolves. */
async function declareUnderWay(name: string): Promise<void> {
  await stage.apply(secret(name, { password: `p4ss-${name}` }), credential(name, { enabled: true }));
  await stage.eventually(
    () => posts(`test_team-a_${name}`).length,
    (count) => count > 0,
    `a POST for ${name}`,
  );
}

async function saysThatItStops(): Promise<void> {
  const operator = stage.operator();
  await stage.eventually(
    () => operator.log().map(({ msg }) => msg),
    (messages) => messages.includes('Stops on a signal'),
    'that it stops',
  );
}

describe('while it runs', () => {
  it.each([
    { because: 'it lives', path: '/healthz', text: /^ok$/ },
    { because: 'its caches are filled', path: '/readyz', text: /^ok$/ },
    {
      because: 'it says why it lives',
      path: '/livez?verbose',
      text: /^\[\+\]watches ok: heard from the API/m,
    },
    { because: 'it says why it is ready', path: '/readyz?verbose', text: /^\[\+\]caches ok: listed$/m },
  ])('serves $path: $because', async ({ path, text }) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(text);
  });

  it('serves metrics, its leadership among them', async () => {
    const answer = await get('/metrics', stage.operator().metricsUrl);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toMatch(/^leader_election_master_status\{name="pam-operator"\} 1$/m);
    expect(text).toMatch(/^controller_runtime_reconcile_total\{/m);
    expect(text).toMatch(/^pam_operator_health_status 0$/m);
  });

  it('SIGUSR2 changes the log level and changes it back', async () => {
    const operator = stage.operator();
    const levels = () =>
      operator
        .log()
        .filter(({ msg }) => msg === 'Changed the log level')
        .map(({ logLevel }) => logLevel);
    for (const expected of [['info'], ['info', 'debug']]) {
      operator.kill('SIGUSR2');
      await stage.eventually(levels, (now) => now.length === expected.length, 'a level');
      expect(levels()).toEqual(expected);
    }
  });
});

describe('SIGTERM', () => {
  it('lets a call that runs end, records it, gives the Lease back, takes nothing new, and ends with 0', async () => {
    const pair = aKeyPair();
    await stage.apply(secret('ssh', { 'ssh-privatekey': pair.privateKey }), sshKey('ssh'));
    await stage.reason('pamsshkey', 'ssh', 'Synced');
    stage.pam.faults.add({ kind: 'delay', ms: 2000, match: { path: 'C4' } });
    await declareUnderWay('slow');
    expect(await holder()).not.toBe('');
    const operator = stage.operator();
    operator.kill('SIGTERM');
    await saysThatItStops();
    await stage.apply(secret('late', { password: 'x' }), credential('late'));
    // No call to `process.exit`: a handle that was left open would keep it here.
    expect(await operator.exited).toBe(0);
    expect(operator.log().at(-1)).toMatchObject({ msg: 'Stopped pam-operator', exitCode: 0 });
    await stage.reason('pamcredential', 'slow', 'Synced');
    expect((await stage.credential('slow')).status?.content?.state).toBe('Pushed');
    expect(posts('test_team-a_late')).toEqual([]);
    expect(await holder()).toBe('');
  });

  it('has written no error while it stopped', () => {
    expect(
      stage
        .operator()
        .log()
        .filter(({ level }) => level === 'error'),
    ).toEqual([]);
  });

  it('the next process goes on where it ended, at once', async () => {
    stage.pam.faults.clear();
    await stage.restartOperator();
    await stage.reason('pamcredential', 'late', 'Synced');
    expect(posts('test_team-a_slow')).toHaveLength(1);
  });

  it('does not wait for a PAM Core that never answers: the intent stays for the next process', async () => {
    stage.pam.faults.add({ kind: 'hang-before-commit', match: { path: 'C4' } });
    await declareUnderWay('hangs');
    const operator = stage.operator();
    operator.kill('SIGTERM');
    expect(await operator.exited).toBe(0);
    expect((await stage.credential('hangs')).status?.pending).toBeDefined();
    expect(await holder()).toBe('');
    stage.pam.faults.clear();
    await stage.restartOperator();
    await stage.reason('pamcredential', 'hangs', 'Synced');
    expect(stage.pam.store.credential('test_team-a_hangs')?.content).toBe('p4ss-hangs');
  });
});

describe('a second signal', () => {
  it.each([
    { because: 'Ctrl-C twice', first: 'SIGINT', second: 'SIGINT' },
    { because: 'Ctrl-C after a polite request', first: 'SIGTERM', second: 'SIGINT' },
  ] as const)('ends it at once with 130: $because', async ({ first, second }) => {
    const name = `twice-${first.toLowerCase()}`;
    stage.pam.faults.add({ kind: 'delay', ms: 60_000, match: { path: 'C4' } });
    await declareUnderWay(name);
    const operator = stage.operator();
    operator.kill(first);
    await saysThatItStops();
    operator.kill(second);
    expect(await operator.exited).toBe(130);
    expect(operator.log().map(({ msg }) => msg)).not.toContain('Stopped pam-operator');
    stage.pam.faults.clear();
    await stage.restartOperator();
    await stage.reason('pamcredential', name, 'Synced');
  });
});
