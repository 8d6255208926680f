import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretText } from '../../src/core/secret-text.ts';
import { readSecretValue, type ValueRules } from '../../src/core/secret-value.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const strict: ValueRules = { label: 'password', trim: false, trimField: 'spec.content.trim' };
const trimmed: ValueRules = { ...strict, trim: true };
const keyFile: ValueRules = { label: 'privateKey', trim: false, keyFile: true };

function read(value: Uint8Array, rules: ValueRules): string {
  const result = readSecretValue(value, rules);
  return 'problem' in result ? `problem: ${result.problem}` : result.reveal();
}

describe('the value of a Secret', () => {
  const rows: { because: string; value: Uint8Array; rules: ValueRules; expected: string }[] = [
    { because: 'as it is', value: bytes(' a b\t"é€😀 '), rules: strict, expected: ' a b\t"é€😀 ' },
    { because: 'a newline within', value: bytes('a\nb'), rules: strict, expected: 'a\nb' },
    {
      because: 'a byte order mark is part of it',
      value: bytes('\ufeffa'),
      rules: strict,
      expected: '\ufeffa',
    },
    {
      because: 'final LF refused',
      value: bytes('a\n'),
      rules: strict,
      expected:
        'problem: the password ends with a newline; store it without one or set `spec.content.trim: true`',
    },
    {
      because: 'final CRLF refused',
      value: bytes('a\r\n'),
      rules: strict,
      expected:
        'problem: the password ends with a newline; store it without one or set `spec.content.trim: true`',
    },
    {
      because: 'final CR refused',
      value: bytes('a\r'),
      rules: { label: 'passphrase', trim: false },
      expected: 'problem: the passphrase ends with a newline; store it without one',
    },
    { because: 'final LF trimmed', value: bytes('a\n'), rules: trimmed, expected: 'a' },
    { because: 'final CRLF trimmed', value: bytes('a\r\n'), rules: trimmed, expected: 'a' },
    { because: 'one of two trimmed', value: bytes('a\n\n'), rules: trimmed, expected: 'a\n' },
    {
      because: 'empty',
      value: bytes(''),
      rules: strict,
      expected: 'problem: the password is empty; put a value under this key of the Secret',
    },
    {
      because: 'only a newline',
      value: bytes('\n'),
      rules: trimmed,
      expected: 'problem: the password is only a newline; put a value under this key of the Secret',
    },
    {
      because: 'invalid UTF-8',
      value: new Uint8Array([0x61, 0xff]),
      rules: strict,
      expected: 'problem: the password is not valid UTF-8; store it as UTF-8 text',
    },
    {
      because: 'half a character',
      value: new Uint8Array([0xf0, 0x9f, 0x98]),
      rules: strict,
      expected: 'problem: the password is not valid UTF-8; store it as UTF-8 text',
    },
    { because: '256 characters', value: bytes('😀'.repeat(256)), rules: strict, expected: '😀'.repeat(256) },
    {
      because: '257 characters',
      value: bytes('a'.repeat(257)),
      rules: strict,
      expected: "problem: the password is longer than 256 characters, PAM Core's limit; shorten it",
    },
    {
      because: '256 characters and a newline, trimmed',
      value: bytes(`${'a'.repeat(256)}\n`),
      rules: trimmed,
      expected: 'a'.repeat(256),
    },
    {
      because: 'a key file keeps its newline and may be long',
      value: bytes(`${'a'.repeat(5000)}\n`),
      rules: keyFile,
      expected: `${'a'.repeat(5000)}\n`,
    },
    {
      because: 'a key file is not empty either',
      value: bytes(''),
      rules: keyFile,
      expected: 'problem: the privateKey is empty; put a value under this key of the Secret',
    },
  ];
  it.each(rows)('$because', ({ value, rules, expected }) => {
    expect(read(value, rules)).toBe(expected);
  });

  it('is never part of a problem', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 12, unit: 'grapheme' }),
        fc.constantFrom('\n', '\r\n', 'x'.repeat(260)),
        (value, end) => {
          const result = readSecretValue(bytes(value + end), strict);
          expect('problem' in result && result.problem.includes(value)).toBe(false);
        },
      ),
    );
  });
});

describe('a secret text', () => {
  const secret = new SecretText('hunter2');
  it.each([
    { because: 'a template', printed: `${secret}` },
    { because: 'JSON', printed: JSON.stringify({ secret }) },
    { because: 'inspect', printed: inspect({ secret }, { depth: 5, showHidden: true }) },
    { because: 'inspect of itself', printed: inspect(secret) },
    { because: 'its members', printed: JSON.stringify(Object.entries(secret)) },
    { because: 'a copy', printed: inspect({ ...secret }) },
    { because: 'an error', printed: String(new Error(`${secret}`).stack) },
  ])('does not show in $because', ({ printed }) => {
    expect(printed).not.toContain('hunter2');
  });
  it('is told when asked', () => {
    expect(secret.reveal()).toBe('hunter2');
  });
});
