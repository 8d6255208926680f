import { kubectl } from '../kubectl.ts';
import { secretValues } from '../secret-values.ts';
import type { DemoStep } from '../stage.ts';
import { mustHold } from '../until.ts';

/** Calls that hand out a password or take a record into custody. */
const READS_OF_SECRETS = ['C2', 'C3', 'C7', 'C8', 'K2'] as const;

export const nothingLeaked: DemoStep = {
  title: 'Look for what must not be there',
  play: async (stage, narrator) => {
    const { controlPlane, pam, operator, secrets } = stage;
    narrator.say(
      'Passwords, keys and client secrets of this story must be in Secrets and in PAM Core only. So the demo ' +
        'looks for each of them everywhere else.',
    );
    for (const value of await secretValues(stage)) secrets.add(value);
    const resources = await kubectl(controlPlane, ['get', 'pam,events', '-A', '-o', 'json']);
    const log = operator.output();
    mustHold('there are secrets, resources and a log to look through', secrets.size > 0 && log !== '');
    const leaks = [...secrets].filter((value) => resources.includes(value) || log.includes(value));
    mustHold('no secret stands in the log, a status or an event', leaks.length === 0);
    narrator.done(`${secrets.size} secret texts: none in the operator's log, in a resource or in an event`);
    mustHold(
      'the operator has read no secret from PAM Core',
      pam.journal.calls({ template: READS_OF_SECRETS }).length === 0 && pam.store.custody().length === 0,
    );
    const writes = pam.journal.writes().length;
    narrator.done(`${writes} writes to PAM Core, no password read from it, no record taken into custody`);
  },
};
