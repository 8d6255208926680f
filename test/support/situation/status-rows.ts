import { expect, it } from 'vitest';
import type { ManagedStatus } from '../../../src/core/next-status.ts';
import type { ResourceStory } from './a-resource.ts';
import { type Pass, statusAfter } from './status-after.ts';

/** One row: a resource, what a pass did, and what the status says afterwards. */
export interface StatusRow extends Pass {
  readonly because: string;
  readonly story: ResourceStory;
  readonly expected: object;
  readonly absent?: readonly (keyof ManagedStatus)[];
}

export function itRecords(rows: readonly StatusRow[]): void {
  it.each(rows)('$because', ({ because, story, expected, absent = [], ...pass }) => {
    const status = statusAfter(story, pass);
    expect(status, because).toMatchObject(expected);
    for (const member of absent) expect(status).not.toHaveProperty(member);
    if (pass.outcome?.wrote === true) expect(status.content ?? {}).not.toHaveProperty('change');
  });
}
