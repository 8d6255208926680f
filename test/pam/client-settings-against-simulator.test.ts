import { afterEach, describe, expect, it } from 'vitest';
import { SecretText } from '../../src/core/secret-text.ts';
import type { PamConnectionSettings } from '../../src/pam/pam-connection-settings.ts';
import type { PamCore, PamCoreOptions } from '../support/pam-core/start-pam-core.ts';
import { clientFor, context, stopAll } from './loopback-pam.ts';
import { authOf, clientOf, credential, device, type OAuth, start } from './simulated-pam.ts';

afterEach(stopAll);

describe('what a wrong setting looks like', () => {
  const rows: {
    because: string;
    core?: PamCoreOptions;
    settings?: (core: PamCore) => Partial<PamConnectionSettings>;
    oauth?: OAuth;
    trusts?: boolean;
    fault: object;
  }[] = [
    {
      because: '/api on a 3.32, OAuth 2.0',
      core: { dialect: '3.32' },
      fault: { operation: 'Token', signal: 'noRouteMatched' },
    },
    {
      because: '/api on a 3.32, OAuth 1.0a',
      core: { dialect: '3.32' },
      oauth: 'HMAC-SHA1',
      fault: { operation: 'Enable', signal: 'noRouteMatched' },
    },
    {
      because: 'wrong client secret',
      settings: () => ({ auth: { type: 'oauth2', clientId: 'x', clientSecret: new SecretText('y') } }),
      fault: { operation: 'Token', signal: 'clientAuthenticationFailed' },
    },
    {
      because: 'wrong token secret',
      oauth: 'HMAC-SHA1',
      settings: (core) => ({
        auth: {
          ...authOf(core, 'HMAC-SHA1'),
          tokenSecret: new SecretText('y'),
        } as PamConnectionSettings['auth'],
      }),
      fault: { operation: 'Enable', signal: 'invalidSignature' },
    },
    {
      because: 'PAM Core not among the resources',
      core: { authorization: { resources: ['Users'] } },
      fault: { operation: 'Enable', signal: 'notAuthorized', httpStatus: 500 },
    },
    {
      because: 'a read-only authorization',
      core: { authorization: { permission: 'read' } },
      fault: { operation: 'Enable', signal: 'code', code: 1039 },
    },
    {
      because: 'the certificate is not trusted',
      core: { tls: 'self-signed' },
      trusts: false,
      fault: { operation: 'Token', signal: 'tls' },
    },
  ];
  it.each(rows)('$because', async ({ core: options, settings, oauth, trusts = true, fault }) => {
    const core = await start(options);
    const { id } = core.store.seedCredential({ ...device, identifier: 'x', enabled: false });
    const client = trusts
      ? clientOf(core, oauth, settings?.(core))
      : clientFor(core.url, { auth: authOf(core, 'OAuth 2.0') });
    await expect(client.enable('credential', id, context())).rejects.toMatchObject({ fault });
  });

  it('another tenant, and the right one', async () => {
    const core = await start();
    await expect(
      clientOf(core, 'OAuth 2.0', { tenant: 'other' }).upsertCredential(credential('one'), context()),
    ).rejects.toMatchObject({ fault: { signal: 'wrongTenant' } });
    await clientOf(core, 'OAuth 2.0', { tenant: 'segura' }).upsertCredential(credential('one'), context());
  });

  it('a Referer that the authorization asks for', async () => {
    const core = await start({ authorization: { referer: 'https://k8s.example/' } });
    await clientOf(core, 'OAuth 2.0', { referer: 'https://k8s.example/' }).list(context());
    await expect(clientOf(core).list(context())).rejects.toMatchObject({ name: 'PamError' });
  });

  it('over TLS', async () => {
    const core = await start({ tls: 'self-signed' });
    expect(await clientOf(core, 'HMAC-SHA256').list(context())).toMatchObject({
      entries: [],
      complete: true,
    });
  });
});

describe('tokens', () => {
  it.each([401, 403] as const)(
    'revoked ones (HTTP %i) cost one new token and no failure',
    async (invalidTokenStatus) => {
      const core = await start({ switches: { invalidTokenStatus } });
      const client = clientOf(core);
      await client.list(context());
      core.revokeTokens();
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          client.upsertCredential(credential(`c${index}`, 'x'), context()),
        ),
      );
      expect(core.journal.calls({ template: 'TOKEN' })).toHaveLength(2);
      expect(core.journal.calls({ template: 'C4', applied: true })).toHaveLength(20);
    },
  );

  it('within the envelope, too', async () => {
    const core = await start({ switches: { invalidTokenBody: 'envelope' } });
    const client = clientOf(core);
    await client.list(context());
    core.revokeTokens();
    await client.list(context());
    expect(core.journal.calls({ template: 'TOKEN' })).toHaveLength(2);
  });

  it('that die before their time', async () => {
    const core = await start({ switches: { tokenLifetimeSeconds: 0 } });
    await expect(clientOf(core).list(context())).rejects.toMatchObject({
      fault: { operation: 'List', signal: 'invalidSignature' },
    });
    expect(core.journal.calls({ template: 'TOKEN' })).toHaveLength(2);
  });
});

describe('D13: a clock that is an hour off', () => {
  it.each([3_600_000, -3_600_000])('by %i ms: OAuth 1.0a follows PAM', async (offMs) => {
    const core = await start();
    const clock = { monotonicMs: () => performance.now(), now: () => new Date(Date.now() + offMs) };
    const client = clientOf(core, 'HMAC-SHA1', { clock });
    await client.list(context());
    await client.list(context());
    expect(core.journal.calls({ template: 'C1' })).toHaveLength(3);
    expect(Math.abs((client.clockSkewMs ?? 0) + offMs)).toBeLessThan(5_000);
  });
});
