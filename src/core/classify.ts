import type { Reason } from '../api/reason.ts';
import { CATALOGUE } from './catalogue.ts';
import { type Failure, fullStop, sentence } from './failure.ts';
import type { PamFault, PamOperation } from './pam-fault.ts';
import type { RecordKind } from './record-kind.ts';

/** What a message may name: what the operator itself sent, never what PAM answered. */
export interface Subject {
  readonly kind?: RecordKind;
  readonly hostname?: string;
  readonly ip?: string;
  /** The spec sets `additionalSettings.userCredentialOwner`, which PAM answers with a bare 500 when unknown. */
  readonly namesOwner?: boolean;
  /** Seconds until the next try of a reason of class `wait`, where a setting differs from the catalogue. */
  readonly waitSeconds?: (reason: Reason) => number | undefined;
}

type Operation = Extract<PamOperation, 'Upsert' | 'Enable' | 'Disable'>;

/** A numbered error: what PAM means by it, for which kinds of record and operations the vendor documents it. */
interface NumberedError {
  readonly title: string;
  readonly reason: Reason;
  readonly on: readonly Operation[];
  readonly of: readonly RecordKind[];
  /** Only where it says more than the reason's own remedy. */
  readonly remedy?: string;
}

const BOTH: readonly RecordKind[] = ['credential', 'key'];
const WRITES: readonly Operation[] = ['Upsert', 'Enable', 'Disable'];

/**
 * pam-core-api 5.1 and design 3.6. A number on an operation or kind that is not in its row is `PamRejected`: 1007
 * to 1017 mean different things by operation, and a message must not blame a field that was not sent. The
 * "already active" and "already inactive" numbers are success and never come here.
 */
const NUMBERED: Readonly<Record<number, NumberedError>> = {
  1004: {
    title: 'hostname missing',
    reason: 'PamValidationFailed',
    on: ['Upsert'],
    of: BOTH,
    remedy: 'Correct `spec.device.hostname`',
  },
  1005: {
    title: 'IP missing',
    reason: 'PamValidationFailed',
    on: ['Upsert'],
    of: BOTH,
    remedy: 'Correct `spec.device.ip`',
  },
  1007: {
    title: 'credential not found',
    reason: 'RecordNotFound',
    on: ['Upsert', 'Enable'],
    of: ['credential'],
  },
  1009: { title: 'no access to the record', reason: 'AccessNotGranted', on: WRITES, of: BOTH },
  1010: { title: 'not a credential', reason: 'WrongRecordKind', on: WRITES, of: ['credential'] },
  1011: { title: 'device not found', reason: 'DeviceNotFound', on: ['Upsert'], of: BOTH },
  1013: {
    title: 'public key missing',
    reason: 'PamValidationFailed',
    on: ['Upsert'],
    of: ['key'],
    remedy: 'Correct `spec.publicKey`',
  },
  1014: {
    title: 'private key missing',
    reason: 'PamValidationFailed',
    on: ['Upsert'],
    of: ['key'],
    remedy: 'Correct `spec.privateKey`',
  },
  1015: { title: 'SSH key not found', reason: 'RecordNotFound', on: ['Upsert', 'Enable'], of: ['key'] },
  1016: { title: 'not an SSH key', reason: 'WrongRecordKind', on: WRITES, of: ['key'] },
  1029: { title: 'domain not registered', reason: 'DomainNotFound', on: ['Upsert'], of: ['credential'] },
  1039: { title: 'authorization is read-only', reason: 'PamPermissionDenied', on: WRITES, of: BOTH },
  1042: {
    title: 'invalid username',
    reason: 'PamValidationFailed',
    on: ['Upsert'],
    of: ['credential'],
    remedy: 'Correct `spec.username`',
  },
  1046: { title: 'plugin not registered', reason: 'PluginNotFound', on: ['Upsert'], of: ['credential'] },
  1047: { title: 'template not registered', reason: 'PluginNotFound', on: ['Upsert'], of: ['credential'] },
  1052: {
    title: 'another credential has this username on this device',
    reason: 'Conflict',
    on: ['Upsert'],
    of: ['credential'],
    remedy: 'Correct `spec.username` or `spec.device`, or remove the other credential',
  },
  1053: {
    title: 'invalid identifier',
    reason: 'PamValidationFailed',
    on: ['Upsert'],
    of: BOTH,
    remedy: 'Correct `spec.identifier`',
  },
};

/** PAM Core's numbers that lead to this reason, on the calls where they are documented. */
export function numbersOf(reason: Reason): readonly number[] {
  return Object.entries(NUMBERED)
    .filter(([, known]) => known.reason === reason)
    .map(([code]) => Number(code));
}

