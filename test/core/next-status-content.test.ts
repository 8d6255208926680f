import { describe } from 'vitest';
import { problem } from '../../src/core/failure.ts';
import { aCredential, aKey, DERIVED } from '../support/situation/a-resource.ts';
import { itRecords } from '../support/situation/status-rows.ts';

const known = aCredential().withSecret('a').known('152');
const content = known.parts.status?.content;

describe('the content', () => {
  const key = aKey().withSecret('k');
  itRecords([
    {
      because: 'every own write moves `change`: the baseline goes',
      story: known.status({ content: { ...content, change: 'c1' } }),
      outcome: { wrote: true, enabled: true },
      expected: { content: content ?? {} },
    },
    {
      because: 'a pass that wrote nothing leaves the baseline',
      story: known.status({ content: { ...content, change: 'c1' } }),
      expected: { content: { change: 'c1' } },
    },
    {
      because: 'an existing record where a create was planned keeps its content',
      story: aCredential().withSecret('a'),
      decision: { changes: { pushedFields: known.material().fields } },
      outcome: { wrote: true, upserted: true, foundExisting: true, record: { id: '1', identifier: DERIVED } },
      expected: { content: { state: 'Kept', secretResourceVersion: 'rv-a' } },
    },
    {
      because: 'a value that is held back is Pending, and what PAM has stays on record',
      story: known,
      decision: { failure: problem('RotatedElsewhere', 'x'), changes: { heldFields: ['content'] } },
      expected: { content: { ...content, state: 'Pending' } },
    },
    {
      because: 'back at the pushed value it is Pushed',
      story: known.status({ content: { ...content, state: 'Pending' } }),
      decision: { changes: { releasedFields: ['content'] } },
      expected: { content: content ?? {} },
    },
    {
      because: 'back at a value that was never sent it is Kept',
      story: known.status({ content: { state: 'Pending', digest: 'd' } }),
      decision: { changes: { releasedFields: ['content'] } },
      expected: { content: { state: 'Kept', digest: 'd' } },
    },
    {
      because: 'a field that was never recorded can be held too',
      story: aCredential().withSecret('a').withTotp('t').status({ id: '1' }),
      decision: { changes: { heldFields: ['content', 'totp'] } },
      expected: { content: { state: 'Pending', fields: [{ field: 'totp', state: 'Pending' }] } },
    },
    {
      because: 'only what was sent is recorded as pushed',
      story: known.withSecret('b').withTotp('t'),
      decision: { changes: { pushedFields: known.withSecret('b').withTotp('t').material().fields } },
      outcome: { wrote: true, upserted: true, additionalSent: true },
      expected: { content: { ...content, fields: [{ field: 'totp', state: 'Pushed' }] } },
    },
    {
      because: 'goes with the last source',
      story: known.spec({ content: undefined }),
      expected: {},
      absent: ['content'],
    },
    {
      because: 'the fingerprint of a key that is presumed applied is the new one',
      story: key.known('92', { fingerprint: 'SHA256:old' }),
      decision: {
        changes: {
          fingerprint: 'SHA256:k',
          fields: key.material().fields.map((field) => ({ ...field, state: 'Presumed' as const })),
        },
      },
      expected: { fingerprint: 'SHA256:k', content: { state: 'Presumed' } },
    },
    {
      because: 'the fingerprint of a key that PAM keeps is unknown',
      story: key,
      decision: { changes: { fingerprint: 'SHA256:k' } },
      expected: {},
      absent: ['fingerprint'],
    },
  ]);
});
