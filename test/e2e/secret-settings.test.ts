import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeCredentials } from './credential-probe.ts';
import { credential, DEVICES, type Stage, secret, startStage } from './stage.ts';

/**
 * `additionalSettings` with secret parts follow the rules of the password with digests of their own: what of the two
 * each POST carried is counted in PAM's journal.
 */
const [device] = DEVICES;
const KEPT = ['existing-secret', 'existing-block'] as const;
const HELD = ['rotated-secret', 'rotated-block'] as const;

let stage: Stage;
const { posts, inPam, baseline, rotate, forceSync } = probeCredentials(() => stage);

beforeAll(async () => {
  stage = await startStage({
    args: ['--baseline-delay-seconds', '1'],
    seed: ({ store }) => {
      for (const name of KEPT)
        store.seedCredential({
          identifier: `test_team-a_${name}`,
          username: `svc-${name}`,
          hostname: device?.hostname ?? '',
          ip: device?.ip ?? '',
          content: 'theirs',
          settings: { additional_settings: { secret_key: 'theirs' } },
        });
    },
  });
  const names = ['created', ...KEPT, ...HELD];
  await stage.apply(
    ...names.flatMap((name) => [
      secret(name, { password: `one-${name}` }),
      ...seeds(name, 'SEEDONE'),
      credential(name, { additionalSettings: settingsOf(name) }),
    ]),
  );
  for (const name of names) await baseline(name);
});
afterAll(() => stage?.stop());

/** Secrets of the settings, apart from that of the password. */
function seeds(name: string, seed: string): object[] {
  return [secret(`${name}-seed`, { totp: seed }), secret(`${name}-pin`, { pin: '1234' })];
}

function settingsOf(name: string, notes = 'one'): object {
  return {
    notes,
    totpSecretRef: { name: `${name}-seed`, key: 'totp' },
    authenticationFields: [
      { name: 'PIN', shortName: 'pin', valueFrom: { secretRef: { name: `${name}-pin`, key: 'pin' } } },
    ],
  };
}

interface Sent {
  readonly posts: number;
  readonly withPassword: number;
  readonly withSettings: number;
}

function sent(name: string): Sent {
  const all = posts(name);
  return {
    posts: all.length,
    withPassword: all.filter(({ body }) => 'content' in body).length,
    withSettings: all.filter(({ body }) => 'additional_settings' in body).length,
  };
}

const settingsInPam = (name: string) => inPam(name)?.settings.additional_settings;

/** The newest change has arrived in PAM, and the status says that nothing is left to do. */
async function reaches(name: string, expected: Sent): Promise<void> {
  await stage.eventually(
    () => sent(name).posts,
    (count) => count >= expected.posts,
    `a POST of ${name}`,
  );
  await stage.eventually(
    () => stage.credential(name),
    ({ status }) => status?.pending === undefined && status?.lastError === undefined,
    `${name} at rest`,
  );
  await stage.reason('pamcredential', name, 'Synced');
  expect(sent(name)).toEqual(expected);
}

const patchSpec = (name: string, spec: object) => stage.patch('pamcredential', name, { spec });

describe('a record of our own', () => {
  const name = 'created';

  it('is created with the password and the settings in one POST', async () => {
    await reaches(name, { posts: 1, withPassword: 1, withSettings: 1 });
    expect(settingsInPam(name)).toMatchObject({ secret_key: 'SEEDONE', notes: 'one' });
  });

  it.each([
    {
      because: 'a changed password goes without the settings',
      act: () => stage.apply(secret(name, { password: 'two' })),
      expected: { posts: 2, withPassword: 2, withSettings: 1 },
    },
    {
      because: 'a changed seed of one-time passwords goes without the password',
      act: () => stage.apply(...seeds(name, 'SEEDTWO')),
      expected: { posts: 3, withPassword: 2, withSettings: 2 },
    },
    {
      because: 'a changed value of an authentication field does too',
      act: () => stage.apply(secret(`${name}-pin`, { pin: '5678' })),
      expected: { posts: 4, withPassword: 2, withSettings: 3 },
    },
    {
      because: 'a change of the block alone does too',
      act: () => patchSpec(name, { additionalSettings: settingsOf(name, 'two') }),
      expected: { posts: 5, withPassword: 2, withSettings: 4 },
    },
    {
      because: 'an edit of another field goes without both',
      act: () => patchSpec(name, { tags: ['edited'] }),
      expected: { posts: 6, withPassword: 2, withSettings: 4 },
    },
    {
      because: 'Secrets that are touched, a restart and then an edit: only the edit goes',
      act: async () => {
        for (const touched of [name, `${name}-seed`, `${name}-pin`])
          await stage.patch('secret', touched, { metadata: { labels: { touched: 'yes' } } });
        await stage.restartOperator();
        await patchSpec(name, { tags: ['edited', 'again'] });
      },
      expected: { posts: 7, withPassword: 2, withSettings: 4 },
    },
  ])('$because', async ({ act, expected }) => {
    await act();
    await reaches(name, expected);
  });

  it('has in the end what the Secrets and the spec say', () => {
    expect(inPam(name)?.content).toBe('two');
    expect(settingsInPam(name)).toMatchObject({ secret_key: 'SEEDTWO', notes: 'two' });
    expect(JSON.stringify(settingsInPam(name))).toContain('5678');
  });
});

