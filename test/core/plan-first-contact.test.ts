import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED, DERIVED_KEY } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const HIDDEN = { disabledRecords: 'Hidden' } as const;
const ours = anInventory().with({ id: '152', identifier: DERIVED });
const oursKey = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true });

describe('a record that is ours, met for the first time', () => {
  itDecides([
    {
      because: 'it is updated, and its content is kept',
      resource: aCredential().withSecret('a'),
      list: ours,
      steps: [`update ${DERIVED}`],
      asked: ['list', 'Secrets'],
    },
    {
      because: 'secret settings are left out too',
      resource: aCredential().withSecret('a').withTotp('t'),
      list: ours,
      steps: [`update ${DERIVED}`],
    },
    {
      because: 'first contact is an edge: disable before update, and once more after it',
      resource: aCredential().enabled(false),
      list: ours,
      steps: ['disable 152', `update ${DERIVED}`, 'disable 152 in any case'],
    },
    {
      because: 'first contact is an edge: enable after update',
      resource: aCredential().enabled(true),
      list: ours,
      steps: [`update ${DERIVED}`, 'enable 152'],
    },
    {
      because: 'a missing Secret stops everything but the disable',
      resource: aCredential().withSecret('a').secretMissing().enabled(false),
      list: ours,
      steps: ['disable 152'],
      reason: 'SecretNotFound',
    },
    {
      because: 'a missing Secret stops an enable: update comes first',
      resource: aCredential().withSecret('a').secretMissing().enabled(true),
      list: ours,
      steps: [],
      reason: 'SecretNotFound',
    },
    {
      because: "a key's POST would replace PAM's key, so nothing is sent",
      resource: aKey().withSecret('k'),
      list: oursKey,
      steps: [],
    },
    {
      because: 'a key may still be toggled',
      resource: aKey().withSecret('k').enabled(false),
      list: oursKey,
      steps: ['disable 92'],
    },
    {
      because:
        'our own create without an answer: sent again where the list shows that nothing happened since',
      resource: aCredential().withSecret('a').pushUnanswered(),
      connection: HIDDEN,
      list: ours,
      steps: [`update ${DERIVED} with content`],
    },
    {
      because: 'our own create by one POST, without an answer: the record is there, so the password is in it',
      resource: aCredential().withSecret('a').pushUnanswered(),
      list: ours,
      steps: [`update ${DERIVED}`],
    },
    {
      because:
        'our own create without an answer, and the Secret has changed since: the record is ours to fill',
      resource: aCredential().withSecret('a').pushUnanswered().withSecret('b'),
      list: ours,
      steps: ['intent at 2026-01-01 10:00:00', `update ${DERIVED} with content`],
    },
  ]);

  it('keeps what it finds on record: state Kept and the id', () => {
    const { decision } = decide({ resource: aCredential().withSecret('a'), list: ours });
    expect(decision.changes).toMatchObject({ id: '152', identifier: DERIVED, fields: [{ state: 'Kept' }] });
  });

  it('stays unknown while its Secret is missing: a known record would get its content pushed', () => {
    const { decision } = decide({ resource: aCredential().withSecret('a').secretMissing(), list: ours });
    expect(decision.changes.id).toBeUndefined();
  });

  it('presumes a create applied whose record it finds', () => {
    const { decision } = decide({ resource: aCredential().withSecret('a').pushUnanswered(), list: ours });
    expect(decision.changes).toMatchObject({ resolved: true, fields: [{ state: 'Presumed' }] });
  });
});

describe('a record that was there before is told', () => {
  it.each([
    { because: 'ours in the list', resource: aCredential(), list: ours, found: true },
    {
      because: 'known since long',
      resource: aCredential().known('152').spec({ additional: 'x' }),
      list: ours,
    },
    { because: 'made by this pass', resource: aCredential() },
    {
      because: 'made by an earlier try whose answer never came',
      resource: aCredential().withSecret('a').pushUnanswered(),
      list: ours,
    },
  ])('$because', ({ because: _, found, ...circumstances }) => {
    expect(decide(circumstances).decision.changes.foundRecord).toBe(found);
  });
});
