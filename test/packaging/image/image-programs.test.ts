import { expect, it } from 'vitest';
import { findImagePrograms } from './image-programs.ts';

it('says in one line that it needs root where everything else is there', () => {
  expect(() => findImagePrograms(1000)).toThrow(/^The tests of the image need root, .*\.$/);
});

it('asks for nothing more as root', () => {
  expect(findImagePrograms(0)).toBeUndefined();
});
