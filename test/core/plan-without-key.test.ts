import { describe, expect, it } from 'vitest';
import { problem } from '../../src/core/failure.ts';
import { disablesWithoutKey, planWithoutKey } from '../../src/core/plan-without-key.ts';
import type { Situation } from '../../src/core/situation.ts';
import {
  aCredential,
  aKey,
  DERIVED,
  DERIVED_KEY,
  INSTALL_KEY,
  type ResourceStory,
} from '../support/situation/a-resource.ts';
import { anInventory, type InventoryStory, NOW } from '../support/situation/an-inventory.ts';
import { type Circumstances, decide, without } from '../support/situation/decide.ts';
import { statusAfter } from '../support/situation/status-after.ts';

const cause = problem('InstallKeyUnavailable', 'The Secret of the install key holds no key');
const list = anInventory().with({ id: '152', identifier: DERIVED });
const keyList = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true });
const enabled = aCredential().withSecret('a').enabled(true).known('152');

/** The plan as it is asked for: of a resource that has something to disable, with a status that is not believed. */
function steps(circumstances: Circumstances, rival: Situation['rival']) {
  const resource = circumstances.resource.resource();
  if (!disablesWithoutKey(resource)) return { steps: 'not asked', reason: undefined };
  const planning = (situation: Situation) =>
    planWithoutKey(
      { ...situation, rival, resource: { ...resource, status: {} } as typeof resource, seal: 'broken' },
      cause,
    );
  const { steps: told, reason } = decide({ ...circumstances, planning });
  return { steps: told, reason };
}

const RIVAL: Situation['rival'] = {
  uid: 'u-0',
  kind: 'credential',
  namespace: 'team',
  name: 'other',
  createdAt: '2025-01-01T00:00:00Z',
  holds: true,
};

interface Row {
  readonly because: string;
  readonly resource: ResourceStory;
  readonly list: InventoryStory;
  readonly more?: Partial<Circumstances>;
  readonly steps: readonly string[] | 'not asked';
  readonly reason?: string;
  /** Another resource has the older claim. */
  readonly rival?: boolean;
}

describe('without an install key', () => {
  const rows: readonly Row[] = [
    {
      because: 'a disable is carried out on the record that the list shows under the derived identifier',
      resource: enabled.enabled(false),
      list,
      steps: ['disable 152'],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'so is that of a key',
      resource: aKey().withSecret('k').enabled(true).known('92').enabled(false),
      list: keyList,
      steps: ['disable 92'],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'the id of the status is not believed',
      resource: enabled.status({ id: '7' }).enabled(false),
      list: list.with({ id: '7', identifier: 'theirs', username: 'root' }),
      steps: ['disable 152'],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'a record under an explicit identifier may be anybody’s',
      resource: aCredential().explicit('theirs').enabled(false),
      list: anInventory().with({ id: '152', identifier: 'theirs' }),
      steps: 'not asked',
    },
    {
      because: 'so may a key that is declared by its number',
      resource: aKey().spec({ id: '92', adoptionPolicy: 'Adopt' }).enabled(false),
      list: keyList,
      steps: 'not asked',
    },
    {
      because: 'nothing is enabled',
      resource: enabled.status({ enabled: false }),
      list,
      steps: 'not asked',
    },
    {
      because: 'nothing is pushed',
      resource: enabled.withSecret('b').spec({ additional: 'x' }),
      list,
      steps: 'not asked',
    },
    {
      because: 'what is said to be disabled already is not repeated',
      resource: enabled.enabled(false).status({ enabled: false }),
      list,
      steps: 'not asked',
    },
    {
      because: 'nothing is created to be disabled',
      resource: aCredential().withSecret('a').enabled(false),
      list: anInventory(),
      steps: [],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'our identifier on another host is not ours',
      resource: enabled.enabled(false),
      list: anInventory().with({ id: '152', identifier: DERIVED, hostname: 'other' }),
      steps: [],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'the same account under another identifier is somebody else’s',
      resource: enabled.enabled(false),
      list: anInventory().with({ id: '9', identifier: 'theirs' }),
      steps: [],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'a record that another resource has is left alone',
      resource: enabled.enabled(false),
      list,
      rival: true,
      steps: [],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'an incomplete list decides nothing',
      resource: enabled.enabled(false),
      list: list.incomplete(),
      steps: [],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'an old list decides nothing',
      resource: enabled.enabled(false),
      list: list.sentAt(NOW - 20_000),
      steps: ['disable 152'],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'it is done once in this process',
      resource: enabled.enabled(false),
      list,
      more: { memory: { disabledAtMs: NOW - 5000 } },
      steps: [],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'a grant is asked for',
      resource: enabled.enabled(false),
      list,
      more: { connection: { grants: without('Disable') } },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'a suspended resource makes no call',
      resource: enabled.enabled(false).spec({ suspend: true }),
      list,
      steps: [],
      reason: 'InstallKeyUnavailable',
    },
    {
      because: 'a deletion with Disable disables too',
      resource: enabled.deletionDisables().finalizer().deleted(),
      list,
      steps: ['count', 'disable 152', 'remove finalizer'],
    },
    {
      because: 'a deletion of what somebody else has lets go without a call',
      resource: enabled.deletionDisables().finalizer().deleted(),
      list: anInventory().with({ id: '9', identifier: 'theirs' }),
      steps: ['remove finalizer'],
    },
  ];
  it.each(rows)('$because', ({ resource, list: shown, more, steps: expected, reason, rival }) => {
    const older = rival === true ? RIVAL : undefined;
    expect(steps({ resource, list: shown, ...more }, older)).toEqual({ steps: expected, reason });
  });

  it('keeps what the seal vouches for, so that it holds when the key is back', () => {
    const sealed = enabled.status(statusAfter(enabled, {}));
    const { status } = sealed.resource();
    expect(status.seal).toMatch(new RegExp(`^${INSTALL_KEY.id}:`));
    const after = statusAfter(sealed.enabled(false), {
      decision: { failure: cause },
      outcome: { wrote: true, enabled: false },
      keyless: true,
    });
    const { id, identifier, enabled: last, applied, content, seal } = status;
    expect(after).toMatchObject({ id, identifier, enabled: last, applied, content, seal });
    expect(after.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'InstallKeyUnavailable',
    });
  });
});
