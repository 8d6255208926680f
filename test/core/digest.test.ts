import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { compareDigest, connectionFingerprint, digest } from '../../src/core/digest.ts';
import { INSTALL_KEY, OTHER_INSTALL_KEY } from '../support/situation/a-resource.ts';

const context = { kind: 'PamCredential', namespace: 'team', name: 'db', field: 'content' };
const made = digest(INSTALL_KEY, context, 'value');

describe('a digest', () => {
  it('names its key and shows 128 bits', () => {
    expect(made).toMatch(/^0a1b2c3d:[0-9a-f]{32}$/);
  });

  it('is made again after an upgrade: a known answer', () => {
    expect(made).toBe('0a1b2c3d:2324903783c55695265699d54b5ce664');
  });

  it.each([
    { because: 'value', other: digest(INSTALL_KEY, context, 'value2') },
    { because: 'kind', other: digest(INSTALL_KEY, { ...context, kind: 'PamSshKey' }, 'value') },
    { because: 'namespace', other: digest(INSTALL_KEY, { ...context, namespace: 'x' }, 'value') },
    { because: 'name', other: digest(INSTALL_KEY, { ...context, name: 'x' }, 'value') },
    { because: 'field', other: digest(INSTALL_KEY, { ...context, field: 'x' }, 'value') },
    {
      because: 'the border between parts',
      other: digest(INSTALL_KEY, { ...context, namespace: 'tea', name: 'mdb' }, 'value'),
    },
  ])('is another one with another $because', ({ other }) => {
    expect(compareDigest(INSTALL_KEY, made, other)).toBe('different');
  });

  it('is the same for the same, text or bytes', () => {
    expect(compareDigest(INSTALL_KEY, made, digest(INSTALL_KEY, context, 'value'))).toBe('same');
    expect(digest(INSTALL_KEY, context, new TextEncoder().encode('value'))).toBe(made);
  });

  it.each([
    { because: 'another key', recorded: digest(OTHER_INSTALL_KEY, context, 'value'), expected: 'unknown' },
    { because: 'no digest at all', recorded: '', expected: 'unknown' },
    { because: 'a digest of another length', recorded: `${made}00`, expected: 'different' },
  ])('of $because is $expected', ({ recorded, expected }) => {
    expect(compareDigest(INSTALL_KEY, recorded, made)).toBe(expected);
  });
});

describe('the fingerprint of a connection', () => {
  const url = 'https://pam.example.com';
  it.each([
    { because: 'case', same: connectionFingerprint('HTTPS://PAM.example.com', undefined) },
    { because: 'the default port', same: connectionFingerprint(`${url}:443`, undefined) },
    { because: 'a final slash', same: connectionFingerprint(`${url}/`, undefined) },
  ])('does not regard $because', ({ same }) => {
    expect(same).toBe(connectionFingerprint(url, undefined));
  });
  it('regards host, port and tenant', () => {
    const others = [
      connectionFingerprint(`${url}:8443`, undefined),
      connectionFingerprint(url, 't'),
      connectionFingerprint('https://pam2.example.com', undefined),
    ];
    expect(new Set([...others, connectionFingerprint(url, undefined)]).size).toBe(4);
  });
});

describe('canonical JSON', () => {
  it.each([
    { value: { b: 1, a: [2, { d: null, c: 'x' }] }, expected: '{"a":[2,{"c":"x","d":null}],"b":1}' },
    { value: { a: undefined, b: false }, expected: '{"b":false}' },
    { value: { a: '', b: [], c: {} }, expected: '{"a":"","b":[],"c":{}}' },
    { value: [undefined], expected: '[null]' },
    { value: 'ä"\n', expected: '"ä\\"\\n"' },
  ])('$expected', ({ value, expected }) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('does not regard the order of members, is JSON, and says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
