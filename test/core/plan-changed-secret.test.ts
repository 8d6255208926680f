import { describe, expect, it } from 'vitest';
import {
  aCredential,
  aKey,
  DERIVED,
  DERIVED_KEY,
  OTHER_INSTALL_KEY,
} from '../support/situation/a-resource.ts';
import { anInventory, NOW } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const list = anInventory().with({ id: '152', identifier: DERIVED, change: 'c1' });
const keyList = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, change: 'c1' });
const known = aCredential().withSecret('a').known('152');
const settled = aCredential().withTotp('t').known('152');

describe('a changed Secret', () => {
  const changed = known.withSecret('b');
  itDecides([
    {
      because: 'it is pushed, with the intent before and a list that is younger than the change',
      resource: changed,
      list: list.sentAt(NOW - 5000),
      steps: ['intent at c1', `update ${DERIVED} with content`],
      asked: ['Secrets', 'list'],
    },
    {
      because: 'a list that is not whole cannot tell whether PAM rotated the record: not pushed',
      resource: changed,
      list: list.incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'nor does it say that there is nothing to compare with',
      resource: changed,
      list: anInventory().incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'an edit and a toggle go through meanwhile',
      resource: changed.enabled(true).spec({ additional: 'x' }),
      list: anInventory().incomplete(),
      steps: [`update ${DERIVED}`, 'enable 152'],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'Override does not ask who changed the record',
      resource: known.withSecret('b', { push: 'Override' }),
      list: anInventory().incomplete(),
      steps: ['intent at unlisted', `update ${DERIVED} with content`],
    },
    {
      because: 'an edit of a key, which takes the key along, waits for a whole list too',
      resource: aKey().withSecret('k').known('92').spec({ keyName: 'x' }),
      list: keyList.incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'a record that the list does not show has nothing to compare with',
      resource: changed,
      steps: ['intent at unlisted', `update ${DERIVED} with content`],
    },
    {
      because: 'PAM rotates the record: held',
      resource: changed,
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true }),
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the record was changed since our last write: held',
      resource: changed.status({ content: { ...known.parts.status?.content, change: 'c0' } }),
      list,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the record is as we left it: pushed',
      resource: changed.status({ content: { ...known.parts.status?.content, change: 'c1' } }),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'Override pushes all the same',
      resource: known.withSecret('b', { push: 'Override' }),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true, change: 'c1' }),
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'Once never pushes again',
      resource: known.withSecret('b', { push: 'Once' }),
      list,
      steps: [],
    },
    {
      because: 'while held, an update without content goes through',
      resource: changed.spec({ additional: 'x' }),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true }),
      steps: [`update ${DERIVED}`],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'while held, a toggle goes through',
      resource: changed.enabled(true),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true }),
      steps: ['enable 152'],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'an update that has moved `change` does not end the hold',
      resource: changed.status({ content: { ...known.parts.status?.content, state: 'Pending' } }),
      list,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the Secret back at the pushed value ends the hold',
      resource: known.status({
        content: { ...known.parts.status?.content, state: 'Pending', secretResourceVersion: 'x' },
      }),
      list,
      steps: [],
    },
    {
      because: 'a force-sync ends the hold',
      resource: changed.forceSync(),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true, change: 'c1' }),
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'a toggle moves `change`, so the push waits for the next pass',
      resource: changed.enabled(true),
      list,
      steps: ['enable 152'],
      again: true,
    },
    {
      because: 'secret settings wait for the next pass too',
      resource: aCredential().withTotp('t').known('152').withTotp('u').enabled(true),
      list,
      steps: ['enable 152'],
      again: true,
    },
    {
      because: 'password changed, settings not: only the password goes',
      resource: aCredential().withSecret('a').withTotp('t').known('152').withSecret('b'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'settings changed, password not: only the block goes',
      resource: aCredential().withSecret('a').withTotp('t').known('152').withTotp('u'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with settings`],
    },
    {
      because: 'a source that is added later was never recorded, so it is pushed',
      resource: aCredential().known('152').withSecret('a'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'a passphrase that changes is a push of the key',
      resource: aKey().withSecret('k').withPassphrase('p').known('92').withPassphrase('q'),
      list: keyList,
      steps: ['intent at c1', `update ${DERIVED_KEY} with content`],
    },
    {
      because: 'a value recorded with another install key is kept, and its digest made anew',
      resource: known,
      installKey: OTHER_INSTALL_KEY,
      unwatched: true,
      steps: [],
    },
    {
      because: 'a missing Secret is said even of a record in sync',
      resource: known.secretMissing(),
      steps: [],
      reason: 'SecretNotFound',
    },
  ]);

  it('marks what is held, and what is free again', () => {
    const held = decide({
      resource: changed.status({ content: { ...known.parts.status?.content, change: 'c0' } }),
      list,
    });
    expect(held.decision.changes).toMatchObject({ heldFields: ['content'], pushedFields: [] });
    const back = known.status({
      content: { ...known.parts.status?.content, state: 'Pending', secretResourceVersion: 'x' },
    });
    expect(decide({ resource: back, list }).decision.changes).toMatchObject({ releasedFields: ['content'] });
  });

  it.each([
    {
      because: 'the reference is back at the Secret of the pushed version',
      resource: known.status({ content: { ...known.parts.status?.content, state: 'Pending' } }),
      released: ['content'],
    },
    {
      because: 'the block around secret settings is back at what was pushed',
      resource: settled.status({
        content: {
          ...settled.parts.status?.content,
          fields: (settled.parts.status?.content?.fields ?? []).map((field) => ({
            ...field,
            state: 'Pending',
          })),
        },
      }),
      released: ['additionalSettings', 'totp'],
    },
  ])('ends a hold where no Secret has changed: $because', ({ resource, released }) => {
    const { decision, asked } = decide({ resource, list });
    expect(asked).toContain('Secrets');
    expect(decision.changes.releasedFields).toEqual(released);
    expect(decision.failure).toBeUndefined();
  });

  it('re-bases digests of another install key without a call', () => {
    const { decision } = decide({ resource: known, installKey: OTHER_INSTALL_KEY, unwatched: true });
    expect(decision.changes).toMatchObject({
      rebaseApplied: true,
      fields: [{ field: 'content', state: 'Kept' }],
    });
  });
});
