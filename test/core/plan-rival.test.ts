import { describe, expect, it } from 'vitest';
import type { Claimant } from '../../src/core/claims.ts';
import { aCredential, DERIVED } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const rival: Claimant = {
  uid: 'u-0',
  kind: 'credential',
  namespace: 'team',
  name: 'first',
  createdAt: '2025-01-01T00:00:00Z',
  holds: true,
};
const list = anInventory().with({ id: '152', identifier: DERIVED });

describe('a record that another resource has the claim to', () => {
  itDecides([
    {
      because: 'D4 not even the list is read',
      resource: aCredential().withSecret('a').enabled(true),
      rival,
      list,
      steps: [],
      reason: 'Conflict',
      asked: [],
    },
    {
      because: 'D4 a disable is a call too',
      resource: aCredential().enabled(true).known('152').enabled(false),
      rival,
      list,
      steps: [],
      reason: 'Conflict',
      asked: [],
    },
    {
      because: 'D4 deleted, it is let go without a call',
      resource: aCredential().deletionDisables().finalizer().known('152').deleted(),
      rival,
      list,
      steps: ['remove finalizer'],
      asked: [],
    },
    {
      because: 'who may not write there anyway is told of the grant, not of the rival',
      resource: aCredential(),
      connection: { grants: undefined },
      rival,
      steps: [],
      reason: 'NotGranted',
      asked: [],
    },
  ]);

  it.each([
    { because: 'in the same namespace it is named', by: rival, says: 'PamCredential team/first declares' },
    {
      because: 'in another one it is not: names there are not for every reader of a status',
      by: { ...rival, namespace: 'secret-place' },
      says: 'A PamCredential of another namespace declares',
    },
  ])('$because', ({ by, says }) => {
    const message = decide({ resource: aCredential(), rival: by }).decision.failure?.message ?? '';
    expect(message).toContain(says);
    expect(message).not.toContain('secret-place');
  });
});
