import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { type PamCore, startPamCore } from '../support/pam-core/start-pam-core.ts';
import {
  credential,
  DEVICES,
  EVERYTHING,
  NAMESPACE,
  OPERATOR_NAMESPACE,
  type Stage,
  secret,
  sshKey,
  startStage,
} from './stage.ts';

/** D4, D5, D18, D20: whose record it is, on real parts. What is seeded is there before the first list. */
const W2016 = { hostname: 'w2016', ip: '10.66.33.15' };
const FORCE_SYNC = 'pam-operator.io/force-sync';

let stage: Stage;
let movedPam: PamCore;

beforeAll(async () => {
  movedPam = await startPamCore({ devices: DEVICES, firstId: 500 });
  stage = await startStage({
    args: ['--backoff-base-seconds', '1', '--baseline-delay-seconds', '1'],
    seed: ({ store }) => {
      store.seedCredential({
        ...W2016,
        identifier: 'test_team-a_elsewhere',
        username: 'svc-elsewhere',
        ip: '10.0.0.9',
      });
      store.seedCredential({ ...W2016, identifier: 'x1', username: 'svc-other-ip', ip: '10.0.0.9' });
      store.seedCredential({ ...W2016, identifier: 'test_team-a_other-name', username: 'svc-before' });
      for (const username of ['svc-twice', 'svc-twin'])
        store.seedCredential({ ...W2016, identifier: 'test_team-a_twice', username });
      for (const identifier of ['x2', 'x3'])
        store.seedCredential({ ...W2016, identifier, username: 'svc-crowded' });
      store.seedKey({ ...W2016, identifier: 'test_team-a_is-a-key', username: 'svc-is-a-key' });
      store.seedCredential({
        ...W2016,
        identifier: 'test_team-a_second-cluster',
        username: 'svc-second-cluster',
        content: 'theirs',
      });
    },
  });
  await stage.kubectl('create', 'namespace', 'team-b');
});
afterAll(async () => {
  await stage.stop();
  await movedPam.stop();
});

const records = (username: string) =>
  stage.pam.store.credentials().filter((record) => record.username === username);
const writes = () => stage.pam.journal.writes().length;
const message = ({ status }: PamCredential) =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
const remove = (what: string) => stage.kubectl('delete', what, '-n', NAMESPACE, '--timeout=30s');
const force = (name: string, value: string) =>
  stage.kubectl(
    'annotate',
    '--overwrite',
    `pamcredential/${name}`,
    '-n',
    NAMESPACE,
    `${FORCE_SYNC}=${value}`,
  );

/** Ages are told in whole seconds. */
const youngerFromNowOn = () => new Promise((resolve) => setTimeout(resolve, 1100));

/** As if the operator had set it before the conflict arose. */
function withFinalizer(resource: object): object {
  const { metadata } = resource as { metadata: object };
  return { ...resource, metadata: { ...metadata, finalizers: ['pam-operator.io/finalizer'] } };
}

