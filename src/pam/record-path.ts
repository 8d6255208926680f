import type { RecordKind } from '../core/record-kind.ts';

const id18 = /^\d{1,18}$/;

/**
 * The address of PAM's list, of an upsert (`id` absent) or of one record. `undefined` where the id is not 1 to
 * 18 digits, or where the address that came out is not literally the one of the template: `..` in any spelling
 * would have been resolved away.
 */
export function recordUrl(
  base: URL,
  apiPrefix: '/api' | '/iso',
  kind: RecordKind,
  id?: string,
): URL | undefined {
  if (id !== undefined && !id18.test(id)) return undefined;
  const path = `${apiPrefix}/pam/${kind}${id === undefined ? '' : `/${id}`}`;
  const url = new URL(path, base);
  return url.pathname === path && url.origin === base.origin && url.search === '' ? url : undefined;
}
