import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claimant, claimNames, winnerOf } from '../../src/core/claims.ts';
import type { DeclaredRecord } from '../../src/core/managed-resource.ts';

const declared: DeclaredRecord = {
  identifier: 'prod_team_db',
  explicit: false,
  username: 'svc',
  hostname: 'w2016',
  ip: '10.66.33.15',
};
const credential = (changes: Partial<DeclaredRecord>) =>
  claimNames('f00d', 'credential', { ...declared, ...changes });
const key = (changes: Partial<DeclaredRecord>) => claimNames('f00d', 'key', { ...declared, ...changes });
const elsewhere = { identifier: 'another', username: 'other' };
const meet = (left: readonly string[], right: readonly string[]) => left.some((name) => right.includes(name));

describe('two resources claim one record', () => {
  it.each([
    {
      because: 'by the same identifier',
      left: credential({ username: 'x' }),
      right: credential({}),
      one: true,
    },
    {
      because: 'by an identifier in capitals',
      left: credential({ ...elsewhere, identifier: 'PROD_Team_DB' }),
      right: credential({}),
      one: true,
    },
    {
      because: 'by an identifier across both kinds, which share one sequence of ids',
      left: key(elsewhere),
      right: credential({ ...declared, identifier: 'another' }),
      one: true,
    },
    {
      because: 'by username and hostname',
      left: credential({ identifier: 'x' }),
      right: credential({}),
      one: true,
    },
    {
      because: 'by a username in capitals on a hostname in capitals',
      left: credential({ identifier: 'x', username: 'SVC', hostname: 'W2016' }),
      right: credential({}),
      one: true,
    },
    {
      because: 'by a username in full width',
      left: credential({ identifier: 'x', username: 'ｓｖｃ' }),
      right: credential({}),
      one: true,
    },
    {
      because: 'by a username with accents, which a database may not regard',
      left: credential({ identifier: 'x', username: 'José' }),
      right: credential({ username: 'jose' }),
      one: true,
    },
    {
      because: 'by a username in another composition',
      left: credential({ identifier: 'x', username: 'José' }),
      right: credential({ username: 'José' }),
      one: true,
    },
    {
      because: 'whatever the IP: a record with the same username and hostname is too close',
      left: credential({ identifier: 'x', ip: '10.0.0.1' }),
      right: credential({}),
      one: true,
    },
    {
      because: 'not: another username',
      left: credential({ identifier: 'x', username: 'other' }),
      right: credential({}),
      one: false,
    },
    {
      because: 'not: another hostname',
      left: credential({ identifier: 'x', hostname: 'w2019' }),
      right: credential({}),
      one: false,
    },
    {
      because: 'not: a key at the same target, since keys match by identifier only',
      left: key({ identifier: 'x' }),
      right: credential({}),
      one: false,
    },
    {
      because: 'not: username and hostname run together otherwise',
      left: credential({ identifier: 'x', username: 'svcw', hostname: '2016' }),
      right: credential({}),
      one: false,
    },
    {
      because: 'not: an identifier that reads like a target',
      left: key({ identifier: 'svc\nw2016' }),
      right: credential({}),
      one: false,
    },
    {
      because: 'not: in another PAM Core',
      left: claimNames('beef', 'credential', declared),
      right: credential({}),
      one: false,
    },
  ])('$because', ({ left, right, one }) => {
    expect(meet(left, right)).toBe(one);
  });

  it('in any case: capitals and small letters of any text are one claim', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (username) => {
        const forms = [username.toUpperCase(), username.toLowerCase(), username.normalize('NFD')];
        for (const form of forms) expect(credential({ username: form })).toEqual(credential({ username }));
      }),
    );
  });
});

const claimant = (changes: Partial<Claimant>): Claimant => ({
  uid: 'u-1',
  kind: 'credential',
  namespace: 'team',
  name: 'db',
  createdAt: '2026-01-01T00:00:01Z',
  holds: false,
  ...changes,
});

describe('the record has', () => {
  it.each([
    {
      because: 'who holds it, though younger',
      left: { holds: true, createdAt: '2026-01-02T00:00:00Z' },
      right: {},
    },
    { because: 'else the older one', left: { createdAt: '2026-01-01T00:00:00Z', uid: 'z' }, right: {} },
    {
      because: 'of two that hold it the older one',
      left: { holds: true, createdAt: '2025-01-01T00:00:00Z' },
      right: { holds: true },
    },
    { because: 'of the same second the lower UID', left: { uid: 'u-0' }, right: {} },
  ])('$because', ({ left, right }) => {
    const [winner, loser] = [claimant({ uid: 'u-0', ...left }), claimant({ uid: 'u-1', ...right })];
    expect(winnerOf([winner, loser])?.uid).toBe(winner.uid);
    expect(winnerOf([loser, winner])?.uid).toBe(winner.uid);
  });

  it('nobody where nobody claims', () => {
    expect(winnerOf([])).toBeUndefined();
  });

  it('one resource, in every replica and after every restart: the order in which they are met does not count', () => {
    const anyone = fc
      .uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 6 })
      .chain((uids) =>
        fc.tuple(
          ...uids.map((uid) =>
            fc
              .record({ second: fc.integer({ min: 0, max: 3 }), holds: fc.boolean() })
              .map(({ second, holds }) =>
                claimant({ uid: `u-${uid}`, holds, createdAt: `2026-01-01T00:00:0${second}Z` }),
              ),
          ),
        ),
      );
    fc.assert(
      fc.property(anyone, fc.infiniteStream(fc.double({ noNaN: true })), (claimants, draws) => {
        const winner = winnerOf(claimants);
        const shuffled = claimants
          .map((each) => ({ each, at: draws.next().value ?? 0 }))
          .sort((left, right) => left.at - right.at)
          .map(({ each }) => each);
        expect(winnerOf(shuffled)).toEqual(winner);
        // Nobody beats the winner alone either: what each resource decides for itself adds up to one owner.
        for (const other of claimants) expect(winnerOf([other, winner ?? other])?.uid).toBe(winner?.uid);
      }),
    );
  });
});
