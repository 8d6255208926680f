import { expect, it } from 'vitest';
import { OwnVersions } from '../../src/controller/own-versions.ts';
import { connection } from './declared-resources.ts';

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

it('lays its last whole status over a connection that the watch has not delivered yet', () => {
  const versions = new OwnVersions();
  const cached = (resourceVersion: string) => connection({}, { resourceVersion });
  expect(versions.overlay(cached('7')).status).toBeUndefined();
  versions.add('default', '9', { installation: 'here' });
  versions.add('default', '10');
  expect(versions.overlay(cached('7')).status).toEqual({ installation: 'here' });
  // By number, not by letter.
  expect(versions.overlay(cached('10')).status).toBeUndefined();
  expect(versions.overlay(cached('7')).status).toBeUndefined();
  versions.add('default', '11', { installation: 'here' });
  versions.forget('default');
  expect(versions.overlay(cached('7')).status).toBeUndefined();
});
