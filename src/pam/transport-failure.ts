import { TimeoutError } from 'got';
import type { PamSignal } from '../core/pam-fault.ts';

/** OpenSSL and Node name every refused certificate and handshake with one of these. */
const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|EPROTO$)/;

/** An encoding of the body that is not what its header says; the codes of zlib, brotli and zstd. */
const encodingCode = /^(Z_|ERR_ZLIB_|ERR_BROTLI_|ERR__ERROR_FORMAT_|ZSTD_)/;

/** Phases before anything of the request was sent. */
const connectPhases: ReadonlySet<string> = new Set(['lookup', 'connect']);

/**
 * What a failed HTTP call saw, told by error class and code alone: the message of a got error holds the
 * address, its enumerable `options` the body and the `Authorization` header.
 */
export function signalOfFailure(error: unknown): PamSignal {
  if (error instanceof TimeoutError) return connectPhases.has(error.event) ? 'unreachable' : 'timeout';
  for (const code of codesOf(error)) {
    if (tlsCode.test(code)) return 'tls';
    if (encodingCode.test(code)) return 'unreadable';
  }
  return 'unreachable';
}

/** The error's own code and its causes': got wraps what Node threw. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let current = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string') codes.push(current.code);
    current = current.cause;
  }
  return codes;
}
