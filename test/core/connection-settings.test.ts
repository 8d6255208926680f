import { describe, expect, it } from 'vitest';
import type { PamConnectionSpec } from '../../src/api/pam-connection.gen.ts';
import {
  authSecretName,
  type ConnectionMaterial,
  connectionSettings,
} from '../../src/core/connection-settings.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const spec: PamConnectionSpec = {
  url: 'https://pam.example.com',
  identifierPrefix: 'prod',
  auth: { oauth2: { secretName: 'login' } },
};
const oauth1: Partial<PamConnectionSpec> = { auth: { oauth1: { secretName: 'login1' } } };
const oauth1Values = { consumerKey: 'ck', consumerSecret: 'cs', tokenKey: 'tk', tokenSecret: 'ts' };
const given = (
  values: Record<string, string>,
  more: Partial<ConnectionMaterial> = {},
): ConnectionMaterial => ({
  secret: new Map(Object.entries(values).map(([name, value]) => [name, bytes(value)])),
  allowedHosts: [],
  leaseDurationSeconds: 15,
  ...more,
});
const login = { clientId: 'id', clientSecret: 'secret' };

function settings(more: Partial<PamConnectionSpec> = {}, material = given(login)) {
  return connectionSettings({ ...spec, ...more }, material);
}

describe('the settings of a connection', () => {
  it('are the defaults where the spec is silent', () => {
    expect(settings()).toMatchObject({
      url: 'https://pam.example.com',
      apiPrefix: '/api',
      auth: { type: 'oauth2', clientId: 'id' },
      timeouts: { connectMs: 3000, requestMs: 10_000, inventoryMs: 30_000 },
      limits: { maxInFlight: 8, requestsPerSecond: 20, burst: 40 },
    });
  });

  const rows: {
    because: string;
    more?: Partial<PamConnectionSpec>;
    material?: ConnectionMaterial;
    expected: object;
  }[] = [
    {
      because: 'what the spec says goes',
      more: {
        apiPrefix: '/iso',
        tenant: 't',
        referer: 'https://op.example.com',
        proxyUrl: 'http://proxy:3128',
        timeouts: { connectSeconds: 1, requestSeconds: 9 },
        limits: { maxInFlight: 2 },
      },
      expected: {
        apiPrefix: '/iso',
        tenant: 't',
        referer: 'https://op.example.com',
        proxyUrl: 'http://proxy:3128',
        timeouts: { connectMs: 1000, requestMs: 9000, inventoryMs: 30_000 },
        limits: { maxInFlight: 2, requestsPerSecond: 20, burst: 40 },
      },
    },
    { because: 'a CA of the spec', more: { caBundle: 'PEM' }, expected: { ca: 'PEM' } },
    {
      because: 'a CA of the ConfigMap',
      material: given(login, { caBundle: 'PEM2' }),
      expected: { ca: 'PEM2' },
    },
    {
      because: 'a final newline in a login is never meant',
      material: given({ clientId: 'id\n', clientSecret: 's\r\n' }),
      expected: { auth: { clientId: 'id' } },
    },
    {
      because: 'OAuth 1.0a, HMAC-SHA1',
      more: oauth1,
      material: given(oauth1Values),
      expected: { auth: { type: 'oauth1', consumerKey: 'ck', tokenKey: 'tk', signatureMethod: 'HMAC-SHA1' } },
    },
    {
      because: 'OAuth 1.0a, HMAC-SHA256',
      more: { auth: { oauth1: { secretName: 's', signatureMethod: 'HMAC-SHA256' } } },
      material: given(oauth1Values),
      expected: { auth: { signatureMethod: 'HMAC-SHA256' } },
    },
    {
      because: 'a token address on the same host',
      more: { tokenUrl: 'https://PAM.example.com/iso/oauth2/token' },
      expected: { tokenUrl: 'https://PAM.example.com/iso/oauth2/token' },
    },
    {
      because: 'the same host with its own port',
      more: { tokenUrl: 'https://pam.example.com:443/token' },
      expected: {},
    },
    {
      because: 'another host that the Secret allows',
      more: { tokenUrl: 'https://sso.example.com/token' },
      material: given(login, { allowedHosts: ['SSO.example.com'] }),
      expected: {},
    },
    {
      because: 'a request that ends 5 s before the Lease',
      more: { timeouts: { requestSeconds: 10 } },
      expected: {},
    },
  ];
  it.each(rows)('$because', ({ more, material, expected }) => {
    const result = settings(more, material);
    expect('failure' in result).toBe(false);
    expect(result).toMatchObject(expected);
  });

  const refused: {
    because: string;
    more?: Partial<PamConnectionSpec>;
    material?: ConnectionMaterial;
    reason: string;
    message: RegExp;
  }[] = [
    {
      because: 'a key is missing',
      material: given({ clientId: 'id' }),
      reason: 'SecretKeyNotFound',
      message: /Secret login of the connection has no key `clientSecret`/,
    },
    {
      because: 'a key of OAuth 1.0a is missing',
      more: oauth1,
      material: given(login),
      reason: 'SecretKeyNotFound',
      message: /Secret login1 of the connection has no key `consumerKey`/,
    },
    {
      because: 'a value is empty',
      material: given({ ...login, clientSecret: '' }),
      reason: 'SecretValueInvalid',
      message: /key `clientSecret` is empty/,
    },
    {
      because: 'a request could outlive the Lease',
      more: { timeouts: { requestSeconds: 11 } },
      reason: 'InvalidSettings',
      message: /at most 10 is safe\. Lower it/,
    },
    {
      because: 'the token address is on another host',
      more: { tokenUrl: 'https://sso.example.com/token' },
      reason: 'InvalidSettings',
      message: /another host \(sso\.example\.com\).*Secret login/,
    },
    {
      because: 'another port is another host',
      more: { tokenUrl: 'https://pam.example.com:8443/token' },
      reason: 'InvalidSettings',
      message: /pam\.example\.com:8443/,
    },
    {
      because: 'a host that only begins the same',
      more: { tokenUrl: 'https://pam.example.com.evil.test/token' },
      material: given(login, { allowedHosts: ['sso.example.com'] }),
      reason: 'InvalidSettings',
      message: /evil/,
    },
  ];
  it.each(refused)('are refused: $because', ({ more, material, reason, message }) => {
    const result = settings(more, material);
    if (!('failure' in result)) throw new Error('accepted');
    expect(result.failure.reason).toBe(reason);
    expect(result.failure.message).toMatch(message);
    expect(result.failure.message).not.toContain('secret"');
  });

  it('print no secret', () => {
    expect(JSON.stringify(settings(oauth1, given(oauth1Values)))).not.toMatch(/"cs"|"ts"/);
    expect(JSON.stringify(settings())).not.toContain('"secret"');
  });

  it('name the Secret', () => {
    expect([authSecretName(spec), authSecretName({ ...spec, ...oauth1 } as PamConnectionSpec)]).toEqual([
      'login',
      'login1',
    ]);
  });
});
