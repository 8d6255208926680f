import { describe, expect, it } from 'vitest';
import { conditionsReference } from '../../scripts/generate/conditions-reference.ts';
import { REASONS } from '../../src/api/reason.ts';

const [page] = conditionsReference();
const lines = page?.content.split('\n') ?? [];

describe('the page of conditions', () => {
  it.each(REASONS)('has a section whose anchor is %s in lower case, with the next step', (reason) => {
    const at = lines.indexOf(`### ${reason}`);
    expect(at).toBeGreaterThan(0);
    expect(lines.slice(at + 1, at + 6).join('\n')).toMatch(
      /^\n[A-Z`].*\.\n\n- Next step: .*\.\n- Class: `\w+`; tried again /,
    );
  });

  it('tells the numbers of PAM Core, each once', () => {
    const numbers = lines
      .filter((line) => line.startsWith('- Numbers'))
      .flatMap((line) => line.match(/\d{4}/g) ?? []);
    expect(numbers).toContain('1011');
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.length).toBe(17);
  });
});
