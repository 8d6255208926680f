import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kubectl } from '../kubectl.ts';
import { pamTable } from '../pam-table.ts';
import { secretValues } from '../secret-values.ts';
import { type DemoStep, type Servers, type ShownResource, TEAM } from '../stage.ts';
import { mustHold } from '../until.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
/** Files of the team begin with a number; the others belong to the platform team. */
const FILES = readdirSync(EXAMPLES).filter((name) => /^\d\d-/.test(name));

export const declareRecords: DemoStep = {
  title: 'Declare credentials and SSH keys',
  play: async (stage, narrator) => {
    const { controlPlane, pam } = stage;
    narrator.say(
      'An application team writes down what it needs, next to its Deployments: user, device, and the Secret ' +
        'that holds the password or key. The operator creates the records in PAM Core.',
    );
    narrator.command(`kubectl apply -f examples/${FILES[0]} … -f examples/${FILES.at(-1)}`);
    const files = FILES.flatMap((name) => ['-f', `${EXAMPLES}/${name}`]);
    narrator.block(await kubectl(controlPlane, ['apply', ...files]));
    for (const value of await secretValues(stage)) stage.secrets.add(value);
    await narrator.during('every resource is Ready', () =>
      kubectl(controlPlane, [
        ...['wait', '--for=condition=Ready', 'pamcredentials,pamsshkeys', '--all'],
        ...['-n', TEAM, '--timeout=30s'],
      ]),
    );
    for (const kind of ['pamcredentials', 'pamsshkeys']) {
      narrator.command(`kubectl get ${kind} -n ${TEAM}`);
      narrator.block(await kubectl(controlPlane, ['get', kind, '-n', TEAM]));
    }
    await mustMatch(stage);
    narrator.say('What PAM Core holds now:');
    narrator.block(pamTable(pam));
    narrator.say(
      'A record belongs to its resource by its identifier: connection prefix, namespace, name. Passwords and ' +
        'keys went to PAM Core and nowhere else. orders-report follows the password of orders-db, and PAM Core ' +
        'makes one for orders-emergency when somebody needs it: neither is sent one.',
    );
  },
};

/** Each resource has a record of its own, and no other record is there. */
async function mustMatch({ controlPlane, pam }: Servers): Promise<void> {
  const list = await kubectl(controlPlane, ['get', 'pamcredentials,pamsshkeys', '-n', TEAM, '-o', 'json']);
  const { items } = JSON.parse(list) as { readonly items: readonly ShownResource[] };
  const declared = items.map(({ status }) => status?.identifier ?? 'none').sort();
  const held = pam.store.records().map(({ identifier }) => identifier ?? 'none');
  mustHold(
    'PAM Core holds one record for each resource',
    declared.length > 0 && declared.join() === held.sort().join(),
  );
  mustHold(
    'every record is enabled in PAM Core',
    pam.store.records().every(({ enabled }) => enabled),
  );
}
