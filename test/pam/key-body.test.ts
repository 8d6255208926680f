import { expect, it } from 'vitest';
import type { PamSshKeySpec } from '../../src/api/pam-ssh-key.gen.ts';
import type { KeyUpsert } from '../../src/core/pam-call.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { keyBody } from '../../src/pam/key-body.ts';

const device = { hostname: 'w2016', ip: '10.66.33.15' };
const privateKey = new SecretText(
  '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n',
);
const always = {
  identifier: 'prod_a_b_key',
  private_key: privateKey.reveal(),
  public_key: 'ssh-ed25519 AAAA x',
};
const place = { hostname: 'w2016', ip: '10.66.33.15' };

const rows: { because: string; spec: PamSshKeySpec; more?: Partial<KeyUpsert>; body: object }[] = [
  { because: 'the least', spec: { device }, body: place },
  { because: 'without a device, as with a known id', spec: {}, body: {} },
  {
    because: 'fields of the operator alone are not sent',
    spec: {
      device,
      connection: 'c',
      id: '9',
      push: 'Once',
      suspend: true,
      enabled: false,
      privateKey: { secretRef: { name: 's', key: 'k' } },
    },
    body: place,
  },
  {
    because: 'everything',
    spec: {
      device,
      username: 'root',
      keyName: 'main',
      devices: [{ hostname: 'a' }, { hostname: 'b' }],
      tags: ['x', 'y'],
    },
    more: { passphrase: new SecretText('p'), enabled: true },
    body: {
      ...place,
      username: 'root',
      key_name: 'main',
      devices: [{ hostname: 'a' }, { hostname: 'b' }],
      tags: 'x,y',
      password: 'p',
      enabled: true,
    },
  },
  {
    because: 'created inactive',
    spec: { device },
    more: { enabled: false },
    body: { ...place, enabled: false },
  },
  {
    because: 'no additional devices and no tags, said so',
    spec: { device, devices: [], tags: [] },
    body: { ...place, devices: [], tags: '' },
  },
];

it.each(rows)('$because', ({ spec, more, body }) => {
  const upsert: KeyUpsert = {
    identifier: 'prod_a_b_key',
    spec,
    privateKey,
    publicKey: 'ssh-ed25519 AAAA x',
    ...more,
  };
  expect(keyBody(upsert)).toEqual({ ...always, ...body });
});
