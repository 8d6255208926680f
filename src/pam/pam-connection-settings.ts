import type { Clock } from '../core/clock.ts';
import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { PamOperation } from '../core/pam-fault.ts';
import type { RecordKind } from '../core/record-kind.ts';

/** One HTTP call as metrics see it; labels only, nothing that was sent or received. */
export interface PamCallRecord {
  readonly operation: PamOperation;
  readonly kind?: RecordKind;
  /** `ok`, a business number ("1043") or the name of the signal. */
  readonly code: string;
  readonly httpStatus?: number;
  readonly durationMs: number;
}

/** Everything a client needs to talk to one PAM Core with one authorization. */
export interface PamConnectionSettings extends Omit<ConnectionSettings, 'limits'> {
  readonly limits: { readonly maxInFlight: number };
  /** Largest answer but the inventory's, in decoded bytes. */
  readonly maxResponseBytes: number;
  /** Largest inventory, in decoded bytes. */
  readonly maxInventoryBytes: number;
  /** `pam-operator/<version>` */
  readonly userAgent: string;
  readonly clock: Clock;
  /** Called once per HTTP attempt, the token's included. */
  readonly onCall?: (call: PamCallRecord) => void;
}

/** Values of headers: visible ASCII, so that no line break can add a header. */
const headerValue = /^[\x20-\x7e]+$/;

/**
 * Says what is wrong with the addresses of a connection, in one sentence without their values (a proxy's
 * address may hold a password); `undefined` when nothing is.
 */
export function pamSettingsProblem(settings: PamConnectionSettings): string | undefined {
  const url = parse(settings.url);
  if (url === undefined || !isSecure(url)) return 'url must be https (http only for loopback addresses)';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || hasUserInfo(url)) {
    return 'url must be a scheme, a host and a port, and nothing else';
  }
  if (settings.apiPrefix !== '/api' && settings.apiPrefix !== '/iso') return 'apiPrefix must be /api or /iso';
  if (settings.tokenUrl !== undefined) {
    const tokenUrl = parse(settings.tokenUrl);
    if (tokenUrl === undefined || !isSecure(tokenUrl)) {
      return 'tokenUrl must be https (http only for loopback addresses)';
    }
    if (hasUserInfo(tokenUrl)) return 'tokenUrl must not hold a user name or password';
  }
  if (settings.proxyUrl !== undefined) {
    const proxy = parse(settings.proxyUrl);
    if (proxy === undefined || !/^https?:$/.test(proxy.protocol))
      return 'proxyUrl must be an http or https address';
  }
  if (settings.referer !== undefined && !headerValue.test(settings.referer)) {
    return 'referer must be visible ASCII text';
  }
  if (!headerValue.test(settings.userAgent)) return 'userAgent must be visible ASCII text';
  return undefined;
}

/** Whether the host is this machine: 127.0.0.0/8, ::1 or localhost. */
function isLoopback(url: URL): boolean {
  return (
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(url.hostname)
  );
}

function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

function hasUserInfo(url: URL): boolean {
  return url.username !== '' || url.password !== '';
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
