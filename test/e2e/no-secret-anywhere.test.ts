import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aKeyPair } from '../support/a-key-pair.ts';
import { credential, NAMESPACE, type Stage, secret, sshKey, startStage } from './stage.ts';

/**
 * Canaries: every secret value that the operator handles is planted, PAM misbehaves in every way that could bring one
 * back (echoed requests, HTML, truncated answers), and then everything that anybody can read is searched. Names of
 * Secrets are no secrets: messages name them, so that a user finds the one that is meant.
 */
let stage: Stage;
const password = 'c4nary-Passw0rd-Äx/+7';
const totp = 'C4NARYTOTPSEEDC4NARYTOTPSEED';
const pin = 'c4nary-pin-918273';
const passphrase = 'c4nary-passphrase-5566';
const pair = aKeyPair();

beforeAll(async () => {
  stage = await startStage({
    args: ['--backoff-base-seconds', '1', '--backoff-max-seconds', '2'],
  });
});
afterAll(() => stage.stop());

/** The forms in which a value might slip through. */
function forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((pad) =>
    Buffer.concat([Buffer.alloc(pad), bytes])
      .toString('base64')
      .slice(pad === 0 ? 0 : 4, -4),
  );
  const digests = ['md5', 'sha1', 'sha256', 'sha512'].flatMap((name) => [
    createHash(name).update(bytes).digest('hex'),
    createHash(name).update(bytes).digest('base64'),
  ]);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('hex'),
    ...base64,
    ...digests,
  ].filter((form) => form.length >= 8);
}

it('leaves no secret in logs, resources, events, metrics or health answers', async () => {
  const { pam } = stage;
  const values = { password, totp, pin };
  for (const kind of [
    'echo-request',
    'bad-gateway-html',
    'truncated-json',
    'html-200',
    'empty-body',
    'error-in-success',
  ] as const) {
    // An error in a success is a refusal that only a change heals: not on the writes, or this would take an hour.
    const paths =
      kind === 'error-in-success' ? (['C1', 'TOKEN'] as const) : (['C4', 'K1', 'C1', 'TOKEN'] as const);
    for (const path of paths) pam.faults.add({ kind, match: { path, times: 1 } });
  }
  await stage.apply(
    secret('canary', values),
    secret('canary-key', { 'ssh-privatekey': pair.privateKey }),
    secret('wrong', { 'ssh-privatekey': `${pair.privateKey.slice(0, 120)}broken`, passphrase }),
    secret('newline', { password: `${password}\n` }),
    credential('canary', {
      enabled: true,
      additionalSettings: {
        totpSecretRef: { name: 'canary', key: 'totp' },
        authenticationFields: [
          { name: 'Pin', shortName: 'pin', valueFrom: { secretRef: { name: 'canary', key: 'pin' } } },
        ],
      },
    }),
    sshKey('canary-key', { enabled: true }),
    sshKey('wrong', { passphrase: { secretRef: { name: 'wrong', key: 'passphrase' } } }),
    credential('newline'),
  );
  await stage.reason('pamsshkey', 'wrong', 'KeyPairInvalid');
  await stage.reason('pamcredential', 'newline', 'SecretValueInvalid');
  await stage.reason('pamsshkey', 'canary-key', 'Synced');
  await stage.reason('pamcredential', 'canary', 'Synced');
  expect(pam.store.credential('test_team-a_canary')?.content).toBe(password);
  pam.faults.clear();
  pam.revokeTokens();
  await stage.apply(secret('canary', { ...values, password: `${password}2` }));
  await stage.eventually(
    () => pam.store.credential('test_team-a_canary')?.content,
    (content) => content === `${password}2`,
    'the new password',
  );
  await stage.reason('pamcredential', 'canary', 'Synced');

  const operator = stage.operator();
  const seen = [
    ['log', stage.output()],
    ['resources', await stage.kubectl('get', 'pam', '-A', '-o', 'yaml', '--show-managed-fields')],
    ['events', await stage.kubectl('get', 'events', '-A', '-o', 'yaml', '--show-managed-fields')],
    ['leases and config maps', await stage.kubectl('get', 'leases,configmaps', '-A', '-o', 'yaml')],
    ['metrics', await (await fetch(`${operator.metricsUrl}/metrics`)).text()],
    ['health', await (await fetch(`${operator.healthUrl}/livez?verbose`)).text()],
  ] as const;
  const installKey = (
    await stage.kubectl(
      'get',
      'secret',
      'pam-operator-install-key',
      '-n',
      'pam-operator',
      '-o',
      'jsonpath={.data.key}',
    )
  ).trim();
  const keyLines = pair.privateKey.split('\n').filter((line) => line.length > 40);
  const canaries = [
    password,
    totp,
    pin,
    passphrase,
    pam.oauth2.clientSecret,
    installKey,
    Buffer.from(installKey, 'base64').toString('hex'),
    ...keyLines,
  ];
  for (const [where, text] of seen) {
    expect(text.length, where).toBeGreaterThan(0);
    for (const canary of canaries) {
      for (const form of forms(canary))
        expect(text.includes(form), `${where} holds a form of a canary`).toBe(false);
    }
    expect(text, where).not.toMatch(/Bearer [A-Za-z0-9]/);
    expect(text, where).not.toContain('oauth_signature');
  }
  const message = (await stage.reason('pamcredential', 'newline', 'SecretValueInvalid')).status
    ?.conditions?.[0]?.message;
  expect(message).toContain(`Secret ${NAMESPACE}/newline`);
  // The search finds what is there: in the Secrets themselves.
  const secrets = await stage.kubectl('get', 'secrets', '-A', '-o', 'yaml');
  for (const canary of [`${password}2`, totp, pin, passphrase, pair.privateKey])
    expect(
      forms(canary).some((form) => secrets.includes(form)),
      'a canary in its Secret',
    ).toBe(true);
});
