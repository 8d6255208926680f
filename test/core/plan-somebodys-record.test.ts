import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const somebodys = anInventory().with({ id: '7', identifier: 'theirs' });

describe("a record that is somebody's", () => {
  itDecides([
    {
      because: 'it is left alone',
      resource: aCredential().withSecret('a'),
      list: somebodys,
      steps: [],
      reason: 'AdoptionRequired',
    },
    {
      because: 'adopted, it keeps its identifier and content',
      resource: aCredential().withSecret('a').adopts(),
      list: somebodys,
      steps: ['adopt theirs'],
    },
    {
      because: 'adopted without an identifier, it takes the derived one',
      resource: aCredential().adopts(),
      list: anInventory().with({ id: '7' }),
      steps: [`adopt ${DERIVED}`],
    },
    {
      because: 'an explicit identifier that exists is somebody else`s',
      resource: aCredential().explicit('theirs'),
      list: somebodys,
      steps: [],
      reason: 'AdoptionRequired',
    },
    {
      because: 'an explicit identifier that exists may be adopted',
      resource: aCredential().explicit('theirs').adopts(),
      list: somebodys,
      steps: ['adopt theirs'],
    },
    {
      because: 'an explicit identifier that our own unanswered create has made is ours',
      resource: aCredential().explicit('theirs').withSecret('a').pushUnanswered(),
      list: somebodys,
      steps: ['update theirs'],
    },
    {
      because: 'the mark of a create that sends nothing secret says the same',
      resource: aCredential().explicit('theirs').pushUnanswered(),
      list: somebodys,
      steps: ['update theirs'],
    },
    {
      because: 'an adopted key is only toggled',
      resource: aKey().explicit('theirs').adopts().enabled(true),
      list: anInventory().with({ id: '92', identifier: 'theirs', isKey: true }),
      steps: ['enable 92'],
    },
    {
      because: 'an adopted key with material sends nothing either',
      resource: aKey().explicit('theirs').adopts().withSecret('k'),
      list: anInventory().with({ id: '92', identifier: 'theirs', isKey: true }),
      steps: [],
    },
    {
      because: 'where it cannot be told which record is meant, there is no call, not even a disable',
      resource: aCredential().enabled(false).adopts(),
      list: anInventory().with({ id: '7', ip: '10.0.0.1' }),
      steps: [],
      reason: 'Conflict',
    },
  ]);

  it('is not remembered while its Secret is missing: the next pass must ask for Adopt again', () => {
    const resource = aCredential().withSecret('a').secretMissing().adopts();
    expect(decide({ resource, list: somebodys }).decision.changes.id).toBeUndefined();
  });

  it('is named by its id alone: what else the list says is not for every reader of a status', () => {
    const { decision } = decide({ resource: aCredential(), list: somebodys });
    expect(decision.failure?.message).toBe(
      'Record 7 with this username, hostname and IP exists already in PAM Core. Set `spec.adoptionPolicy: Adopt`, with a grant for it, or remove one of the two.',
    );
  });

  it('is named by all its ids where it is unclear', () => {
    const list = somebodys.with({ id: '8' });
    expect(decide({ resource: aCredential(), list }).decision.failure?.message).toContain('(ids 7, 8)');
  });
});
