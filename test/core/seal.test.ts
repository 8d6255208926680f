import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PamCredentialStatus } from '../../src/api/pam-credential.gen.ts';
import { sealStateOf, sealStatus } from '../../src/core/seal.ts';
import { INSTALL_KEY, OTHER_INSTALL_KEY } from '../support/situation/a-resource.ts';

const UID = 'u-1';
const facts: PamCredentialStatus = {
  id: '152',
  identifier: 'prod_team_db',
  connectionFingerprint: 'f00df00df00df00d',
  enabled: false,
  applied: '0a1b2c3d:00',
  content: {
    state: 'Pushed',
    secretUid: 's',
    secretResourceVersion: '1',
    digest: '0a1b2c3d:11',
    change: 'c1',
    fields: [{ field: 'totp', state: 'Kept', digest: '0a1b2c3d:22' }],
  },
  pending: { startedTime: '2026-01-01T00:00:00Z', digest: '0a1b2c3d:33', changeBefore: 'c0' },
  lastHandledForceSync: 'monday',
};
const seal = sealStatus(INSTALL_KEY, UID, facts);
const sealed: PamCredentialStatus = { ...facts, seal };

describe('a seal', () => {
  it('vouches for the status that it was made for, in whatever order the API server keeps it', () => {
    const turned = Object.fromEntries(Object.entries(sealed).reverse());
    expect(sealStateOf(INSTALL_KEY, UID, turned)).toBe('valid');
  });

  it.each([
    { because: 'another id', change: { id: '7' } },
    { because: 'no id', change: { id: undefined } },
    { because: 'another identifier', change: { identifier: 'theirs' } },
    { because: 'another PAM Core', change: { connectionFingerprint: '0000' } },
    { because: 'enabled', change: { enabled: true } },
    { because: 'no state', change: { enabled: undefined } },
    { because: 'another spec applied', change: { applied: '0a1b2c3d:ff' } },
    {
      because: 'content said to be pushed',
      change: { content: { ...facts.content, digest: '0a1b2c3d:ff' } },
    },
    { because: 'another state of the content', change: { content: { ...facts.content, state: 'Kept' } } },
    { because: 'another baseline', change: { content: { ...facts.content, change: 'c2' } } },
    { because: 'a second secret field', change: { content: { ...facts.content, fields: [] } } },
    { because: 'no content', change: { content: undefined } },
    { because: 'another intent', change: { pending: { ...facts.pending, changeBefore: 'c9' } } },
    { because: 'no intent', change: { pending: undefined } },
    { because: 'a force-sync of old asked for once more', change: { lastHandledForceSync: 'sunday' } },
    { because: 'no seal', change: { seal: undefined } },
    { because: 'an empty seal', change: { seal: '' } },
    { because: 'a seal of nothing', change: { seal: 'x' } },
    { because: 'half a seal', change: { seal: seal.slice(0, 40) } },
    {
      because: 'one digit changed',
      change: { seal: `${seal.slice(0, -1)}${seal.endsWith('0') ? '1' : '0'}` },
    },
    {
      because: 'a seal without the facts it was made for',
      change: Object.fromEntries(Object.keys(facts).map((name) => [name, undefined])),
    },
  ])('is broken by $because', ({ change }) => {
    const forged = { ...sealed, ...change } as PamCredentialStatus;
    expect(sealStateOf(INSTALL_KEY, UID, forged)).toBe('broken');
  });

  it('is broken on another resource: a copied status is worth nothing', () => {
    expect(sealStateOf(INSTALL_KEY, 'u-2', sealed)).toBe('broken');
  });

  it('does not depend on what the operator only tells', () => {
    const told = { ...sealed, observedGeneration: 9, lastSyncTime: '2026-01-01T00:00:00Z', conditions: [] };
    expect(sealStateOf(INSTALL_KEY, UID, told as PamCredentialStatus)).toBe('valid');
  });

  it('of another install key is told from a forged one', () => {
    expect(sealStateOf(OTHER_INSTALL_KEY, UID, sealed)).toBe('otherKey');
  });

  it('does not hold because it names this key', () => {
    const other = sealStatus(OTHER_INSTALL_KEY, UID, facts).replace(OTHER_INSTALL_KEY.id, INSTALL_KEY.id);
    expect(sealStateOf(INSTALL_KEY, UID, { ...facts, seal: other })).toBe('broken');
  });

  it.each([
    { because: 'no status at all', status: {}, state: 'blank' },
    { because: 'what Kubernetes fills in', status: { observedGeneration: -1 }, state: 'blank' },
    { because: 'a failure before anything was written', status: { conditions: [] }, state: 'blank' },
    { because: 'an echoed force-sync', status: { lastHandledForceSync: 'a' }, state: 'blank' },
    {
      because: 'the time of a write alone: the rest was taken out',
      status: { lastSyncTime: '2026-01-01T00:00:00Z' },
      state: 'broken',
    },
  ])('$because: $state', ({ status, state }) => {
    expect(sealStateOf(INSTALL_KEY, UID, status as PamCredentialStatus)).toBe(state);
  });

  it('differs for every status and every resource', () => {
    const text = fc.option(fc.string({ maxLength: 6 }), { nil: undefined });
    const status = fc.record({ id: text, identifier: text, applied: text, connectionFingerprint: text });
    const asked = fc.tuple(fc.string({ minLength: 1, maxLength: 6 }), status);
    fc.assert(
      fc.property(asked, asked, ([leftUid, left], [rightUid, right]) => {
        const [one, two] = [left, right].map((each) => each as PamCredentialStatus);
        const same = JSON.stringify([leftUid, left]) === JSON.stringify([rightUid, right]);
        const isOne =
          sealStatus(INSTALL_KEY, leftUid, one ?? {}) === sealStatus(INSTALL_KEY, rightUid, two ?? {});
        expect(isOne).toBe(same);
      }),
    );
  });
});
