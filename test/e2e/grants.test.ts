import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PamConnectionSpec } from '../../src/api/pam-connection.gen.ts';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { auditLogOf } from './audit-log.ts';
import { EVIL_TEXTS, type Path, specSchema, textFields, withText } from './evil-texts.ts';
import {
  credential,
  EVERYTHING,
  NAMESPACE,
  OPERATOR_NAMESPACE,
  type Stage,
  secret,
  startStage,
} from './stage.ts';

/** What the platform team grants, and what a tenant tries to reach beyond it. */
type Grant = NonNullable<PamConnectionSpec['grants']>[number];
type Operation = Grant['operations'][number];

const [ALL] = EVERYTHING;
const W2016 = { hostname: 'w2016', ip: '10.66.33.15' };
const OPERATIONS: readonly Operation[] = [
  'Create',
  'Update',
  'Enable',
  'Disable',
  'Adopt',
  'Reference',
  'Device',
];

const audit = auditLogOf(`system:serviceaccount:${OPERATOR_NAMESPACE}:pam-operator`);
let stage: Stage;
let boss: { readonly id: string };

beforeAll(async () => {
  stage = await startStage({
    apiServerFlags: audit.apiServerFlags,
    args: ['--backoff-base-seconds', '1', '--baseline-delay-seconds', '1'],
    seed: ({ store }) => {
      store.seedCredential({ ...W2016, identifier: 'their-adopt', username: 'svc-adopt', content: 'theirs' });
      boss = store.seedCredential({ ...W2016, identifier: 'boss', username: 'root' });
    },
  });
});
afterAll(async () => {
  await stage.stop();
  audit.remove();
});

const grant = (...grants: Partial<Grant>[]) =>
  stage.patchConnection({ spec: { grants: grants.map((each) => ({ ...ALL, ...each })) } });
const without = (...operations: Operation[]): Partial<Grant> => ({
  operations: OPERATIONS.filter((operation) => !operations.includes(operation)),
});
const writes = () => stage.pam.journal.writes().length;
const message = ({ status }: PamCredential) =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
/** The grant that the message prints, as it would be pasted. */
const printed = (text: string) => parse(/such as (\{.*\})\.$/.exec(text)?.[1] ?? '') as Grant;

interface Row {
  readonly operation: Operation;
  readonly because: string;
  /** There, and in sync, before the grant goes. */
  readonly before?: object;
  readonly spec: object;
  /** Whom the grant is asked for; the resource's own username unless told. */
  readonly asks?: string;
}

const rows: readonly Row[] = [
  { operation: 'Create', because: 'a new record', spec: {} },
  { operation: 'Update', because: 'an edit', before: {}, spec: { additional: 'edited' } },
  { operation: 'Enable', because: 'an enable', before: { enabled: false }, spec: { enabled: true } },
  { operation: 'Disable', because: 'a disable', before: { enabled: true }, spec: { enabled: false } },
  { operation: 'Adopt', because: 'a record of somebody else', spec: { adoptionPolicy: 'Adopt' } },
  {
    operation: 'Reference',
    because: 'a credential that PAM would log in with',
    spec: {
      executionSettings: { useOwnCredentialToConnect: false, authentication: { ...W2016, username: 'root' } },
    },
    asks: 'root',
  },
  {
    operation: 'Device',
    because: 'an attribute of a device that others share',
    spec: { device: { ...W2016, tags: ['x'] } },
  },
];

