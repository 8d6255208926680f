import { expect, it } from 'vitest';
import { OwnVersions } from '../../src/controller/own-versions.ts';

it('knows the last eight versions of each name, and none of a name that it forgot', () => {
  const versions = new OwnVersions();
  for (let version = 1; version <= 9; version++) versions.add('one', String(version));
  versions.add('two', '1');
  expect(versions.has('one', '1')).toBe(false);
  expect(versions.has('one', '2')).toBe(true);
  expect(versions.has('one', '9')).toBe(true);
  expect(versions.has('two', '1')).toBe(true);
  expect(versions.has('three', '1')).toBe(false);
  versions.forget('two');
  expect(versions.has('two', '1')).toBe(false);
});
