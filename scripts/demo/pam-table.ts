import type { PamCore } from '../../test/support/pam-core/start-pam-core.ts';
import { textTable } from './text-table.ts';

/** What PAM Core holds, as a table. Of secrets only how often one was set. */
export function pamTable({ store }: PamCore, identifiers?: readonly string[]): string {
  const rows = store
    .records()
    .filter(({ identifier }) => identifiers === undefined || identifiers.includes(identifier ?? ''))
    .map(({ id, identifier, username, hostname, enabled, contentVersion }) => [
      id,
      identifier ?? '',
      username,
      hostname,
      enabled ? 'yes' : 'no',
      contentVersion === 0 ? '-' : `*** version ${contentVersion}`,
    ]);
  return textTable(['ID', 'IDENTIFIER', 'USERNAME', 'HOST', 'ENABLED', 'SECRET'], rows);
}
