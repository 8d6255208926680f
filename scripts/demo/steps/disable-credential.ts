import { kubectl } from '../kubectl.ts';
import { pamTable } from '../pam-table.ts';
import { type DemoStep, readCredential, TEAM } from '../stage.ts';
import { mustHold, until } from '../until.ts';

const NAME = 'orders-admin';
const IDENTIFIER = 'team-a-orders-admin';
const PATCH = '{"spec":{"enabled":false}}';

export const disableCredential: DemoStep = {
  title: 'Switch a credential off',
  play: async (stage, narrator) => {
    const { controlPlane, pam } = stage;
    const isEnabled = () => pam.store.credential(IDENTIFIER)?.enabled;
    narrator.say(
      'An account must not be used any more. Nothing is as urgent as that, so a disable goes before all other ' +
        'work of the operator.',
    );
    mustHold(`${NAME} is enabled in PAM Core before`, isEnabled() === true);
    narrator.command(`kubectl patch pamcredential ${NAME} -n ${TEAM} --type=merge -p '${PATCH}'`);
    const startedAt = performance.now();
    const took = await narrator.during('PAM Core has disabled it', async () => {
      const patched = kubectl(controlPlane, [
        ...['patch', 'pamcredential', NAME, '-n', TEAM],
        ...['--type=merge', '-p', PATCH],
      ]);
      await until(`${NAME} disabled in PAM Core`, isEnabled, (enabled) => enabled === false, patched);
      return Math.round(performance.now() - startedAt);
    });
    await until(
      `${NAME} reported as disabled`,
      () => readCredential(stage, NAME),
      ({ status }) => status?.enabled === false,
    );
    narrator.command(`kubectl get pamcredential ${NAME} -n ${TEAM}`);
    narrator.block(await kubectl(controlPlane, ['get', 'pamcredential', NAME, '-n', TEAM]));
    narrator.say('In PAM Core:');
    narrator.block(pamTable(pam, [IDENTIFIER]));
    narrator.say(
      `It took ${took} ms from Enter. The record stays, with its password and its history; \`enabled: true\` brings it ` +
        'back.',
    );
  },
};