describe('a record that existed already', () => {
  it.each(KEPT)('keeps its settings as it keeps its password: %s', async (name) => {
    await reaches(name, { posts: 1, withPassword: 0, withSettings: 0 });
    expect(inPam(name)?.content).toBe('theirs');
    expect(settingsInPam(name)).toEqual({ secret_key: 'theirs' });
    const { status } = await stage.credential(name);
    expect(status?.content?.state).toBe('Kept');
    expect(status?.content?.fields?.map(({ state }) => state)).toEqual(['Kept', 'Kept', 'Kept']);
  });

  it.each([
    {
      because: 'one of their Secrets changes',
      name: 'existing-secret',
      act: () => stage.apply(...seeds('existing-secret', 'SEEDTWO')),
      inPam: { secret_key: 'SEEDTWO', notes: 'one' },
    },
    {
      because: 'the block changes',
      name: 'existing-block',
      act: () => patchSpec('existing-block', { additionalSettings: settingsOf('existing-block', 'two') }),
      inPam: { secret_key: 'SEEDONE', notes: 'two' },
    },
  ])('takes the settings, not the password, when $because', async ({ name, act, inPam: settings }) => {
    await act();
    await reaches(name, { posts: 2, withPassword: 0, withSettings: 1 });
    expect(settingsInPam(name)).toMatchObject(settings);
    expect(inPam(name)?.content).toBe('theirs');
  });
});

describe('a record that PAM rotated', () => {
  const created = { posts: 1, withPassword: 1, withSettings: 1 };
  const one = { secret_key: 'SEEDONE', notes: 'one' };

  it.each([
    {
      because: 'one of their Secrets changes',
      name: 'rotated-secret',
      act: () => stage.apply(...seeds('rotated-secret', 'SEEDTWO')),
      back: () => stage.apply(...seeds('rotated-secret', 'SEEDONE')),
      inPam: { secret_key: 'SEEDTWO', notes: 'one' },
    },
    {
      because: 'the block changes',
      name: 'rotated-block',
      act: () => patchSpec('rotated-block', { additionalSettings: settingsOf('rotated-block', 'two') }),
      back: () => patchSpec('rotated-block', { additionalSettings: settingsOf('rotated-block') }),
      inPam: { secret_key: 'SEEDONE', notes: 'two' },
    },
  ])('holds the settings back when $because', async ({ name, act, back, inPam: settings }) => {
    rotate(name);
    await act();
    await stage.reason('pamcredential', name, 'RotatedElsewhere');
    expect(sent(name)).toEqual(created);

    // Other fields go on, without what is held.
    await patchSpec(name, { tags: ['edited'] });
    await stage.eventually(
      () => sent(name).posts,
      (count) => count === 2,
      'the edit',
    );
    await stage.reason('pamcredential', name, 'RotatedElsewhere');
    expect(sent(name)).toEqual({ ...created, posts: 2 });
    expect(settingsInPam(name)).toMatchObject(one);

    await back();
    await reaches(name, { ...created, posts: 2 });
    const { status } = await stage.credential(name);
    expect(status?.content?.fields?.map(({ state }) => state)).toEqual(['Pushed', 'Pushed', 'Pushed']);
    await baseline(name);
    const rotated = rotate(name);
    await act();
    await stage.reason('pamcredential', name, 'RotatedElsewhere');
    expect(sent(name)).toEqual({ ...created, posts: 2 });
    expect(inPam(name)?.content).toBe(rotated);

    await forceSync(name, 'now');
    await stage.eventually(
      () => stage.credential(name),
      ({ status }) => status?.lastHandledForceSync === 'now',
      'the force-sync',
    );
    await stage.reason('pamcredential', name, 'Synced');
    expect(settingsInPam(name)).toMatchObject(settings);
    expect(inPam(name)?.content).toBe(`one-${name}`);
  });
});
