import type { PamSshKeySpec } from '../../src/api/pam-ssh-key.gen.ts';
import type { CredentialUpsert, KeyUpsert, PamClient } from '../../src/core/pam-call.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import type { PamConnectionSettings } from '../../src/pam/pam-connection-settings.ts';
import { type PamCore, type PamCoreOptions, startPamCore } from '../support/pam-core/start-pam-core.ts';
import { clientFor, stopLater } from './loopback-pam.ts';

export type OAuth = 'OAuth 2.0' | 'HMAC-SHA1' | 'HMAC-SHA256';

/** The device that every simulator begins with. */
export const device = { hostname: 'w2016', ip: '10.66.33.15' };
const keySpec: PamSshKeySpec = { username: 'root', device, tags: ['a', 'b'], keyName: 'main' };

/** A simulator with one device, stopped by `stopAll`. */
export async function start(options: PamCoreOptions = {}): Promise<PamCore> {
  const core = await startPamCore({ devices: [device], ...options });
  stopLater(() => core.stop());
  return core;
}

export function authOf(core: PamCore, oauth: OAuth): PamConnectionSettings['auth'] {
  if (oauth === 'OAuth 2.0') {
    const { clientId, clientSecret } = core.oauth2;
    return { type: 'oauth2', clientId, clientSecret: new SecretText(clientSecret) };
  }
  const { consumerKey, consumerSecret, tokenKey, tokenSecret } = core.oauth1;
  return {
    type: 'oauth1',
    consumerKey,
    consumerSecret: new SecretText(consumerSecret),
    tokenKey,
    tokenSecret: new SecretText(tokenSecret),
    signatureMethod: oauth,
  };
}

export function clientOf(
  core: PamCore,
  oauth: OAuth = 'OAuth 2.0',
  more: Partial<PamConnectionSettings> = {},
): PamClient {
  const ca = core.caCertificate === undefined ? {} : { ca: core.caCertificate };
  return clientFor(core.url, { auth: authOf(core, oauth), ...ca, ...more });
}

export function credential(
  identifier: string,
  content?: string,
  more: Partial<CredentialUpsert> = {},
): CredentialUpsert {
  const secret = content === undefined ? {} : { content: new SecretText(content) };
  return { identifier, spec: { username: `user-${identifier}`, device }, ...secret, ...more };
}

export function key(identifier: string, more: Partial<KeyUpsert> = {}): KeyUpsert {
  return {
    identifier,
    spec: keySpec,
    privateKey: new SecretText('private\n'),
    publicKey: 'ssh-ed25519 AAAA',
    ...more,
  };
}
