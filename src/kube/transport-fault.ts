import type { KubeSignal } from '../core/kube-error.ts';
import { asObject, textField } from './json-fields.ts';

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO$)/;

/** Reduces an error of the transport to a signal; nothing else of it survives. */
export function transportSignal(error: unknown): KubeSignal {
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'timeout';
  if (code === 'UND_ERR_ABORTED' || (error instanceof Error && error.name === 'AbortError')) return 'aborted';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code.startsWith('HPE_')) return 'unreadable';
  return TLS_CODE.test(code) ? 'tls' : 'unreachable';
}

/** `reason` of a Status object; foreign text never passes, only words such as `NotFound`. */
export function statusReason(body: unknown): string | undefined {
  const reason = textField(asObject(body), 'reason');
  return reason !== undefined && /^[A-Za-z]{1,64}$/.test(reason) ? reason : undefined;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? '' : codeOf(error.cause);
}
