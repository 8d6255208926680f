import { describe, expect, it } from 'vitest';
import { aCredential, DERIVED } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const list = anInventory().with({ id: '152', identifier: DERIVED });
/** What is left of a status that is not to be believed: that there was one. */
const left = aCredential().status({ applied: '0a1b2c3d:' });

describe('D21 without a valid seal', () => {
  itDecides(
    (['broken', 'otherKey'] as const).flatMap((seal) => [
      {
        because: `${seal}: nothing is enabled`,
        resource: left.enabled(true),
        seal,
        list,
        steps: [`update ${DERIVED}`],
      },
      {
        because: `${seal}: a disable is repeated, on the record that the list shows`,
        resource: left.enabled(false),
        seal,
        list,
        steps: ['disable 152', `update ${DERIVED}`, 'disable 152 in any case'],
      },
      {
        because: `${seal}: nothing is pushed`,
        resource: left.withSecret('a'),
        seal,
        list,
        steps: [`update ${DERIVED}`],
      },
      {
        because: `${seal}: nothing is created`,
        resource: left.withSecret('a').enabled(false),
        seal,
        steps: [],
        reason: 'RecordGone',
      },
    ]),
  );

  it('an enable counts as carried out: a later edge is an edge again', () => {
    const { decision } = decide({ resource: left.enabled(true), seal: 'broken', list });
    expect(decision.changes.assumeEnabled).toBe(true);
  });
});
