import { describe, expect, it } from 'vitest';
import { compareApplied } from '../../src/core/applied-spec.ts';
import {
  aCredential,
  aKey,
  INSTALL_KEY,
  OTHER_INSTALL_KEY,
  type ResourceStory,
} from '../support/situation/a-resource.ts';

const credential = aCredential().withSecret('a').withTotp('t').known('152');
const key = aKey().withSecret('k').known('92');

describe('the applied spec', () => {
  const rows: { because: string; story: ResourceStory; expected: string }[] = [
    { because: 'unchanged', story: credential, expected: 'same' },
    { because: 'never applied', story: aCredential(), expected: 'different' },
    ...['enabled', 'suspend', 'deletionPolicy', 'adoptionPolicy', 'connection', 'identifier'].map(
      (field) => ({
        because: `\`${field}\` is not sent`,
        story: credential.spec({ [field]: 'x' }),
        expected: 'same',
      }),
    ),
    {
      because: 'the source of the password has a digest of its own',
      story: credential.spec({ content: undefined }),
      expected: 'same',
    },
    {
      because: 'secret settings have one too',
      story: credential.withTotp('t', { notes: 'n' }),
      expected: 'same',
    },
    {
      because: 'settings without secret parts are sent',
      story: aCredential()
        .known('1')
        .spec({ additionalSettings: { notes: 'n' } }),
      expected: 'different',
    },
    ...[
      'username',
      'additional',
      'tags',
      'credentialType',
      'domain',
      'parentRef',
      'parentId',
      'executionSettings',
      'sessionSettings',
      'jitSettings',
      'device',
    ].map((field) => ({
      because: `\`${field}\` is sent`,
      story: credential.spec({ [field]: ['other'] }),
      expected: 'different',
    })),
    {
      because: 'a field set to nothing is not the same as absent',
      story: credential.spec({ additional: '' }),
      expected: 'different',
    },
    ...['enabled', 'suspend', 'deletionPolicy', 'adoptionPolicy', 'push', 'passphrase'].map((field) => ({
      because: `\`${field}\` of a key is not sent as such`,
      story: key.spec({ [field]: 'x' }),
      expected: 'same',
    })),
    ...['username', 'keyName', 'tags', 'devices', 'device'].map((field) => ({
      because: `\`${field}\` of a key is sent`,
      story: key.spec({ [field]: ['other'] }),
      expected: 'different',
    })),
    {
      because: 'a public key as text is sent',
      story: key.spec({ publicKey: { value: 'ssh-ed25519 AAAA' } }),
      expected: 'different',
    },
  ];
  it.each(rows)('$because', ({ story, expected }) => {
    expect(compareApplied(story.resource(), INSTALL_KEY)).toBe(expected);
  });

  it('of another install key is unknown', () => {
    expect(compareApplied(credential.resource(), OTHER_INSTALL_KEY)).toBe('unknown');
  });
});
