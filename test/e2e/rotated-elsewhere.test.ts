import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeCredentials } from './credential-probe.ts';
import { NAMESPACE, type Stage, secret, startStage } from './stage.ts';

/** D1: a changed Secret waits where PAM or a person has changed the record since the last push. */
let stage: Stage;
const { pushes, inPam, ready, inSync, baseline, setSecret, forceSync, rotate } = probeCredentials(
  () => stage,
);

beforeAll(async () => {
  stage = await startStage({ args: ['--baseline-delay-seconds', '1'] });
});
afterAll(() => stage?.stop());

/** What must not happen needs a while to be believed. */
const aWhile = (ms = 1500) => new Promise((resolve) => setTimeout(resolve, ms));

describe('D1 a record that PAM rotated', () => {
  let rotated: string | undefined;

  it('is kept from a changed Secret, and the resource says so with an event', async () => {
    await inSync('held', { enabled: true });
    await baseline('held');
    rotated = rotate('held');
    await setSecret('held', 'two');
    const { metadata } = await stage.reason('pamcredential', 'held', 'RotatedElsewhere');
    expect(await ready('held')).toMatchObject({ status: 'False' });
    expect((await ready('held'))?.message).toContain('the new value of the Secret is held back');
    const field = `--field-selector=regarding.name=held,reason=RotatedElsewhere`;
    await stage.eventually(
      () => stage.kubectl('get', 'events.events.k8s.io', '-n', NAMESPACE, field, '-o', 'name'),
      (names) => names.trim().split('\n').length === 1 && names.includes('event'),
      `one event of ${metadata.name}`,
    );
  });

  it('takes updates without content and toggles meanwhile, which do not end the hold', async () => {
    await stage.patch('pamcredential', 'held', { spec: { tags: ['edited'], enabled: false } });
    await stage.eventually(
      () => inPam('held'),
      (record) => record?.enabled === false && JSON.stringify(record.fields).includes('edited'),
      'the edit and the disable',
    );
    await stage.reason('pamcredential', 'held', 'RotatedElsewhere');
    await aWhile(2500);
    expect((await ready('held'))?.reason).toBe('RotatedElsewhere');
    expect(inPam('held')?.content).toBe(rotated);
    expect(pushes('held')).toBe(1);
  });

  it('is in sync again when the Secret is back at the pushed value', async () => {
    await setSecret('held', 'one-held');
    await stage.reason('pamcredential', 'held', 'Synced');
    expect(inPam('held')?.content).toBe(rotated);
    expect((await stage.credential('held')).status?.content?.state).toBe('Pushed');
  });

  it('takes the value of the Secret by a force-sync', async () => {
    await baseline('held');
    await aWhile(1000);
    rotate('held');
    await setSecret('held', 'three');
    await stage.reason('pamcredential', 'held', 'RotatedElsewhere');
    await forceSync('held', 'now');
    await stage.reason('pamcredential', 'held', 'Synced');
    expect(inPam('held')?.content).toBe('three');
  });

  it('is in sync again when the spec names the Secret of the pushed value again, and free for its next change', async () => {
    const refersTo = (name: string) => ({ content: { secretRef: { name, key: 'password' } } });
    await stage.apply(secret('other-source', { password: 'other' }));
    await inSync('referring');
    await baseline('referring');
    const first = rotate('referring');
    await stage.patch('pamcredential', 'referring', { spec: refersTo('other-source') });
    await stage.reason('pamcredential', 'referring', 'RotatedElsewhere');
    // Our own edit makes the record as it is now the one to compare with.
    await stage.patch('pamcredential', 'referring', {
      spec: { ...refersTo('referring'), tags: ['edited'] },
    });
    await stage.reason('pamcredential', 'referring', 'Synced');
    expect((await stage.credential('referring')).status?.content?.state).toBe('Pushed');
    expect(inPam('referring')?.content).toBe(first);
    await baseline('referring');
    await setSecret('referring', 'two');
    await stage.eventually(
      () => inPam('referring')?.content,
      (content) => content === 'two',
      'the next password',
    );
  });
});

describe('D1 a changed Secret under another policy', () => {
  const rows = [
    {
      name: 'override',
      because: '`Override` pushes all the same',
      spec: { content: { secretRef: { name: 'override', key: 'password' }, push: 'Override' } },
      rotates: true,
      reason: 'Synced',
      pushed: true,
    },
    {
      name: 'once',
      because: '`Once` never pushes again',
      spec: { content: { secretRef: { name: 'once', key: 'password' }, push: 'Once' } },
      rotates: true,
      reason: 'Synced',
      pushed: false,
    },
    {
      name: 'automatic',
      because: 'a record that PAM rotates by itself is held without any rotation so far',
      spec: { executionSettings: { automaticChange: true, useOwnCredentialToConnect: true } },
      rotates: false,
      reason: 'RotatedElsewhere',
      pushed: false,
    },
  ];
  const before = new Map<string, string | null | undefined>();

  beforeAll(async () => {
    for (const { name, spec } of rows) await inSync(name, spec);
    await aWhile(1200);
    for (const { name, rotates } of rows) {
      if (rotates) rotate(name);
      before.set(name, inPam(name)?.content);
    }
    for (const { name } of rows) await setSecret(name, 'two');
    await aWhile();
  });

  it.each(rows)('$because', async ({ name, reason, pushed }) => {
    if (pushed)
      await stage.eventually(
        () => inPam(name)?.content,
        (content) => content === 'two',
        'the push',
      );
    await stage.reason('pamcredential', name, reason);
    expect(inPam(name)?.content).toBe(pushed ? 'two' : before.get(name));
    expect(pushes(name)).toBe(pushed ? 2 : 1);
  });
});
