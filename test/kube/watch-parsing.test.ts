import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineTooLong, readLines } from '../../src/kube/json-lines.ts';
import { identityOf } from '../../src/kube/object-identity.ts';
import { isNewerVersion } from '../../src/kube/resource-version.ts';
import { readWatchEvent } from '../../src/kube/watch-event.ts';

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe('lines of a watch', () => {
  it('are the same wherever the chunks are cut, also inside a character', async () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => JSON.stringify(text));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(20)), async (lines, sizes) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        expect(await collect(readLines(chunksOf(bytes, sizes)))).toEqual(lines);
      }),
    );
  });

  it('a last line without its end is dropped', async () => {
    expect(await collect(readLines(chunksOf(Buffer.from('{"a":1}\n{"b"'), [3])))).toEqual(['{"a":1}']);
  });

  it('empty lines are no events', async () => {
    expect(await collect(readLines(chunksOf(Buffer.from('\n\r\n{}\n\n'), [])))).toEqual(['{}']);
  });

  it('a line without end is refused before it fills the memory', async () => {
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    }
    await expect(collect(readLines(endless()))).rejects.toThrow(LineTooLong);
  });
});

const metadata = { name: 'a', uid: 'u', resourceVersion: '7', namespace: 'n' };

describe('watch event', () => {
  const rows = [
    { because: 'ADDED', line: { type: 'ADDED', object: { metadata } }, type: 'changed' },
    { because: 'MODIFIED', line: { type: 'MODIFIED', object: { metadata } }, type: 'changed' },
    { because: 'DELETED', line: { type: 'DELETED', object: { metadata } }, type: 'deleted' },
    {
      because: 'BOOKMARK',
      line: { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } },
      type: 'bookmark',
    },
    { because: 'ERROR', line: { type: 'ERROR', object: { code: 410 } }, type: 'error' },
    { because: 'ERROR without an object', line: { type: 'ERROR' }, type: 'error' },
    { because: 'a bookmark that says nothing', line: { type: 'BOOKMARK', object: {} }, type: 'corrupt' },
    {
      because: 'no uid',
      line: { type: 'ADDED', object: { metadata: { ...metadata, uid: '' } } },
      type: 'corrupt',
    },
    {
      because: 'no version',
      line: { type: 'ADDED', object: { metadata: { name: 'a', uid: 'u' } } },
      type: 'corrupt',
    },
    {
      because: 'a version that is a number',
      line: { type: 'ADDED', object: { metadata: { ...metadata, resourceVersion: 7 } } },
      type: 'corrupt',
    },
    { because: 'no metadata', line: { type: 'ADDED', object: {} }, type: 'corrupt' },
    { because: 'a list', line: [], type: 'corrupt' },
    { because: 'null', line: null, type: 'corrupt' },
    { because: 'a prototype', line: { ['__proto__']: { type: 'ADDED' } }, type: 'corrupt' },
  ];
  it.each(rows)('$because is $type', ({ line, type }) => {
    expect(readWatchEvent(JSON.stringify(line)).type).toBe(type);
  });

  it('reading is total', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ type: 'ADDED', object: value })),
        ),
        (line) => {
          expect(readWatchEvent(line)).toHaveProperty('type');
        },
      ),
    );
  });

  it('a cluster-scoped object has the empty namespace', () => {
    expect(identityOf({ metadata: { name: 'a', uid: 'u', resourceVersion: '7' } })?.namespace).toBe('');
  });
});

describe('resourceVersion', () => {
  const rows = [
    { because: 'integers compare by value, not as text', left: '10', right: '9', isNewer: true },
    { because: 'older', left: '9', right: '10', isNewer: false },
    { because: 'equal', left: '10', right: '10', isNewer: false },
    { because: 'beyond 2^53', left: '9007199254740993', right: '9007199254740992', isNewer: true },
    {
      because: 'beyond 2^53, the other way',
      left: '9007199254740992',
      right: '9007199254740993',
      isNewer: false,
    },
    { because: 'no integer, but different', left: 'abc', right: '10', isNewer: true },
    { because: 'no integer, and equal', left: 'abc', right: 'abc', isNewer: false },
  ];
  it.each(rows)('$because', ({ left, right, isNewer }) => {
    expect(isNewerVersion(left, right)).toBe(isNewer);
  });
});
