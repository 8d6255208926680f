import { expect, it } from 'vitest';
import { debianPrograms } from './debian-programs.ts';

it('finds what is on the PATH, and asks nobody', () => {
  expect(debianPrograms(['sh'], ['no-such-package'], 1000).sh).toMatch(/\/sh$/);
});

it('says in one line what to install where it may not', () => {
  const find = () => debianPrograms(['no-such-program'], ['prometheus', 'chromium'], 1000);
  expect(find).toThrow(
    /^These tests need the Debian packages prometheus, chromium: run apt-get install .* prometheus chromium as root\.$/,
  );
});
