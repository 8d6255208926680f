import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveIdentifier } from '../../src/core/identifier.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const objectName = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) =>
  labels
    .join('.')
    .slice(0, 253)
    .replace(/[.-]+$/, ''),
);
const kind = fc.constantFrom('credential' as const, 'key' as const);
const prefix = 'prod-eu';

describe('a derived identifier', () => {
  it.each([
    {
      because: 'prefix, namespace and name',
      args: ['prod', 'team', 'db', 'credential'],
      expected: 'prod_team_db',
    },
    { because: 'a key has a suffix', args: ['prod', 'team', 'db', 'key'], expected: 'prod_team_db_key' },
    {
      because: 'a dot, which PAM refuses, becomes __',
      args: ['prod', 'team', 'db.example', 'credential'],
      expected: 'prod_team_db__example',
    },
    {
      because: 'exactly 64 characters are kept',
      args: ['p', 'n', 'a'.repeat(60), 'credential'],
      expected: `p_n_${'a'.repeat(60)}`,
    },
    {
      because: '65 characters are cut to 50, a hash and an underscore',
      args: ['p', 'n', 'a'.repeat(61), 'credential'],
      expected: `p_n_${'a'.repeat(46)}_0baec79b08bd_`,
    },
  ] as const)('$because', ({ args: [first, namespace, name, of], expected }) => {
    expect(deriveIdentifier(first, namespace, name, of)).toBe(expected);
  });

  it('fits PAM, whatever the names', () => {
    fc.assert(
      fc.property(label, objectName, kind, (namespace, name, of) => {
        const identifier = deriveIdentifier(prefix, namespace, name, of);
        expect(identifier).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(identifier).not.toMatch(/^\d+$/);
        // The mark of a shortened one.
        expect(identifier.endsWith('_')).toBe(identifier.length === 64 && /_[0-9a-f]{12}_$/.test(identifier));
      }),
    );
  });

  it('belongs to one resource only', () => {
    const resource = fc.tuple(label, objectName, kind);
    fc.assert(
      fc.property(resource, resource, (one, other) => {
        fc.pre(one.join('/') !== other.join('/'));
        expect(deriveIdentifier(prefix, ...one)).not.toBe(deriveIdentifier(prefix, ...other));
      }),
      { numRuns: 500 },
    );
  });

  it('tells names apart that look alike', () => {
    const names = [
      ['a', 'b-c', 'credential'],
      ['a-b', 'c', 'credential'],
      ['a', 'b.c', 'credential'],
      ['a', 'b', 'key'],
      ['a', 'b-key', 'credential'],
      ['a', 'b.key', 'credential'],
      ['a', `${'x'.repeat(80)}1`, 'credential'],
      ['a', `${'x'.repeat(80)}2`, 'credential'],
      ['a', `${'x'.repeat(80)}2`, 'key'],
    ] as const;
    expect(
      new Set(names.map(([namespace, name, of]) => deriveIdentifier(prefix, namespace, name, of))).size,
    ).toBe(names.length);
  });
});
