/** Where a server listens; without a host on all interfaces, with port 0 on a port that the system chooses. */
export interface BindAddress {
  readonly host?: string;
  readonly port: number;
}

/** RFC 1123 host name or IPv4 address. */
const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const IPV6 = /^\[([0-9A-Fa-f:.]{2,45})\]$/;
const PORT = /^\d{1,5}$/;

/**
 * Reads `:8081`, `127.0.0.1:8081`, `[::1]:8081` or `localhost:0`; `0` means off, as in controller-runtime.
 * Undefined for everything else.
 */
export function parseBindAddress(text: string): BindAddress | 'off' | undefined {
  if (text === '0') {
    return 'off';
  }
  const colon = text.lastIndexOf(':');
  const portText = text.slice(colon + 1);
  const port = Number(portText);
  if (colon < 0 || !PORT.test(portText) || port > 65_535) {
    return undefined;
  }
  const hostText = text.slice(0, colon);
  if (hostText === '') {
    return { port };
  }
  const host = HOST.test(hostText) ? hostText : IPV6.exec(hostText)?.[1];
  return host === undefined ? undefined : { host, port };
}

/** The text that {@link parseBindAddress} reads. */
export function formatBindAddress(address: BindAddress | 'off'): string {
  if (address === 'off') {
    return '0';
  }
  const { host = '', port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
