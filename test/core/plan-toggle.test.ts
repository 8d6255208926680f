import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide, without } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const list = anInventory().with({ id: '152', identifier: DERIVED, change: 'c1' });
const known = aCredential().withSecret('a').known('152');
const enabled = aCredential().withSecret('a').enabled(true).known('152');
const disabled = aCredential().withSecret('a').enabled(false).known('152');

describe('the enabled state', () => {
  itDecides([
    { because: 'absent: not managed', resource: known, steps: [] },
    {
      because: 'declared for the first time: an edge',
      resource: known.enabled(true),
      steps: ['enable 152'],
      asked: [],
    },
    {
      because: 'from true to false: DELETE, without any read',
      resource: enabled.enabled(false),
      steps: ['disable 152'],
      asked: [],
    },
    {
      because: 'from false to true: PUT',
      resource: disabled.enabled(true),
      steps: ['enable 152'],
      asked: [],
    },
    {
      because: 'as set before: no edge, whatever an administrator did meanwhile',
      resource: enabled,
      steps: [],
    },
    {
      because: 'the record stands under another id now: its state was never set',
      resource: disabled,
      memory: { refutedId: '152' },
      list: anInventory().with({ id: '160', identifier: DERIVED }),
      steps: ['disable 160'],
    },
    {
      because: 'the DELETE goes before the update, and once more after it',
      resource: enabled.enabled(false).spec({ additional: 'x' }),
      steps: ['disable 152', `update ${DERIVED}`, 'disable 152 in any case'],
    },
    {
      because: 'the PUT goes after the update',
      resource: disabled.enabled(true).spec({ additional: 'x' }),
      steps: [`update ${DERIVED}`, 'enable 152'],
    },
    {
      because: 'the finalizer goes before a disable',
      resource: enabled.enabled(false).deletionDisables(),
      steps: ['add finalizer', 'disable 152'],
    },
    {
      because: 'a disable waits neither for the Secret nor for a list that a push needs',
      resource: enabled.enabled(false).withSecret('b'),
      steps: ['disable 152'],
      asked: [],
      again: true,
    },
    {
      because: 'a disable does not wait for a Secret that is missing',
      resource: enabled.enabled(false).secretMissing(),
      steps: ['disable 152'],
      asked: [],
      again: true,
    },
    {
      because: 'a disable does not wait for an unanswered push to be resolved',
      resource: enabled.withSecret('b').pushUnanswered('c1').enabled(false),
      steps: ['disable 152'],
      asked: [],
      again: true,
    },
    {
      because: 'the pass after the disable pushes, and disables again',
      resource: enabled.enabled(false).status({ enabled: false }).withSecret('b'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`, 'disable 152 in any case'],
    },
    {
      because: 'a disable that is not granted is no call at all',
      resource: enabled.enabled(false).withSecret('b'),
      connection: { grants: without('Disable') },
      steps: [],
      reason: 'NotGranted',
      asked: [],
    },
    {
      because: 'a missing parent stops an enable',
      resource: disabled.enabled(true).spec({ parentRef: { name: 'p' } }),
      steps: [],
      reason: 'ParentNotReady',
    },
    {
      because: 'a key is disabled without its material',
      resource: aKey().withSecret('k').known('92').enabled(false),
      steps: ['disable 92'],
      asked: [],
    },
  ]);
});

describe('a force-sync', () => {
  itDecides([
    {
      because: 'it re-applies spec and content once',
      resource: known.forceSync(),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'also against Once',
      resource: aCredential().withSecret('a', { push: 'Once' }).known('152').forceSync(),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because:
        'the state that was set before follows the push: before it, it would postpone the push for ever',
      resource: enabled.forceSync(),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`, 'enable 152'],
    },
    {
      because: 'a disabled record stays so in the same pass',
      resource: disabled.forceSync(),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`, 'disable 152 in any case'],
    },
    {
      because: 'without content there is one pass',
      resource: aCredential().enabled(true).known('152').forceSync(),
      steps: [`update ${DERIVED}`, 'enable 152'],
    },
    {
      because: 'handled: nothing',
      resource: known.forceSync().status({ lastHandledForceSync: 'now' }),
      steps: [],
    },
  ]);

  it('comes to an end whatever is declared', () => {
    let resource = disabled.enabled(true).forceSync();
    for (let pass = 1; pass <= 3; pass++) {
      const { decision, steps } = decide({ resource, list });
      if (!decision.again) {
        expect(pass).toBe(2);
        expect(steps).toEqual(['intent at c1', `update ${DERIVED} with content`, 'enable 152']);
        return;
      }
      expect(steps).toEqual([`update ${DERIVED}`, 'enable 152']);
      resource = resource.status({ enabled: true });
    }
    expect.unreachable('the passes never end');
  });
});
