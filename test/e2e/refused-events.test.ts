import { afterAll, beforeAll, expect, it } from 'vitest';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import { type Replica, type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { credential, NAMESPACE, secret } from './stage.ts';

/** Events are news for people. That the API server does not take them must not be noticed by anything else. */
let stage: ReplicaStage;
let replica: Replica;
beforeAll(async () => {
  stage = await startReplicaStage();
  replica = await stage.start('only');
  await stage.eventually(() => replica.leads(), Boolean, 'a leader');
});
afterAll(() => stage?.stop());

const EVENTS = /\/apis\/events\.k8s\.io\//;

const rows = [
  {
    because: '403',
    name: 'forbidden',
    rule: { answer: { status: 403, body: statusBody(403, 'Forbidden') } },
  },
  {
    because: '429 with Retry-After',
    name: 'busy',
    rule: {
      answer: { status: 429, headers: { 'retry-after': '1' }, body: statusBody(429, 'TooManyRequests') },
    },
  },
  { because: 'no answer', name: 'hanging', rule: { hang: true } },
];

it.each(rows)('$because to every Event: resources are reconciled all the same', async ({ name, rule }) => {
  replica.proxy.clear();
  replica.proxy.add({ match: { path: EVENTS }, ...rule });
  const before = replica.proxy.count({ path: EVENTS });
  const names = [`${name}-1`, `${name}-2`, `${name}-3`];
  await stage.apply(
    ...names.flatMap((each) => [
      secret(each, { password: `p4ss-${each}` }),
      credential(each, { enabled: true }),
    ]),
  );
  for (const each of names) await stage.reason('pamcredential', each, 'Synced');
  await stage.patch('pamcredential', names[0] ?? '', { spec: { enabled: false } });
  await stage.eventually(
    () => stage.pam.store.credential(`test_team-a_${names[0]}`)?.enabled,
    (enabled) => enabled === false,
    'the disable',
  );
  await stage.eventually(
    () => replica.proxy.count({ path: EVENTS }),
    (count) => count > before,
    'an Event that meets the fault',
  );
  const events = await stage.kubectl('get', 'events.events.k8s.io', '-n', NAMESPACE, '-o', 'name');
  expect(events).not.toContain(name);
});

it('and they are written again when the API server takes them', async () => {
  replica.proxy.clear();
  await stage.apply(secret('later', { password: 'p4ss-later' }), credential('later'));
  await stage.eventually(
    () => stage.kubectl('get', 'events.events.k8s.io', '-n', NAMESPACE, '-o', 'name'),
    (events) => events.includes('later'),
    'an Event',
  );
});
