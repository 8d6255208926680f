import type { Switches } from './switches.ts';

const rules: Record<Switches['identifierRule'], RegExp> = {
  strict: /^[A-Za-z0-9_-]*$/,
  period: /^[A-Za-z0-9_.-]*$/,
  any: /^/,
};

/** Whether an identifier (empty: none sent) has allowed characters only. */
export function identifierIsAllowed(identifier: string, rule: Switches['identifierRule']): boolean {
  return rules[rule].test(identifier);
}
