import type { Prefix } from './switches.ts';

/** Endpoint ids: C credentials, K SSH keys, D devices; TOKEN is `{prefix}/oauth2/token`. */
export const templates = [
  'TOKEN',
  ...['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8'],
  ...['K1', 'K2', 'K3', 'K4'],
  ...['D1', 'D2', 'D3', 'D4', 'D5'],
  'unknown',
  'outside',
] as const;

export type Template =
  | 'TOKEN'
  | `C${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`
  | `K${1 | 2 | 3 | 4}`
  | `D${1 | 2 | 3 | 4 | 5}`
  /** Below a prefix, but no endpoint. */
  | 'unknown'
  /** Below no prefix. */
  | 'outside';

export interface Route {
  readonly prefix: Prefix | undefined;
  readonly template: Template;
  /** The decoded last segment: an id or username@hostname; empty where a trailing slash leaves it out. */
  readonly parameter: string | undefined;
}

type Row = readonly [method: string, path: string, template: Template];

/** `{id}` takes any segment without `@`, `{name}` any with one. */
const rows: readonly Row[] = [
  ['POST', 'oauth2/token', 'TOKEN'],
  ['GET', 'pam/credential', 'C1'],
  ['GET', 'pam/credential/{id}', 'C2'],
  ['GET', 'pam/credential/{name}', 'C3'],
  ['POST', 'pam/credential', 'C4'],
  ['PUT', 'pam/credential/{id}', 'C5'],
  ['DELETE', 'pam/credential/{id}', 'C6'],
  ['DELETE', 'pam/credential/{name}', 'C7'],
  ['DELETE', 'pam/credential/custody/{id}', 'C8'],
  ['DELETE', 'pam/credential/custody/{name}', 'C8'],
  ['POST', 'pam/key', 'K1'],
  ['GET', 'pam/key/{id}', 'K2'],
  ['PUT', 'pam/key/{id}', 'K3'],
  ['DELETE', 'pam/key/{id}', 'K4'],
  ['GET', 'pam/device', 'D1'],
  ['GET', 'pam/device/{id}', 'D2'],
  ['POST', 'pam/device', 'D3'],
  ['PUT', 'pam/device/{id}', 'D4'],
  ['DELETE', 'pam/device/{id}', 'D5'],
];

/** Finds the endpoint of a request target's path (without query). Never throws, whatever the path holds. */
export function routeOf(method: string, path: string): Route {
  const [, first, ...rest] = path.split('/');
  const prefix = first === 'api' || first === 'iso' ? (`/${first}` as const) : undefined;
  if (prefix === undefined) return { prefix, template: 'outside', parameter: undefined };
  const segments = rest.map(decoded);
  for (const [rowMethod, rowPath, template] of rows) {
    const pattern = rowPath.split('/');
    if (rowMethod !== method || pattern.length !== segments.length) continue;
    const placeholder = pattern.at(-1) ?? '';
    const parameter = placeholder.startsWith('{') ? segments.at(-1) : undefined;
    const fixed = parameter === undefined ? pattern : pattern.slice(0, -1);
    if (!fixed.every((segment, index) => segment === segments[index])) continue;
    if (parameter !== undefined && (placeholder === '{name}') !== parameter.includes('@')) continue;
    return { prefix, template, parameter };
  }
  return { prefix, template: 'unknown', parameter: undefined };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