describe('D4 two resources for one record: the older one has it, the other makes no call', () => {
  it.each([
    {
      because: 'the same explicit identifier',
      name: 'same-id',
      first: { identifier: 'same-id' },
      second: { identifier: 'same-id' },
    },
    {
      because: 'the same explicit identifier in capitals',
      name: 'same-caps',
      first: { identifier: 'same-caps' },
      second: { identifier: 'SAME-Caps' },
    },
    {
      because: 'the same username and hostname, both in capitals',
      name: 'case',
      first: { username: 'svc-case' },
      second: { username: 'SVC-Case', device: { hostname: 'W2016', ip: '10.66.33.15' } },
    },
    {
      because: 'the same username in full width',
      name: 'width',
      first: { username: 'svc-width' },
      second: { username: 'ｓｖｃ-ｗｉｄｔｈ' },
    },
    {
      because: 'the same username and hostname with another ip',
      name: 'ip',
      first: { username: 'svc-ip' },
      second: { username: 'svc-ip', device: { hostname: 'w2016', ip: '10.66.33.99' } },
    },
  ])('$because', async ({ name, first, second }) => {
    const [winner, loser] = [`${name}-a`, `${name}-b`];
    await stage.apply(secret(winner, { password: 'a' }), credential(winner, { enabled: true, ...first }));
    const { status } = await stage.reason('pamcredential', winner, 'Synced');
    const before = writes();
    const spec = { enabled: false, deletionPolicy: 'Disable', adoptionPolicy: 'Adopt', ...second };
    await stage.apply(secret(loser, { password: 'b' }), withFinalizer(credential(loser, spec)));
    const lost = await stage.reason('pamcredential', loser, 'Conflict');
    expect(message(lost)).toContain(`PamCredential ${NAMESPACE}/${winner}`);
    await remove(`pamcredential/${loser}`);
    expect(writes(), 'not even on deletion').toBe(before);
    expect(stage.pam.store.record(status?.id ?? '')).toMatchObject({ content: 'a', enabled: true });
  });

  it('a credential and an SSH key with one identifier', async () => {
    const { privateKey } = aKeyPair();
    await stage.apply(
      secret('kinds-a', { 'ssh-privatekey': privateKey }),
      sshKey('kinds-a', { identifier: 'kinds' }),
    );
    await stage.reason('pamsshkey', 'kinds-a', 'Synced');
    const before = writes();
    await stage.apply(
      secret('kinds-b', { password: 'b' }),
      withFinalizer(credential('kinds-b', { identifier: 'kinds', deletionPolicy: 'Disable' })),
    );
    expect(message(await stage.reason('pamcredential', 'kinds-b', 'Conflict'))).toContain('PamSshKey');
    await remove('pamcredential/kinds-b');
    expect(writes()).toBe(before);
    expect(stage.pam.store.key('kinds')?.enabled).toBe(true);
  });

  it('the winner is deleted, and the loser takes the record over as it is', async () => {
    const spec = { identifier: 'heir', username: 'svc-heir' };
    await stage.apply(secret('heir-a', { password: 'a' }), credential('heir-a', spec));
    const { status } = await stage.reason('pamcredential', 'heir-a', 'Synced');
    await stage.apply(
      secret('heir-b', { password: 'b' }),
      credential('heir-b', { ...spec, adoptionPolicy: 'Adopt', additional: 'mine now' }),
    );
    await stage.reason('pamcredential', 'heir-b', 'Conflict');
    await remove('pamcredential/heir-a');
    const heir = await stage.reason('pamcredential', 'heir-b', 'Synced');
    expect(heir.status).toMatchObject({ id: status?.id, content: { state: 'Kept' } });
    expect(records('svc-heir')).toMatchObject([{ content: 'a', fields: { additional: 'mine now' } }]);
  });

  it('a suspended winner keeps its claim', async () => {
    await stage.apply(
      secret('asleep-a', { password: 'a' }),
      credential('asleep-a', { username: 'svc-asleep', suspend: true }),
    );
    await stage.reason('pamcredential', 'asleep-a', 'Suspended');
    await youngerFromNowOn();
    await stage.apply(
      secret('asleep-b', { password: 'b' }),
      credential('asleep-b', { username: 'svc-asleep' }),
    );
    await stage.reason('pamcredential', 'asleep-b', 'Conflict');
    expect(records('svc-asleep')).toEqual([]);
    await stage.patch('pamcredential', 'asleep-a', { spec: { suspend: false } });
    await stage.reason('pamcredential', 'asleep-a', 'Synced');
    await stage.reason('pamcredential', 'asleep-b', 'Conflict');
    expect(records('svc-asleep')).toMatchObject([{ identifier: 'test_team-a_asleep-a', content: 'a' }]);
  });

  it('a resource without a grant blocks nobody', async () => {
    const squatter = credential('squatter', { username: 'svc-free', content: undefined }) as PamCredential;
    await stage.apply({ ...squatter, metadata: { ...squatter.metadata, namespace: 'team-b' } });
    await stage.eventually(
      () => stage.kubectl('get', 'pamcredential/squatter', '-n', 'team-b', '-o', 'json'),
      (text) => text.includes('NotGranted'),
      'NotGranted',
    );
    await stage.apply(secret('free', { password: 'p' }), credential('free'));
    await stage.reason('pamcredential', 'free', 'Synced');
    const text = await stage.kubectl('get', 'pamcredential/squatter', '-n', 'team-b', '-o', 'json');
    expect(text, 'and is not told of the other one').not.toContain('Conflict');
  });

  it('two connections to one PAM Core with different prefixes', async () => {
    await stage.apply(...connection('second', stage.pam, { apiPrefix: '/iso' }));
    await stage.apply(secret('pair-a', { password: 'a' }), credential('pair-a', { username: 'svc-pair' }));
    await stage.reason('pamcredential', 'pair-a', 'Synced');
    await stage.apply(
      secret('pair-b', { password: 'b' }),
      credential('pair-b', { username: 'svc-pair', connection: 'second', adoptionPolicy: 'Adopt' }),
    );
    await stage.reason('pamcredential', 'pair-b', 'Conflict');
    expect(records('svc-pair')).toMatchObject([{ identifier: 'test_team-a_pair-a', content: 'a' }]);
  });
});

