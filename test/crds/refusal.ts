import { beforeAll, describe, expect, it } from 'vitest';
import { type CustomResource, changed, type Patch, tryCreate } from './custom-resource.ts';
import { installCrds } from './kubectl.ts';

/** One way in which a resource is wrong, and what the API server must say about it. */
export interface Refusal {
  because: string;
  /** What is changed in the `spec` of a valid resource. */
  spec: Patch;
  /** Field that the message names. */
  field: string;
  /** Part of the message. */
  says: string;
}

/** Asks the API server about every row; each must be refused with a message on exactly that field. */
export function expectRefusals(kind: CustomResource['kind'], rows: readonly Refusal[]): void {
  describe(`${kind} is refused`, () => {
    beforeAll(installCrds);

    it.each(rows)('$because', async ({ spec, field, says }) => {
      const { status, causes, message } = await tryCreate(changed(kind, spec));
      const said = causes.filter((cause) => cause.field === field && cause.message.includes(says));
      expect({ status, said: said.length }, message).toEqual({ status: 422, said: 1 });
      expect(message, 'a rule without a message of its own').not.toContain('failed rule');
    });
  });
}
