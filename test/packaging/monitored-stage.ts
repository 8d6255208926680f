import { setTimeout as sleep } from 'node:timers/promises';
import { credential, type Stage, secret, startStage } from '../e2e/stage.ts';

/**
 * An operator that has known good and bad times: records created, a value pushed again, one disabled, a device that
 * PAM Core does not know, an outage of some seconds, a record that PAM Core rotated, one that nobody derives.
 * @param watch begins before the work, so that rates have a beginning
 */
export async function startMonitoredStage(watch: (metricsUrl: string) => Promise<void>): Promise<Stage> {
  const stage = await startStage({
    connection: { inventoryIntervalSeconds: 10 },
    args: ['--baseline-delay-seconds', '1'],
  });
  await watch(`${stage.operator().metricsUrl}/metrics`);
  await sleep(3000);
  const names = Array.from({ length: 12 }, (_, at) => `db-${at}`);
  await stage.apply(...names.map((name) => secret(name, { password: `pass-${name}` })));
  await stage.apply(...names.map((name) => credential(name, { enabled: true })));
  for (const name of names) await stage.reason('pamcredential', name, 'Synced');
  const device = { hostname: 'unknown', ip: '192.0.2.9' };
  await stage.apply(credential('lost', { device, content: undefined }));
  await stage.reason('pamcredential', 'lost', 'DeviceNotFound');
  stage.pam.faults.add({ kind: 'service-unavailable', match: { path: 'C4' } });
  await stage.apply(...names.slice(0, 4).map((name) => secret(name, { password: `second-${name}` })));
  await sleep(5000);
  stage.pam.faults.clear();
  await stage.patch('pamcredential', 'db-0', { spec: { enabled: false } });
  stage.pam.store.rotate(stage.pam.store.credential('test_team-a_db-11')?.id ?? '');
  stage.pam.store.seedCredential({
    ...{ identifier: 'test_nobody', username: 'nobody', content: 'theirs' },
    ...{ hostname: 'w2016', ip: '10.66.33.15' },
  });
  await sleep(12_000);
  return stage;
}
