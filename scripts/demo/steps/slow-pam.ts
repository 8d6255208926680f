import type { JournalEntry } from '../../../test/support/pam-core/journal.ts';
import { REQUEST_TIMEOUT } from '../demo-connection.ts';
import { kubectl } from '../kubectl.ts';
import { newPassword } from '../new-password.ts';
import {
  CHANGE_COMMAND,
  changePassword,
  ORDERS_DB,
  ORDERS_DB_IDENTIFIER,
  ordersDbRecord,
} from '../orders-db.ts';
import { pamTable } from '../pam-table.ts';
import {
  type DemoStage,
  type DemoStep,
  hasCondition,
  readCredential,
  type ShownResource,
  TEAM,
} from '../stage.ts';
import { textTable } from '../text-table.ts';
import { mustHold, until } from '../until.ts';

/** Two waits between tries show that the operator keeps its distance. */
const TRIES = 3;

/**
 * In seconds. The second pause is random between 0.2, a tenth of its limit, and 2; a call that reaches PAM Core late
 * on a busy machine makes the one behind it look shorter.
 */
const SHORTEST_PAUSE = 0.15;

export const slowPam: DemoStep = {
  title: 'Break PAM Core, and let it come back',
  play: async (stage, narrator) => {
    const { controlPlane, pam } = stage;
    narrator.say(
      'From now on PAM Core leaves every change without an answer. In the middle of that the password ' +
        `changes again. This connection gives a call up after ${REQUEST_TIMEOUT} s.`,
    );
    const before = ordersDbRecord(stage).contentVersion;
    const known = pam.journal.entries.length;
    const since = () => pam.journal.entries.slice(known);
    const tries = () =>
      since().filter(({ template, identifier }) => template === 'C4' && identifier === ORDERS_DB_IDENTIFIER);
    const fault = pam.faults.add({ kind: 'hang-before-commit', match: { path: 'C4' } });
    narrator.command(CHANGE_COMMAND);
    const password = newPassword(stage);
    await changePassword(stage, password);
    await narrator.during('the resource says that PAM Core does not answer', () =>
      until(
        `${ORDERS_DB} with the reason PamTimeout`,
        () => readCredential(stage, ORDERS_DB),
        (resource) =>
          hasCondition(resource, { type: 'Ready', status: 'False', reason: 'PamTimeout' }) &&
          hasCondition(resource, { type: 'Reconciling', status: 'True' }),
      ),
    );
    await othersMustBeReady(stage);
    narrator.command(`kubectl get pamcredentials ${ORDERS_DB} orders-report -n ${TEAM}`);
    narrator.block(
      await kubectl(controlPlane, ['get', 'pamcredentials', ORDERS_DB, 'orders-report', '-n', TEAM]),
    );
    narrator.say(
      'Only what waits for PAM Core is not Ready. What is in sync stays so: an outage of PAM Core does not ' +
        'turn the cluster red. A tool such as Argo CD sees Reconciling, so it waits and does not fail.',
    );
    await narrator.during(`the operator has tried ${TRIES} times`, () =>
      until(
        `${TRIES} tries of ${ORDERS_DB}`,
        () => tries().filter(({ done }) => done).length,
        (count) => count >= TRIES,
      ),
    );
    narrator.gap();
    narrator.block(tableOfTries(tries().slice(0, TRIES)));
    mustHold('the list is read before each repetition', tries().slice(1).every(isPrecededByList(since())));
    narrator.say(
      'One call at a time, and after each a random pause with a limit that doubles: 1 s, 2 s, 4 s, in ' +
        'production up to 5 min. A PAM Core that is ill is not hammered.',
    );
    fault.remove();
    await narrator.during('PAM Core answers again, and the password arrives', () => arrived(stage, password));
    mustHold('the password was set exactly once', ordersDbRecord(stage).contentVersion === before + 1);
    narrator.gap();
    narrator.block(pamTable(pam, [ORDERS_DB_IDENTIFIER]));
    narrator.say(
      'Set once, in spite of all tries: before it repeats a call whose answer is lost, the operator looks at ' +
        "PAM Core's list to see whether that call was applied.",
    );
  },
};

async function arrived(stage: DemoStage, password: string): Promise<void> {
  await until(
    `the new password of ${ORDERS_DB} in PAM Core after the outage`,
    () => ordersDbRecord(stage).content,
    (content) => content === password,
  );
  await until(
    `${ORDERS_DB} Ready after the outage`,
    () => readCredential(stage, ORDERS_DB),
    (resource) => hasCondition(resource, { type: 'Ready', status: 'True', reason: 'Synced' }),
  );
}

async function othersMustBeReady({ controlPlane }: DemoStage): Promise<void> {
  const list = await kubectl(controlPlane, ['get', 'pamcredentials,pamsshkeys', '-n', TEAM, '-o', 'json']);
  const { items } = JSON.parse(list) as { readonly items: readonly ShownResource[] };
  const others = items.filter(({ metadata }) => metadata.name !== ORDERS_DB);
  mustHold(
    'what is in sync stays Ready through the outage',
    others.length > 0 &&
      others.every((resource) => hasCondition(resource, { type: 'Ready', status: 'True' })),
  );
}

/** Whether the list was read after the try before this one. */
function isPrecededByList(calls: readonly JournalEntry[]) {
  return (tryAgain: JournalEntry): boolean => {
    const before = calls.slice(0, calls.indexOf(tryAgain));
    const lastOf = (template: string) => before.findLastIndex((call) => call.template === template);
    return lastOf('C1') > lastOf('C4');
  };
}

/** Also checks what the story says about them. */
function tableOfTries(tries: readonly JournalEntry[]): string {
  const begins = tries.map(({ time }) => Date.parse(time));
  const first = begins[0] ?? 0;
  const gaps = begins.map((begin, index) => (begin - (begins[index - 1] ?? begin)) / 1000);
  mustHold(
    'no try was answered',
    tries.every(({ status }) => status === 'none'),
  );
  const pauses = gaps.slice(1).map((gap) => gap - REQUEST_TIMEOUT);
  mustHold(
    'a try begins only after the end of the one before',
    pauses.every((pause) => pause > 0),
  );
  mustHold('the operator pauses before it tries again', Math.max(...pauses) >= SHORTEST_PAUSE);
  const rows = tries.map((_, index) => [
    String(index + 1),
    `+${(((begins[index] ?? 0) - first) / 1000).toFixed(1)} s`,
    index === 0 ? '-' : `${((gaps[index] ?? 0) - REQUEST_TIMEOUT).toFixed(1)} s`,
    'none',
  ]);
  return textTable(['TRY', 'AT', 'PAUSE BEFORE', 'ANSWER'], rows);
}