describe('whose record it is, where it cannot be told', () => {
  it.each([
    { because: 'our identifier on another ip', name: 'elsewhere' },
    {
      because: 'our identifier with another username, and no seal says that it was renamed',
      name: 'other-name',
    },
    { because: 'our username and hostname with another ip', name: 'other-ip' },
    { because: 'two records with our identifier', name: 'twice' },
    { because: 'two records at our target', name: 'crowded' },
    { because: 'an SSH key with our identifier', name: 'is-a-key' },
  ])('$because: Conflict that names the ids, and no call', async ({ name }) => {
    const before = writes();
    const ids = stage.pam.store
      .records()
      .filter(
        ({ identifier, username }) => identifier === `test_team-a_${name}` || username === `svc-${name}`,
      )
      .map(({ id }) => id);
    await stage.apply(
      secret(name, { password: 'mine' }),
      credential(name, { adoptionPolicy: 'Adopt', enabled: false }),
    );
    const said = message(await stage.reason('pamcredential', name, 'Conflict'));
    expect(said).toMatch(new RegExp(`\\(ids? ${ids.join(', ')}\\)`));
    expect(writes()).toBe(before);
  });

  it('D5 a second cluster with the same prefix: its record is met as ours, and its password stays', async () => {
    await stage.apply(secret('second-cluster', { password: 'mine' }), credential('second-cluster'));
    const { status } = await stage.reason('pamcredential', 'second-cluster', 'Synced');
    expect(status?.content?.state).toBe('Kept');
    expect(records('svc-second-cluster')).toMatchObject([{ content: 'theirs' }]);
  });
});

describe('a record that is renamed', () => {
  it('by the spec: PAM renames it, and there is no second one', async () => {
    await stage.apply(
      secret('renamed', { password: 'p' }),
      credential('renamed', { username: 'svc-old-name' }),
    );
    const { status } = await stage.reason('pamcredential', 'renamed', 'Synced');
    await stage.patch('pamcredential', 'renamed', { spec: { username: 'svc-new-name' } });
    await stage.reason('pamcredential', 'renamed', 'Synced');
    expect(records('svc-new-name')).toMatchObject([{ id: status?.id, content: 'p' }]);
    expect(records('svc-old-name')).toEqual([]);
  });

  it('in PAM: its id is under another identifier now, so it is not touched again', async () => {
    await stage.apply(secret('taken', { password: 'p' }), credential('taken', { enabled: true }));
    const { status } = await stage.reason('pamcredential', 'taken', 'Synced');
    stage.pam.store.administratorRenames(status?.id ?? '', { identifier: 'somebody-elses' });
    const before = writes();
    await stage.apply(secret('taken', { password: 'changed' }));
    await stage.reason('pamcredential', 'taken', 'RecordGone');
    await stage.patch('pamcredential', 'taken', { spec: { enabled: false } });
    await stage.reason('pamcredential', 'taken', 'RecordGone');
    expect(writes()).toBe(before);
    expect(stage.pam.store.record(status?.id ?? '')).toMatchObject({ content: 'p', enabled: true });
  });
});

