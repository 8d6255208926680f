import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { PamCoreOptions } from './start-pam-core.ts';
import { type Dialect, switchesOf } from './switches.ts';

export const helpText = `PAM Core simulator: a PAM Core REST API on loopback, with its state in memory.

npm run pam-core-simulator -- [options]

  --port <n>              port on 127.0.0.1 (0: a free one)
  --dialect <release>     3.32, 3.33 or 4.0 (4.0)
  --device <host>=<ip>    a device to begin with; repeatable
  --client-id <text>      OAuth 2.0 client id (generated)
  --client-secret <text>  OAuth 2.0 client secret (generated)
  --read-only             the authorization may not write
  --tls                   serve https with a self-signed certificate, which is printed
  --tls-cert <file>       serve https with this certificate (PEM), together with --tls-key
  --tls-key <file>        its private key (PEM)
  --switch <name>=<json>  set one switch, such as disabledListed=false; repeatable (README.md lists them)
  --control               serve the control API under /__sim/ on a loopback port of its own
  --control-port <n>      the same, on this port
  --help                  this text

It runs until SIGINT or SIGTERM.
`;

/** Reads the command line. Throws with a sentence for the user; `help` asks for the help text alone. */
export function readCommandLine(args: readonly string[]): PamCoreOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      dialect: { type: 'string', default: '4.0' },
      device: { type: 'string', multiple: true, default: [] },
      'client-id': { type: 'string' },
      'client-secret': { type: 'string' },
      'read-only': { type: 'boolean', default: false },
      tls: { type: 'boolean', default: false },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      switch: { type: 'string', multiple: true, default: [] },
      control: { type: 'boolean', default: false },
      'control-port': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const controlPort = values['control-port'] ?? (values.control ? '0' : undefined);
  const clientId = values['client-id'];
  const clientSecret = values['client-secret'];
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    throw new Error('--client-id and --client-secret belong together');
  }
  const keys =
    clientId !== undefined && clientSecret !== undefined ? { oauth2: { clientId, clientSecret } } : {};
  const tls = tlsOf(values.tls, values['tls-cert'], values['tls-key']);
  return {
    port: portOf('--port', values.port),
    dialect: dialectOf(values.dialect),
    switches: Object.fromEntries(values.switch.map(switchOf)),
    devices: values.device.map(deviceOf),
    authorization: { ...keys, permission: values['read-only'] ? 'read' : 'readwrite' },
    ...(tls === undefined ? {} : { tls }),
    ...(controlPort === undefined ? {} : { controlPort: portOf('--control-port', controlPort) }),
  };
}

function tlsOf(
  selfSigned: boolean,
  cert: string | undefined,
  key: string | undefined,
): PamCoreOptions['tls'] {
  if (cert !== undefined && key !== undefined) {
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  }
  if (cert !== undefined || key !== undefined) throw new Error('--tls-cert and --tls-key belong together');
  return selfSigned ? 'self-signed' : undefined;
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`${option} must be a number from 0 to 65535`);
  return port;
}

function dialectOf(text: string): Dialect {
  if (text !== '3.32' && text !== '3.33' && text !== '4.0')
    throw new Error('--dialect must be 3.32, 3.33 or 4.0');
  return text;
}

function deviceOf(text: string): { hostname: string; ip: string } {
  const at = text.lastIndexOf('=');
  const [hostname, ip] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (hostname === '' || ip === '') throw new Error('--device must be <host>=<ip>');
  return { hostname, ip };
}

function switchOf(text: string): [string, unknown] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  const names = Object.keys(switchesOf('4.0'));
  if (!names.includes(name)) throw new Error(`--switch must name one of: ${names.join(', ')}`);
  try {
    return [name, JSON.parse(text.slice(at + 1))];
  } catch {
    throw new Error('--switch must be <name>=<json>, such as disabledListed=false or envelope="short"');
  }
}