/** The one decision from a fault to what a user reads and when the operator tries again. Total: never throws. */
export function classify(fault: PamFault, subject: Subject): Failure {
  // A token that is refused is a fault of the connection, whatever its number.
  if (fault.signal === 'code' && fault.operation !== 'Token') return classifyNumbered(fault, subject);
  const reason = reasonOf(fault);
  const { explanation, remedy } = CATALOGUE[reason];
  // A list that PAM refuses is no fault of this resource: waiting for a change of its spec would help nobody.
  const retry = fault.operation === 'List' && reason === 'PamRejected' ? 'backoff' : CATALOGUE[reason].retry;
  const status = fault.httpStatus === undefined ? '' : ` (HTTP ${fault.httpStatus})`;
  const owner =
    fault.signal === 'unexpectedError' && fault.operation === 'Upsert' && subject.namesOwner === true
      ? ' If it lasts, check that the user in `spec.additionalSettings.userCredentialOwner` exists in PAM Core.'
      : '';
  return {
    reason,
    retry,
    message: `${DOING[fault.operation]} failed${status}: ${sentence(explanation)} ${sentence(remedy)}${owner}`,
    fault,
  };
}

const DOING: Readonly<Record<PamOperation, string>> = {
  Token: 'Asking PAM Core for a token',
  List: "Reading PAM Core's list",
  Upsert: 'Writing the record',
  Enable: 'Enabling the record',
  Disable: 'Disabling the record',
};

function classifyNumbered(fault: PamFault, subject: Subject): Failure {
  const { code = 0, operation } = fault;
  const known = NUMBERED[code];
  const expected =
    known !== undefined &&
    (known.on as readonly PamOperation[]).includes(operation) &&
    subject.kind !== undefined &&
    known.of.includes(subject.kind);
  const reason = expected ? known.reason : 'PamRejected';
  const entry = CATALOGUE[reason];
  const title = expected ? known.title : 'not documented for this call';
  const remedy =
    reason === 'DeviceNotFound' ? registerDevice(subject) : (expected && known.remedy) || entry.remedy;
  const wait = subject.waitSeconds?.(reason) ?? entry.waitSeconds;
  const next = wait === undefined ? '' : ` Next try in ${duration(wait)} or on change.`;
  return {
    reason,
    retry: operation === 'List' && reason === 'PamRejected' ? 'backoff' : entry.retry,
    message: `PAM Core error ${code} (${title}): ${fullStop(lowerFirst(remedy))}${next}`,
    ...(wait !== undefined && { waitSeconds: wait }),
    fault,
  };
}

/** Everything that carries no number. */
function reasonOf(fault: PamFault): Reason {
  switch (fault.signal) {
    case 'timeout':
    case 'requestTimedOut':
      return 'PamTimeout';
    case 'unreachable':
    case 'aborted':
      return 'PamUnreachable';
    case 'tls':
      return 'PamTlsFailed';
    case 'notAuthorized':
      return 'PamNotAuthorized';
    case 'clientAuthenticationFailed':
    case 'invalidSignature':
      return 'PamAuthenticationFailed';
    case 'noRouteMatched':
    case 'resourceNotFound':
      return 'PamPathNotFound';
    case 'unexpectedError':
      return 'PamUnavailable';
    case 'unreadable':
      return fault.operation === 'Token' && isAuthStatus(fault.httpStatus)
        ? 'PamAuthenticationFailed'
        : byStatus(fault);
    case 'wrongTenant':
      return 'PamAuthenticationFailed';
    case 'httpStatus':
      return byStatus(fault);
    case 'unknownText':
    case 'code':
      return fault.operation === 'Token' ? 'PamAuthenticationFailed' : 'PamRejected';
  }
}

function byStatus({ httpStatus = 0 }: PamFault): Reason {
  if (httpStatus >= 300 && httpStatus < 400) return 'PamPathNotFound';
  if (isAuthStatus(httpStatus)) return 'PamAuthenticationFailed';
  if (httpStatus === 408) return 'PamTimeout';
  if (httpStatus === 429) return 'PamRateLimited';
  if (httpStatus >= 500) return 'PamUnavailable';
  return 'PamInvalidResponse';
}

function isAuthStatus(httpStatus: number | undefined): boolean {
  return httpStatus === 401 || httpStatus === 403;
}

function registerDevice({ hostname = '', ip = '' }: Subject): string {
  return `register device ${hostname} (${ip}) in PAM Core or correct \`spec.device\``;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