describe('D18 the connection leads to another PAM Core', () => {
  const lost = Array.from({ length: 10 }, (_, at) => `lost-${at}`);
  const names = ['moved', ...lost];

  it('a moved one shows the record, another one is RecordGone, and nothing is created in a storm', async () => {
    await stage.apply(...connection('moving', stage.pam));
    await stage.apply(
      ...names.flatMap((name) => [
        secret(name, { password: 'p' }),
        credential(name, { connection: 'moving', enabled: true }),
      ]),
    );
    for (const name of names) await stage.reason('pamcredential', name, 'Synced');
    movedPam.store.seedCredential({
      ...W2016,
      identifier: 'moving_team-a_moved',
      username: 'svc-moved',
      content: 'p',
    });
    const here = writes();
    await stage.apply(...connection('moving', movedPam));
    for (const name of lost) await stage.reason('pamcredential', name, 'RecordGone');
    const record = movedPam.store.credential('moving_team-a_moved');
    await stage.eventually(
      () => stage.credential('moved'),
      ({ status }) => status?.id === record?.id,
      'the id of the other PAM Core',
    );
    await stage.reason('pamcredential', 'moved', 'Synced');
    expect(movedPam.journal.calls({ method: 'POST', template: ['C4', 'K1'] })).toEqual([]);
    expect(movedPam.store.records()).toHaveLength(1);
    expect(writes(), 'and the first PAM Core is left alone').toBe(here);
  });

  it('a force-sync creates the record there', async () => {
    await force('lost-3', 'now');
    await stage.reason('pamcredential', 'lost-3', 'Synced');
    expect(movedPam.store.credentials().map(({ identifier }) => identifier)).toEqual([
      'moving_team-a_moved',
      'moving_team-a_lost-3',
    ]);
    expect(movedPam.store.credential('moving_team-a_lost-3')?.content).toBe('p');
  });
});

describe('a parent', () => {
  const child = (name: string, parent: string) =>
    credential(name, { content: undefined, parentRef: { name: parent } });
  const parentOf = (name: string) =>
    stage.pam.journal
      .calls({ template: 'C4', identifier: `test_team-a_${name}` })
      .map(({ body }) => body.parent_password);

  it('that is created anew passes its new id on', async () => {
    await stage.apply(child('son', 'father'));
    await stage.reason('pamcredential', 'son', 'ParentNotReady');
    await stage.apply(
      secret('father', { password: 'p' }),
      credential('father', { identifier: 'father-1', username: 'svc-father-1' }),
    );
    const first = (await stage.reason('pamcredential', 'father', 'Synced')).status?.id;
    await stage.reason('pamcredential', 'son', 'Synced');
    await remove('pamcredential/father');
    await stage.apply(credential('father', { identifier: 'father-2', username: 'svc-father-2' }));
    const second = (await stage.reason('pamcredential', 'father', 'Synced')).status?.id;
    await stage.eventually(
      () => parentOf('son'),
      (sent) => sent.length > 1,
      'the new id',
    );
    expect(parentOf('son').map(String)).toEqual([first, second]);
    await stage.reason('pamcredential', 'son', 'Synced');
  });

  it('that is itself is refused by the API server', async () => {
    await expect(stage.apply(child('alone', 'alone'))).rejects.toThrow('must not name the resource itself');
  });

  it.each([
    { because: 'its own child', ring: ['ring-a', 'ring-b'] },
    { because: 'its grandchild', ring: ['ring-c', 'ring-d', 'ring-e'] },
  ])('that is $because is refused, until one of them gives way', async ({ ring }) => {
    await stage.apply(...ring.map((name, at) => child(name, ring[(at + 1) % ring.length] ?? name)));
    for (const name of ring) {
      const refused = await stage.reason('pamcredential', name, 'InvalidSettings');
      expect(message(refused)).toContain(`(${name} → `);
      expect(message(refused)).toContain(`→ ${name})`);
      expect(parentOf(name)).toEqual([]);
    }
    await stage.patch('pamcredential', ring[0] ?? '', { spec: { parentRef: null } });
    for (const name of ring) await stage.reason('pamcredential', name, 'Synced');
  });
});

function connection(name: string, pam: PamCore, spec: object = {}): object[] {
  const secretName = `pam-${name}`;
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretName, namespace: OPERATOR_NAMESPACE },
      stringData: { ...pam.oauth2 },
    },
    {
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: 'PamConnection',
      metadata: { name },
      spec: {
        url: pam.url,
        auth: { oauth2: { secretName } },
        identifierPrefix: name,
        disabledRecords: 'Listed',
        limits: { requestsPerSecond: 200, burst: 200 },
        grants: EVERYTHING,
        ...spec,
      },
    },
  ];
}
