import { afterAll, beforeAll, expect, it } from 'vitest';
import { credential, type Stage, secret, startStage } from './stage.ts';

/** The API server goes away and comes back: nothing is lost, nothing is done twice, the process stays. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ args: ['--backoff-max-seconds', '2'] });
});
afterAll(() => stage.stop());

it('loses nothing when the API server is killed in the middle of work', async () => {
  const { pam, controlPlane } = stage;
  const { pid } = stage.operator();
  // Slow enough that work is under way when the API server goes.
  pam.faults.add({ kind: 'delay', ms: 200, match: { path: 'C4' } });
  const names = Array.from({ length: 20 }, (_, number) => `many-${number}`);
  await stage.apply(
    ...names.flatMap((name) => [
      secret(name, { password: `p4ss-${name}` }),
      credential(name, { enabled: true }),
    ]),
  );
  await stage.eventually(
    () => pam.store.credentials().length,
    (count) => count >= 3,
    'the first records',
  );
  await controlPlane.killApiServer();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await controlPlane.startApiServer();
  for (const name of names) await stage.reason('pamcredential', name, 'Synced');
  for (const name of names) {
    const records = pam.store.credentials().filter(({ username }) => username === `svc-${name}`);
    expect(
      records.map(({ content, enabled }) => ({ content, enabled })),
      name,
    ).toEqual([{ content: `p4ss-${name}`, enabled: true }]);
  }
  expect(stage.operator().pid).toBe(pid);
}, 120_000);

it('sees what changed while it was cut off', async () => {
  const { pam, controlPlane } = stage;
  await controlPlane.killApiServer();
  await controlPlane.startApiServer();
  await stage.eventually(
    () => stage.kubectl('get', '--raw', '/readyz').catch(() => ''),
    (text) => text === 'ok',
    'the API server',
  );
  await stage.apply(secret('many-0', { password: 'changed' }));
  await stage.eventually(
    () => pam.store.credential('test_team-a_many-0')?.content,
    (content) => content === 'changed',
    'the new password',
  );
}, 60_000);
