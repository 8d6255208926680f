import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import { credential, OPERATOR_NAMESPACE, type Stage, secret, startStage } from './stage.ts';

/** Two processes with one Lease: one works, the other takes over, and PAM Core never hears both. */
let stage: Stage;
const started: OperatorProcess[] = [];

beforeAll(async () => {
  stage = await startStage();
});
afterEach(() => stage.pam.faults.clear());
afterAll(async () => {
  await Promise.all(started.map((operator) => operator.stop()));
  await stage?.stop();
});

async function startAnother(): Promise<OperatorProcess> {
  const operator = await startOperatorProcess({
    kubeconfigPath: stage.controlPlane.kubeconfigPath,
    namespace: OPERATOR_NAMESPACE,
    args: ['--log-level', 'debug'],
  });
  started.push(operator);
  return operator;
}

const leads = (operator: OperatorProcess) =>
  operator.log().filter(({ msg }) => msg === 'Became the leader').length > 0;

/** Work for some seconds, of which a part is done when this resolves. */
async function keepBusy(prefix: string): Promise<string[]> {
  stage.pam.faults.add({ kind: 'delay', ms: 300, match: { path: 'C4' } });
  const names = Array.from({ length: 60 }, (_, at) => `${prefix}-${at}`);
  const before = stage.pam.journal.writes().length;
  await stage.apply(
    ...names.flatMap((name) => [secret(name, { password: `p4ss-${name}` }), credential(name)]),
  );
  await stage.eventually(
    () => stage.pam.journal.writes().length - before,
    (count) => count >= 10,
    'the first writes',
  );
  return names;
}

/** Which process made each write, in PAM Core's order; a write without an audit record is of a process that was killed. */
function writers(operators: Readonly<Record<string, OperatorProcess>>, from: number): string[] {
  const byRequest = new Map<unknown, string>();
  for (const [name, operator] of Object.entries(operators)) {
    for (const { audit, requestId } of operator.log()) if (audit === true) byRequest.set(requestId, name);
  }
  const writes = stage.pam.journal.writes().slice(from);
  return writes.map(({ requestId }) => byRequest.get(requestId) ?? 'unknown');
}

const inTurns = (names: readonly string[]) => names.filter((name, at) => name !== names[at - 1]);

async function msUntilLeads(operator: OperatorProcess, since: number): Promise<number> {
  await stage.eventually(() => leads(operator), Boolean, 'the other leads');
  const line = operator.log().find(({ msg }) => msg === 'Became the leader');
  return Date.parse(String(line?.ts)) - since;
}

async function expectAllInSync(names: readonly string[]): Promise<void> {
  for (const name of names) await stage.reason('pamcredential', name, 'Synced');
  for (const name of names) {
    const records = stage.pam.store.credentials().filter(({ username }) => username === `svc-${name}`);
    expect(
      records.map(({ content }) => content),
      name,
    ).toEqual([`p4ss-${name}`]);
  }
}

it('one leads; the other is ready, and does nothing', async () => {
  const second = await startAnother();
  const names = await keepBusy('calm');
  expect(leads(second)).toBe(false);
  expect((await fetch(`${second.healthUrl}/readyz`)).status).toBe(200);
  const metrics = await (await fetch(`${second.metricsUrl}/metrics`)).text();
  expect(metrics).toMatch(/^leader_election_master_status\{name="pam-operator"\} 0$/m);
  await expectAllInSync(names);
  expect(inTurns(writers({ first: stage.operator(), second }, 0))).toEqual(['first']);
});

it('SIGTERM of the leader hands over within seconds, and their writes do not mix', async () => {
  const [second] = started;
  if (second === undefined) throw new Error('there is no second operator');
  const from = stage.pam.journal.writes().length;
  const names = await keepBusy('polite');
  const first = stage.operator();
  first.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  // At most 4.4 s between two looks at the Lease, on a machine that is busy.
  expect(await msUntilLeads(second, Date.now())).toBeLessThan(10_000);
  await expectAllInSync(names);
  expect(inTurns(writers({ first, second }, from))).toEqual(['first', 'second']);
});

it('SIGKILL of the leader is noticed when its Lease ends, and their writes do not mix', async () => {
  const [second] = started;
  if (second === undefined) throw new Error('there is no second operator');
  const third = await startAnother();
  const from = stage.pam.journal.writes().length;
  const names = await keepBusy('rude');
  const killedAt = Date.now();
  second.kill('SIGKILL');
  await second.exited;
  const waited = await msUntilLeads(third, killedAt);
  // 15 s from when the last renewal was seen here, at most 4.4 s after it was made; and a busy machine.
  expect(waited).toBeLessThan(22_000);
  await expectAllInSync(names);
  const turns = inTurns(writers({ second, third }, from));
  // Calls that ran when it was killed have no audit record; they come before the first of the successor.
  expect(turns.at(-1)).toBe('third');
  expect(turns.filter((name) => name === 'third')).toHaveLength(1);
});
