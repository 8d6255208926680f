import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CredentialView } from '../../test/support/pam-core/store.ts';
import { kubectl } from './kubectl.ts';
import { type Servers, TEAM } from './stage.ts';

/** The credential of `examples/20-credential.yaml`, and the Secret that it takes its password from. */
export const ORDERS_DB = 'orders-db';
export const ORDERS_DB_IDENTIFIER = 'example_team-a_orders-db';

/** The command as a user would type it; the value itself is not for the screen. */
export const CHANGE_COMMAND = `kubectl patch secret ${ORDERS_DB} -n ${TEAM} -p '{"stringData":{"password":"<a new one>"}}'`;

/** Puts the password into the Secret. */
export async function changePassword({ controlPlane }: Servers, password: string): Promise<void> {
  // As a file: an argument would show the value to everybody who lists processes.
  const file = join(controlPlane.directory, 'patch.json');
  writeFileSync(file, JSON.stringify({ stringData: { password } }), { mode: 0o600 });
  await kubectl(controlPlane, ['patch', 'secret', ORDERS_DB, '-n', TEAM, '--patch-file', file]);
  rmSync(file);
}

/** The record as PAM Core holds it. Throws when it is not there. */
export function ordersDbRecord({ pam }: Servers): CredentialView {
  const record = pam.store.credential(ORDERS_DB_IDENTIFIER);
  if (record === undefined) throw new Error(`PAM Core does not hold ${ORDERS_DB_IDENTIFIER}`);
  return record;
}
