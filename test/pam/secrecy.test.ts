import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { PamClient } from '../../src/core/pam-call.ts';
import { PamError } from '../../src/core/pam-fault.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import type { PamConnectionSettings } from '../../src/pam/pam-connection-settings.ts';
import { selfSignedCertificate } from '../support/pam-core/self-signed-certificate.ts';
import {
  canary,
  clientFor,
  context,
  type Reply,
  sendJson,
  startLoopbackPam,
  stopAll,
} from './loopback-pam.ts';

afterEach(stopAll);

/** Every value that must never be seen again holds this. */
const secret = (name: string) => new SecretText(`${name}-${canary}`);

const spec = {
  username: `user-${canary}`,
  device: { hostname: `host-${canary}`, ip: '10.0.0.1' },
  additionalSettings: { totpSecretRef: { name: 's', key: 'k' } },
};

const oauth1: PamConnectionSettings['auth'] = {
  type: 'oauth1',
  consumerKey: `ck-${canary}`,
  consumerSecret: secret('cs'),
  tokenKey: `tk-${canary}`,
  tokenSecret: secret('ts'),
  signatureMethod: 'HMAC-SHA1',
};

async function errorOf(client: PamClient, signal?: AbortSignal): Promise<unknown> {
  const upsert = {
    identifier: 'x',
    spec,
    content: secret('content'),
    additionalSecrets: { totp: secret('totp'), fields: new Map<string, SecretText>() },
  };
  const more = signal === undefined ? {} : { signal };
  return await client.upsertCredential(upsert, context(more)).then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error,
  );
}

/** Every way in which a logger, a test or a crash prints an error. */
function printed(error: unknown): string {
  const everything = {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    getters: true,
    maxArrayLength: null,
  };
  return [inspect(error, everything), JSON.stringify(error), String(error), `${(error as Error).stack}`].join(
    '\n',
  );
}

function expectBare(error: unknown): void {
  expect(error).toBeInstanceOf(PamError);
  expect((error as Error).cause).toBeUndefined();
  expect(Object.getOwnPropertyNames(error).sort()).toEqual(['fault', 'message', 'name', 'stack']);
  expect(printed(error)).not.toContain(canary);
  expect(printed(error)).not.toContain('127.0.0.1');
  expect(printed(error)).not.toContain('Bearer');
}

/** Sends back whatever it was sent, as error pages of web servers do. */
const echo: Reply = (seen, response) =>
  sendJson(response, 400, { response: { message: `${JSON.stringify(seen)}`, error: true }, echo: seen });

const replies: { because: string; reply: Reply }[] = [
  { because: 'the request is echoed', reply: echo },
  {
    because: 'the request is echoed as HTML',
    reply: (seen, response) => response.end(`<pre>${JSON.stringify(seen)}</pre>`),
  },
  {
    because: 'the request is echoed with a number',
    reply: (seen, response) =>
      sendJson(response, 400, { response: { message: `1011: ${seen.body}`, error: true } }),
  },
  { because: 'a server fault', reply: (_seen, response) => sendJson(response, 500, {}) },
  {
    because: 'a redirect that repeats the request',
    reply: (seen, response) =>
      sendJson(response, 302, {}, { location: `/x?${encodeURIComponent(seen.body)}` }),
  },
  { because: 'the connection is reset', reply: (_seen, response) => response.destroy() },
  {
    because: 'the answer breaks off',
    reply: (_seen, response) => {
      response.writeHead(200, { 'content-length': 99 });
      response.write('{');
      setTimeout(() => response.destroy(), 20);
    },
  },
  { because: 'no answer', reply: () => {} },
];

describe.each([
  { auth: 'OAuth 2.0', more: {} },
  { auth: 'OAuth 1.0a', more: { auth: oauth1 } },
])('an error with $auth holds nothing of the call', ({ more }) => {
  const settings = { ...more, timeouts: { connectMs: 300, requestMs: 300, inventoryMs: 300 } };

  it.each(replies)('$because', async ({ reply }) => {
    const pam = await startLoopbackPam();
    pam.reply = reply;
    expectBare(await errorOf(clientFor(pam.url, settings)));
  });

  it('nobody listens', async () => {
    const pam = await startLoopbackPam();
    await pam.stop();
    expectBare(await errorOf(clientFor(pam.url, settings)));
  });

  it('the caller ends it', async () => {
    const pam = await startLoopbackPam();
    const caller = new AbortController();
    pam.reply = () => caller.abort(new Error(`reason-${canary}`));
    expectBare(await errorOf(clientFor(pam.url, settings), caller.signal));
  });

  it('the certificate is refused', async () => {
    const pam = await startLoopbackPam(selfSignedCertificate());
    expectBare(await errorOf(clientFor(pam.url, settings)));
  });

  it('the proxy is not there, its password is in its address', async () => {
    const pam = await startLoopbackPam(selfSignedCertificate());
    expectBare(
      await errorOf(clientFor(pam.url, { ...settings, proxyUrl: `http://u:p-${canary}@127.0.0.1:1` })),
    );
  });
});

it.each(replies)('an error of the token call holds nothing of it: $because', async ({ reply }) => {
  const pam = await startLoopbackPam();
  pam.tokenReply = reply;
  const error = await errorOf(
    clientFor(pam.url, { timeouts: { connectMs: 300, requestMs: 300, inventoryMs: 300 } }),
  );
  expectBare(error);
  expect((error as PamError).fault.operation).toBe('Token');
});

it('a client prints none of its settings', async () => {
  const pam = await startLoopbackPam();
  for (const client of [clientFor(pam.url), clientFor(pam.url, { auth: oauth1 })]) {
    expect(printed(client)).not.toContain(canary);
  }
});
