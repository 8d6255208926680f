import { describe } from 'vitest';
import { aCredential, aKey, DERIVED, DERIVED_KEY } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const HIDDEN = { disabledRecords: 'Hidden' } as const;

describe('a record that nobody has', () => {
  itDecides([
    {
      because: 'without a Secret it is created by one POST, and the list is asked first',
      resource: aCredential(),
      steps: [`create ${DERIVED}`],
      asked: ['list'],
    },
    {
      because: 'the intent is written before a POST that carries a password',
      resource: aCredential().withSecret('a'),
      steps: ['intent', `create ${DERIVED} with content`],
      asked: ['list', 'Secrets'],
    },
    {
      because: 'a list that may hide records: the password goes only into a record that is new',
      resource: aCredential().withSecret('a'),
      connection: HIDDEN,
      steps: ['intent', `create ${DERIVED}, then content`],
    },
    {
      because: 'secret settings go the same way as the password',
      resource: aCredential().withTotp('t'),
      connection: HIDDEN,
      steps: ['intent', `create ${DERIVED}, then settings`],
    },
    {
      because: 'password and secret settings go together',
      resource: aCredential().withSecret('a').withTotp('t'),
      steps: ['intent', `create ${DERIVED} with content with settings`],
    },
    {
      because: 'the finalizer comes before the first write, and only with deletionPolicy Disable',
      resource: aCredential().withSecret('a').deletionDisables(),
      steps: ['add finalizer', 'intent', `create ${DERIVED} with content`],
    },
    {
      because: 'enabled: true is PUT only where the record turns out not to be new',
      resource: aCredential().enabled(true),
      steps: [`create ${DERIVED}`, 'enable upserted unless registered'],
    },
    {
      because: 'enabled: false is POST, then DELETE at once, whatever became of the POST',
      resource: aCredential().withSecret('a').enabled(false),
      steps: ['intent', `create ${DERIVED} with content`, 'disable upserted in any case'],
    },
    {
      because:
        'a create under an explicit identifier is marked, or its lost answer would look like a foreign record',
      resource: aCredential().explicit('mine'),
      steps: ['intent', 'create mine'],
    },
    {
      because: 'a Secret that is missing stops a create altogether',
      resource: aCredential().withSecret('a').secretMissing().enabled(false).deletionDisables(),
      steps: [],
      reason: 'SecretNotFound',
    },
    {
      because: 'a child that leads back to itself would wait for ever',
      resource: aCredential().childOf({ cycle: ['db', 'parent'] }),
      steps: [],
      reason: 'InvalidSettings',
    },
    {
      because: 'a child waits for its parent',
      resource: aCredential().spec({ parentRef: { name: 'parent' } }),
      steps: [],
      reason: 'ParentNotReady',
    },
    {
      because: 'a child is created with the id of its parent',
      resource: aCredential().spec({ parentRef: { name: 'parent' } }),
      parentId: '11',
      steps: [`create ${DERIVED}`],
    },
    {
      because: "a key's POST always carries the key, also where the list may hide records",
      resource: aKey().withSecret('k'),
      connection: HIDDEN,
      steps: ['intent', `create ${DERIVED_KEY} with content`],
    },
    {
      because: 'a key that is to be taken over and is not there: nothing could be created',
      resource: aKey().explicit('theirs').adopts().enabled(true),
      steps: [],
      reason: 'RecordNotFound',
    },
    {
      because: 'a list that is not whole decides nothing',
      resource: aCredential(),
      list: anInventory().incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'a list of 10 s before the pass is young enough for a create',
      resource: aCredential(),
      list: anInventory().sentAt(90_000),
      steps: [`create ${DERIVED}`],
      asked: ['list'],
    },
  ]);
});
