import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { DEVICES } from '../e2e/stage.ts';
import { type PamCore, startPamCore } from '../support/pam-core/start-pam-core.ts';
import { filesUnder, type Reader, startReader } from './guide.ts';
import { type NewerRelease, newerRelease } from './newer-release.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';
import { processRuntime } from './process-runtime.ts';

/** A newcomer follows the pages, command by command. The rows are one life: install, upgrade, roll back, uninstall. */
let newer: NewerRelease;
let cluster: PackagingCluster;
let reader: Reader;
let pam: PamCore;

beforeAll(async () => {
  newer = newerRelease();
  cluster = await startPackagingCluster(processRuntime({ [`pam-operator:${newer.version}`]: newer.main }));
  reader = startReader(cluster);
  pam = await startPamCore({ devices: DEVICES });
});
afterAll(async () => {
  reader?.leave();
  await cluster?.stop();
  await pam?.stop();
  newer?.remove();
});

const record = () => pam.store.credential('prod_team-a_orders-db');
const writes = () => pam.journal.writes().length;
const credential = async (): Promise<PamCredential> =>
  JSON.parse(await cluster.kubectl('get', 'pamcredential', 'orders-db', '-n', 'team-a', '-o', 'json'));
const patch = (kind: string, name: string, body: object) =>
  cluster.kubectl('patch', kind, name, '-n', 'team-a', '--type=merge', '-p', JSON.stringify(body));
const rotate = (password: string) => patch('secret', 'orders-db', { stringData: { password } });
const isInSync = ({ metadata, status }: PamCredential) =>
  status?.observedGeneration === metadata.generation &&
  status?.conditions?.find(({ type }) => type === 'Ready')?.reason === 'Synced';
const inSync = () => cluster.eventually(credential, isInSync, 'orders-db in sync');
/** Program that made the last call. */
const lastCaller = () => pam.journal.entries.at(-1)?.userAgent;

describe('README', () => {
  const HEADING = 'Three commands to a Ready credential';

  it('has three commands that lead to a Ready credential', async () => {
    const [connection = '', ours = ''] = filesUnder('README.md', HEADING);
    // What a reader has to change.
    const edited = connection
      .replace('https://pam.example.com', pam.url)
      .replace('your-client-id', pam.oauth2.clientId)
      .replace('your-client-secret', pam.oauth2.clientSecret);
    expect(edited).not.toMatch(/example\.com|your-/);
    writeFileSync(join(reader.folder, 'connection.yaml'), edited);
    writeFileSync(join(reader.folder, 'credential.yaml'), ours);
    expect(await reader.follows('README.md', HEADING)).toContain(
      'pamcredential.pam-operator.io/orders-db condition met',
    );
    expect(record()).toMatchObject({ content: 'change-me', enabled: true });
  });
});

describe('docs/upgrade.md, to a version whose definition and status have one field more', () => {
  it('brings the new definitions and the new program, and writes nothing to PAM Core', async () => {
    await patch('pamcredential', 'orders-db', { spec: { deletionPolicy: 'Disable' } });
    await inSync();
    const before = writes();
    await expect(patch('pamcredential', 'orders-db', { spec: { note: 'x' } })).resolves.toContain(
      'no change',
    );
    reader.checksOut(newer.charts);
    const printed = await reader.follows('docs/upgrade.md', 'Upgrade with Helm');
    expect(printed).toMatch(/orders-db +True +Synced/);
    await cluster.eventually(
      () => cluster.kubelet.output(),
      (output) => output.includes(`"version":"${newer.version}"`),
      'the newer program',
    );
    expect(writes()).toBe(before);
    expect(record()).toMatchObject({ content: 'change-me', enabled: true });
  });

  it('serves the old resource: an edit with a new field, and a changed Secret', async () => {
    await patch('pamcredential', 'orders-db', { spec: { note: 'of the newer version', tags: ['upgraded'] } });
    await inSync();
    expect(record()).toMatchObject({ content: 'change-me' });
    await rotate('second');
    await cluster.eventually(
      () => record()?.content,
      (content) => content === 'second',
      'the new password',
    );
    const { spec, status } = await inSync();
    expect(spec).toMatchObject({ note: 'of the newer version' });
    expect(status?.content).toMatchObject({ recordedBy: newer.version });
    expect(lastCaller()).toBe(`pam-operator/${newer.version}`);
  });

  it('rolls back: no password is sent, and the next one is', async () => {
    const pushes = () => pam.journal.writes().filter(({ body }) => 'content' in body).length;
    const before = pushes();
    await reader.follows('docs/upgrade.md', 'Roll back');
    reader.checksOut(join(process.cwd(), 'charts'));
    await patch('pamcredential', 'orders-db', { spec: { tags: ['rolled-back'] } });
    const { spec, status } = await inSync();
    expect(spec).not.toHaveProperty('note');
    expect(status?.content).not.toHaveProperty('recordedBy');
    expect(pushes()).toBe(before);
    await rotate('third');
    await cluster.eventually(
      () => record()?.content,
      (content) => content === 'third',
      'the third password',
    );
    await inSync();
  });
});

describe('docs/uninstall.md', () => {
  it('uninstalls at once with a resource that waits for a disable, and leaves its record alone', async () => {
    expect((await credential()).metadata.finalizers).toEqual(['pam-operator.io/finalizer']);
    const before = writes();
    await reader.follows('docs/uninstall.md', 'Uninstall with Helm');
    expect((await credential()).metadata.finalizers).toBeUndefined();
    expect(writes()).toBe(before);
    expect(record()?.enabled).toBe(true);
  });

  it('installed again by docs/install.md, it knows its record: no password is sent', async () => {
    const before = writes();
    await reader.follows('docs/install.md', 'With Helm');
    await patch('pamcredential', 'orders-db', { spec: { additional: 'seen by the second installation' } });
    await inSync();
    const sent = pam.journal.writes().slice(before);
    expect(sent.map(({ body }) => 'content' in body)).toEqual([false]);
  });

  it('removes everything but the record', async () => {
    await reader.follows('docs/uninstall.md', 'Uninstall with Helm');
    await reader.follows('docs/uninstall.md', 'Remove everything');
    expect(await cluster.kubectl('get', 'crd', '-o', 'name')).not.toContain('pam-operator');
    expect(record()).toBeDefined();
  });
});
