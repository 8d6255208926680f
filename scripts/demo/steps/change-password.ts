import { newPassword } from '../new-password.ts';
import {
  CHANGE_COMMAND,
  changePassword,
  ORDERS_DB,
  ORDERS_DB_IDENTIFIER,
  ordersDbRecord,
} from '../orders-db.ts';
import { pamTable } from '../pam-table.ts';
import { type DemoStep, hasCondition, readCredential, type Servers } from '../stage.ts';
import { mustHold, until } from '../until.ts';

const CHILD = 'example_team-a_orders-report';

const childContent = ({ pam }: Servers) => pam.store.credential(CHILD)?.content;

export const changeOnePassword: DemoStep = {
  title: 'Change a password',
  play: async (stage, narrator) => {
    narrator.say(
      'Somebody, or a secret store, puts a new password into the Secret. Nobody touches the PamCredential. ' +
        'The operator notices the Secret and sends the new value.',
    );
    const before = ordersDbRecord(stage).contentVersion;
    narrator.command(CHANGE_COMMAND);
    const startedAt = performance.now();
    const took = await narrator.during('PAM Core has the new password', async () => {
      const password = newPassword(stage);
      const patched = changePassword(stage, password);
      await until(
        `the new password of ${ORDERS_DB} in PAM Core`,
        () => ordersDbRecord(stage).content,
        (content) => content === password,
        patched,
      );
      return Math.round(performance.now() - startedAt);
    });
    await until(
      `${ORDERS_DB} Ready again`,
      () => readCredential(stage, ORDERS_DB),
      (resource) => hasCondition(resource, { type: 'Ready', status: 'True', reason: 'Synced' }),
    );
    const after = ordersDbRecord(stage).contentVersion;
    mustHold('the password was set exactly once', after === before + 1);
    mustHold(
      'the child has the password of its parent',
      childContent(stage) === ordersDbRecord(stage).content,
    );
    narrator.block(pamTable(stage.pam, [ORDERS_DB_IDENTIFIER, CHILD]));
    narrator.say(
      `Version ${before} became version ${after}, ${took} ms after Enter, by one call. orders-report follows: ` +
        'it is declared as a child of orders-db, and PAM Core gives a child the password of its parent.',
    );
  },
};
