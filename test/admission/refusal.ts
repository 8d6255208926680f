import { expect } from 'vitest';
import type { ApiAnswer } from './api-server.ts';

/** The answer to a request that the policies let pass. */
export function expectAccepted({ status, message }: ApiAnswer): void {
  expect({ passed: status === 200 || status === 201, message }).toEqual({ passed: true, message: '' });
}

/** A refusal by this policy, with exactly this sentence at the end of the message. */
export function expectRefused({ status, message }: ApiAnswer, policy: string, sentence: string): void {
  expect({ status, policy: /ValidatingAdmissionPolicy '([^']*)'/.exec(message)?.[1] }, message).toEqual({
    status: 403,
    policy,
  });
  expect(message.slice(message.indexOf('denied request: '))).toBe(`denied request: ${sentence}`);
}
