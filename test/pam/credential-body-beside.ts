import { expect } from 'vitest';
import type { PamCredentialSpec } from '../../src/api/pam-credential.gen.ts';
import type { CredentialUpsert } from '../../src/core/pam-call.ts';
import { credentialBody } from '../../src/pam/credential-body.ts';

export const device = { hostname: 'w2016', ip: '10.66.33.15' };
const always = { identifier: 'prod_a_b', username: 'root', hostname: 'w2016', ip: '10.66.33.15' };

/** What a credential's body holds beside the four members that are always sent. */
export function beside(spec: Partial<PamCredentialSpec>, more: Partial<CredentialUpsert> = {}): unknown {
  const body = credentialBody({
    identifier: 'prod_a_b',
    spec: { username: 'root', device, ...spec },
    ...more,
  });
  const { identifier, username, hostname, ip, ...rest } = body;
  expect({ identifier, username, hostname, ip }).toEqual(always);
  return JSON.parse(JSON.stringify(rest));
}
