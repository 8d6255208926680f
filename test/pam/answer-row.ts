import type { PamOperation } from '../../src/core/pam-fault.ts';
import { readAnswer } from '../../src/pam/response-reader.ts';

/** One answer and why it is read as it is. */
export interface Row {
  readonly because: string;
  readonly status: number;
  readonly body: string | Uint8Array | object;
  readonly operation?: PamOperation;
  readonly tenant?: string;
}

/** Reads it as the answer to a call about a credential. */
export function read({ status, body, operation = 'Upsert', tenant }: Omit<Row, 'because'>) {
  return readAnswer({
    operation,
    kind: 'credential',
    httpStatus: status,
    body: bytesOf(body),
    now: new Date(0),
    ...(tenant !== undefined && { tenant }),
  });
}

function bytesOf(body: Row['body']): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** An envelope that says error. */
export const say = (message: string, more: object = {}) => ({ response: { message, error: true, ...more } });
/** An envelope that says success. */
export const done = { response: { status: 200, message: 'Credential successfully activated', error: false } };
