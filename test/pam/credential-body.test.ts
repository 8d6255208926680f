import { describe, expect, it } from 'vitest';
import type { PamCredentialSpec } from '../../src/api/pam-credential.gen.ts';
import type { CredentialUpsert } from '../../src/core/pam-call.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { beside, device } from './credential-body-beside.ts';

describe('plain fields', () => {
  const rows: {
    because: string;
    spec: Partial<PamCredentialSpec>;
    more?: Partial<CredentialUpsert>;
    body: object;
  }[] = [
    { because: 'the least', spec: {}, body: {} },
    {
      because: 'fields of the operator alone are not sent',
      spec: {
        connection: 'c',
        identifier: 'x',
        enabled: true,
        suspend: true,
        deletionPolicy: 'Retain',
        adoptionPolicy: 'Adopt',
        content: { secretRef: { name: 's', key: 'k' } },
        parentRef: { name: 'p' },
      },
      body: {},
    },
    {
      because: 'content, as it is',
      spec: {},
      more: { content: new SecretText('"\\\n\u0000é€😀 -') },
      body: { content: '"\\\n\u0000é€😀 -' },
    },
    {
      because: 'texts',
      spec: { additional: 'a', credentialType: 'Local User', domain: 'd' },
      body: { additional: 'a', credential_type: 'Local User', domain: 'd' },
    },
    {
      because: 'tags joined by a comma without a space',
      spec: { tags: ['face', 'social'] },
      body: { tags: 'face,social' },
    },
    { because: 'an empty list is an empty text', spec: { tags: [] }, body: { tags: '' } },
    {
      because: 'an empty text is sent',
      spec: { additional: '', domain: '' },
      body: { additional: '', domain: '' },
    },
    { because: 'a parent as number', spec: {}, more: { parentId: '152' }, body: { parent_password: 152 } },
    {
      because: 'an even parent just above 2^53 as text, although a number would be exact here',
      spec: {},
      more: { parentId: '9007199254740994' },
      body: { parent_password: '9007199254740994' },
    },
    {
      because: 'a parent above 2^53 as text',
      spec: {},
      more: { parentId: '900719925474099312' },
      body: { parent_password: '900719925474099312' },
    },
    {
      because: 'a parent with a leading zero as text',
      spec: {},
      more: { parentId: '007' },
      body: { parent_password: '007' },
    },
    { because: 'no parent, said so', spec: {}, more: { parentId: '' }, body: { parent_password: '' } },
    { because: 'spec.parentId speaks through the upsert only', spec: { parentId: '9' }, body: {} },
    {
      because: 'the device: its type is `type`',
      spec: {
        device: {
          ...device,
          type: 'Server',
          vendor: 'Linux',
          model: 'Ubuntu',
          site: 'AWS',
          domains: ['testlab.com', 'demo.lab.com'],
          tags: ['t1', 't2'],
          connectivities: [
            { name: 'SSH', port: 22 },
            { name: 'HTTPS', port: 443 },
          ],
          loginExpression: 'SSH:EXPECT:FILL',
        },
      },
      body: {
        type: 'Server',
        vendor: 'Linux',
        model: 'Ubuntu',
        site: 'AWS',
        device_domain: 'testlab.com,demo.lab.com',
        device_tags: 't1,t2',
        connectivities: 'SSH:22,HTTPS:443',
        session_remote_config: 'SSH:EXPECT:FILL',
      },
    },
    {
      because: 'empty lists of the device',
      spec: { device: { ...device, domains: [], tags: [], connectivities: [] } },
      body: { device_domain: '', device_tags: '', connectivities: '' },
    },
  ];
  it.each(rows)('$because', ({ spec, more, body }) => {
    expect(beside(spec, more)).toEqual(body);
  });
});