describe('an operation that is not granted', () => {
  it.each(rows)(
    '$operation: $because is NotGranted, makes no call, and the printed grant helps',
    async (row) => {
      const { operation, before, spec } = row;
      const name = operation.toLowerCase();
      await grant({});
      const own = secret(name, { password: `p-${name}` });
      if (before !== undefined) {
        await stage.apply(own, credential(name, before));
        await stage.reason('pamcredential', name, 'Synced');
      }
      await grant(without(operation));
      const calls = writes();
      await stage.apply(own, credential(name, { ...before, ...spec }));
      const refused = await stage.reason('pamcredential', name, 'NotGranted');
      expect(writes()).toBe(calls);
      const help = printed(message(refused));
      expect(help).toMatchObject({ operations: [operation], usernames: [row.asks ?? `svc-${name}`] });
      await grant(without(operation), { ...help, identifiers: help.identifiers ?? ['-'] });
      await stage.reason('pamcredential', name, 'Synced');
      expect(writes()).toBeGreaterThan(calls);
    },
  );

  it('Reference: the number of a parent is judged by what the list says of it', async () => {
    await grant({});
    const child = credential('child', { content: undefined, parentId: boss.id });
    await grant(without('Reference'));
    const calls = writes();
    await stage.apply(child);
    const refused = await stage.reason('pamcredential', 'child', 'NotGranted');
    expect(printed(message(refused))).toMatchObject({ usernames: ['root'], operations: ['Reference'] });
    expect(writes()).toBe(calls);
    await grant({});
    await stage.reason('pamcredential', 'child', 'Synced');
  });

  it('without any grant there is no call at all, not even the list', async () => {
    await grant({ namespaces: { names: ['nobody'] } });
    const calls = stage.pam.journal.calls().length;
    await stage.apply(secret('none', { password: 'p' }), credential('none', { enabled: false }));
    await stage.reason('pamcredential', 'none', 'NotGranted');
    // The edited connection proves itself by a list of its own.
    const since = stage.pam.journal.calls().slice(calls);
    expect(since.filter(({ template }) => template !== 'C1' && template !== 'TOKEN')).toEqual([]);
  });

  it('a grant that goes takes the right away, and in sync nothing is asked', async () => {
    await grant({});
    await stage.apply(secret('revoked', { password: 'p' }), credential('revoked', { enabled: true }));
    await stage.reason('pamcredential', 'revoked', 'Synced');
    await grant({ namespaces: { names: ['nobody'] } });
    await stage.apply(secret('revoked', { password: 'changed' }));
    await stage.reason('pamcredential', 'revoked', 'NotGranted');
    expect(stage.pam.store.credential('test_team-a_revoked')?.content).toBe('p');
  });

  it('a selector: the label of the namespace comes and goes, and is noticed at once', async () => {
    await grant({ namespaces: { selector: { matchLabels: { pam: 'yes' } } } as Grant['namespaces'] });
    await stage.apply(secret('labelled', { password: 'p' }), credential('labelled'));
    await stage.reason('pamcredential', 'labelled', 'NotGranted');
    await stage.kubectl('label', 'namespace', NAMESPACE, 'pam=yes');
    await stage.reason('pamcredential', 'labelled', 'Synced');
    await stage.kubectl('label', 'namespace', NAMESPACE, 'pam-');
    await stage.patch('pamcredential', 'labelled', { spec: { additional: 'edited' } });
    await stage.reason('pamcredential', 'labelled', 'NotGranted');
  });

  it('a label that goes frees the record for a rival of another namespace', async () => {
    await stage.kubectl('create', 'namespace', 'team-c');
    await stage.kubectl('label', 'namespace', 'team-c', 'pam=yes');
    await grant(
      { namespaces: { selector: { matchLabels: { pam: 'yes' } } } as Grant['namespaces'] },
      { namespaces: { names: [NAMESPACE] } },
    );
    const squatter = credential('squatter', { username: 'svc-prize', content: undefined, suspend: true });
    const { metadata } = squatter as PamCredential;
    await stage.apply({ ...squatter, metadata: { ...metadata, namespace: 'team-c' } });
    // Ages are told in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await stage.apply(secret('prize', { password: 'p' }), credential('prize'));
    await stage.reason('pamcredential', 'prize', 'Conflict');
    await stage.kubectl('label', 'namespace', 'team-c', 'pam-');
    await stage.reason('pamcredential', 'prize', 'Synced');
  });
});

