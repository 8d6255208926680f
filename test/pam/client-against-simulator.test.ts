import { afterEach, describe, expect, it } from 'vitest';
import { SecretText } from '../../src/core/secret-text.ts';
import type { PamCore } from '../support/pam-core/start-pam-core.ts';
import type { Dialect, Prefix } from '../support/pam-core/switches.ts';
import { context, stopAll } from './loopback-pam.ts';
import { clientOf, credential, device, key, type OAuth, start } from './simulated-pam.ts';

afterEach(stopAll);

const dialects: readonly Dialect[] = ['3.32', '3.33', '4.0'];
const prefixes: readonly Prefix[] = ['/api', '/iso'];
const oauths: readonly OAuth[] = ['OAuth 2.0', 'HMAC-SHA1', 'HMAC-SHA256'];
const served = dialects.flatMap((dialect) =>
  prefixes
    .filter((apiPrefix) => dialect !== '3.32' || apiPrefix === '/iso')
    .flatMap((apiPrefix) => oauths.map((oauth) => ({ dialect, apiPrefix, oauth })))
    // 3.32 documents HMAC-SHA1 only.
    .filter(({ oauth }) => dialect !== '3.32' || oauth !== 'HMAC-SHA256'),
);

describe.each(served)('$dialect under $apiPrefix with $oauth', ({ dialect, apiPrefix, oauth }) => {
  it('a credential: create, update, disable twice, enable twice, list', async () => {
    const core = await start({ dialect });
    const client = clientOf(core, oauth, { apiPrefix });
    const created = await client.upsertCredential(credential('one', 'first'), context());
    expect(created).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      result: 'registered',
      devicesPartlyAssigned: false,
    });
    const updated = await client.upsertCredential(credential('one', 'second'), context());
    expect(updated).toMatchObject({ id: created.id, result: 'updated' });
    expect(core.store.credential('one')?.content).toBe('second');

    for (const _ of [1, 2]) await client.disable('credential', created.id, context());
    expect(core.store.credential('one')?.enabled).toBe(false);
    for (const _ of [1, 2]) await client.enable('credential', created.id, context());
    expect(core.store.credential('one')?.enabled).toBe(true);

    const inventory = await client.list(context());
    expect(inventory).toMatchObject({
      complete: true,
      entries: [
        {
          id: created.id,
          identifier: 'one',
          username: 'user-one',
          ...device,
          isKey: false,
          automaticChange: false,
        },
      ],
    });
    expect(inventory.entries[0]?.change).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expectGoodManners(core);
  });

  it('a key: create, update, disable twice, enable twice, list', async () => {
    const core = await start({ dialect });
    const client = clientOf(core, oauth, { apiPrefix });
    const created = await client.upsertKey(
      key('k', { passphrase: new SecretText('p'), enabled: false }),
      context(),
    );
    expect(created).toMatchObject({ result: 'registered', devicesPartlyAssigned: false });
    expect(core.store.key('k')).toMatchObject({
      enabled: false,
      privateKey: 'private\n',
      passphrase: 'p',
      keyName: 'main',
    });
    const updated = await client.upsertKey(key('k', { privateKey: new SecretText('other\n') }), context());
    expect(updated).toMatchObject({ id: created.id, result: 'updated' });

    for (const _ of [1, 2]) await client.enable('key', created.id, context());
    expect(core.store.key('k')).toMatchObject({ enabled: true, privateKey: 'other\n' });
    for (const _ of [1, 2]) await client.disable('key', created.id, context());
    expect(core.store.key('k')?.enabled).toBe(false);
    expect(await client.list(context())).toMatchObject({
      complete: true,
      entries: [{ id: created.id, isKey: true }],
    });
    expectGoodManners(core);
  });

  it('an unknown id: gone for a disable, a fault for an enable', async () => {
    const core = await start({ dialect });
    const client = clientOf(core, oauth, { apiPrefix });
    await client.disable('credential', '4711', context());
    await client.disable('key', '4711', context());
    await expect(client.enable('credential', '4711', context())).rejects.toMatchObject({
      fault: { code: 1007 },
    });
    await expect(client.enable('key', '4711', context())).rejects.toMatchObject({ fault: { code: 1015 } });
  });
});

/** No read of one record, no custody, no parameter that no page knows, one call per intent. */
function expectGoodManners(core: PamCore): void {
  const templates = new Set(core.journal.entries.map(({ template }) => template));
  for (const template of templates)
    expect(['TOKEN', 'C1', 'C4', 'C5', 'C6', 'K1', 'K3', 'K4']).toContain(template);
  expect(core.store.custody()).toEqual([]);
  for (const entry of core.journal.entries) {
    expect(entry.unknownParameters).toEqual([]);
    expect(entry.refusal).toBeUndefined();
    expect(entry.userAgent).toBe('pam-operator/0.0.0-test');
  }
}

describe('settings blocks', () => {
  it('everything that the vendor page knows arrives under a name that it knows', async () => {
    const core = await start();
    core.store.addDevice({ hostname: 'gmail', ip: 'https://www.gmail.com' });
    const reference = { username: 'cred2', hostname: 'gmail', ip: 'https://www.gmail.com' };
    await clientOf(core).upsertCredential(
      credential('one', 'x', {
        spec: {
          username: 'u',
          device: {
            ...device,
            type: 'Server',
            vendor: 'v',
            model: 'm',
            site: 's',
            tags: ['t'],
            connectivities: [{ name: 'SSH', port: 22 }],
            loginExpression: 'SSH:EXPECT:FILL',
          },
          additional: 'a',
          tags: ['x', 'y'],
          credentialType: 'Local User',
          executionSettings: {
            automaticChange: true,
            useOwnCredentialToConnect: false,
            authentication: reference,
            reconciliation: { enabled: false },
          },
          sessionSettings: { ssh: true, useOwnCredentialToConnect: false, authentication: reference },
          additionalSettings: {
            notes: 'n',
            criticality: 'High',
            authenticationFields: [{ name: 'n', shortName: 's', value: 'v' }],
          },
        },
      }),
      context(),
    );
    const [call] = core.journal.calls({ template: 'C4' });
    expect(call?.unknownParameters).toEqual([]);
    expect(core.store.credential('one')?.settings).toMatchObject({
      execution_settings: { automatic_change: true, agent_based_password_change: false, status: false },
      session_settings: { SSH: true, 'SQL Server': false },
      additional_settings: { notes: 'n', criticality: 'High' },
    });
    expect(await clientOf(core).list(context())).toMatchObject({ entries: [{ automaticChange: true }] });
  });
});