describe('F5 no string of a spec leads out of its place', () => {
  /** Everything that can be declared besides the field of the path, so that the field is all that can be refused. */
  function full(examples: readonly string[], [field = '']: Path): object {
    const specs = examples.map((name) => {
      const url = new URL(`../../examples/${name}.yaml`, import.meta.url);
      const { identifier, enabled, deletionPolicy, publicKey, passphrase, ...spec } = (
        parse(readFileSync(fileURLToPath(url), 'utf8')) as { spec: Record<string, unknown> }
      ).spec;
      return spec;
    });
    return specs.find((spec) => field in spec) ?? specs[0] ?? {};
  }

  /** Names of the Secrets that the resources of a list refer to. */
  function secretNamesOf(list: string): ReadonlySet<string> {
    const names = new Set<string>();
    JSON.parse(list, (field, value) => {
      if (field === 'secretRef' || field === 'totpSecretRef') names.add(value.name);
      return value;
    });
    return names;
  }

  it.each(['pamcredentials', 'pamsshkeys', 'pamconnections'])('%s name no namespace', (name) => {
    const references = textFields(specSchema(name)).filter((path) => path.at(-1) === 'namespace');
    expect(references).toEqual([]);
  });

  it('every field with every evil text: the paths of calls stay the templates, and no other Secret is read', async () => {
    await grant({});
    await stage.kubectl('create', 'namespace', 'team-b');
    audit.forget();
    await stage.kubectl(
      'create',
      'secret',
      'generic',
      'stolen',
      '-n',
      'team-b',
      '--from-literal=password=st0len',
    );
    const { privateKey } = aKeyPair();
    await stage.apply(
      secret('orders-admin', { password: 'p', totp: 'JBSWY3DPEHPK3PXP', pin: '1234' }),
      secret('release-key', { 'private.key': privateKey }),
    );
    const kinds = [
      {
        kind: 'PamCredential',
        plural: 'pamcredentials',
        examples: ['21-credential-full', '23-credential-jit'],
      },
      { kind: 'PamSshKey', plural: 'pamsshkeys', examples: ['31-ssh-key-full'] },
    ];
    const objects = kinds.flatMap(({ kind, plural, examples }) =>
      textFields(specSchema(plural)).flatMap((path, at) =>
        EVIL_TEXTS.map((evil, which) => ({
          apiVersion: 'pam-operator.io/v1alpha1',
          kind,
          metadata: { name: `evil-${at}-${which}`, namespace: NAMESPACE },
          spec: withText({ ...full(examples, path), username: `evil-${at}-${which}` }, path, evil),
        })),
      ),
    );
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    // Most are refused; kubectl goes on with the next one and ends with an error.
    const said = await runKubectl(stage.controlPlane, ['create', '--validate=false', '-f', '-'], list).catch(
      String,
    );
    expect(said).toContain('is invalid');
    const accepted = (await stage.kubectl('get', 'pamcredentials,pamsshkeys', '-n', NAMESPACE, '-o', 'name'))
      .split('\n')
      .filter((name) => name.includes('/evil-'));
    expect(accepted.length).toBeGreaterThan(20);
    const unsettled = () =>
      stage
        .kubectl('get', 'pamcredentials,pamsshkeys', '-n', NAMESPACE, '-o', 'json')
        .then((text) =>
          (JSON.parse(text) as { items: PamCredential[] }).items.filter(
            ({ metadata, status }) => status?.observedGeneration !== metadata.generation,
          ),
        );
    await stage.eventually(unsettled, ({ length }) => length === 0, 'a decision about each');
    const paths = new Set(
      stage.pam.journal.calls().map(({ method, path }) => `${method} ${path.replace(/\d{1,18}$/, '{id}')}`),
    );
    const templates = ['GET /api/pam/credential', 'POST /api/pam/credential', 'POST /api/pam/key'];
    const toggles = ['PUT', 'DELETE'].flatMap((method) =>
      ['credential', 'key'].map((kind) => `${method} /api/pam/${kind}/{id}`),
    );
    const known = new Set([...templates, ...toggles, 'POST /api/oauth2/token']);
    expect([...paths].filter((path) => !known.has(path))).toEqual([]);
    expect(stage.pam.journal.calls().flatMap(({ queryNames }) => queryNames)).toEqual([]);
    expect(stage.pam.store.records().filter((record) => JSON.stringify(record).includes('st0len'))).toEqual(
      [],
    );
    expect(stage.output()).not.toContain('st0len');
    const reads = audit
      .requests()
      .filter(({ right }) => right.startsWith('secrets get'))
      // The connection reads its own again from time to time.
      .filter(({ namespace, name }) => namespace !== OPERATOR_NAMESPACE || name !== 'pam-core');
    expect([...new Set(reads.map(({ namespace }) => namespace))], 'where a Secret was read').toEqual([
      NAMESPACE,
    ]);
    const declared = secretNamesOf(
      await stage.kubectl('get', 'pamcredentials,pamsshkeys', '-n', NAMESPACE, '-o', 'json'),
    );
    const others = reads.filter(({ name }) => name === undefined || !declared.has(name));
    expect(others, 'Secrets that no resource names').toEqual([]);
  });

  it.each(['../stolen', 'team-b/stolen', '..', '.', '', 'a%2fb', 'A', 'ｓtolen'])(
    'a Secret named "%s" is refused before anything reads it',
    async (name) => {
      const evil = credential('path', { content: { secretRef: { name, key: 'password' } } });
      await expect(stage.apply(evil)).rejects.toThrow('is invalid');
    },
  );

  it('a parent of another namespace cannot be named', async () => {
    for (const name of ['team-b/boss', '../team-b/boss']) {
      const evil = credential('path', { content: undefined, parentRef: { name } });
      await expect(stage.apply(evil)).rejects.toThrow('is invalid');
    }
    const evil = credential('path', { content: undefined, parentRef: { name: 'boss', namespace: 'team-b' } });
    await expect(stage.apply(evil)).rejects.toThrow('namespace');
  });
});
