import { stringify } from 'yaml';
import { LATE_DEVICE } from '../demo-connection.ts';
import { kubectl } from '../kubectl.ts';
import { newPassword } from '../new-password.ts';
import { pamTable } from '../pam-table.ts';
import { type DemoStep, hasCondition, readCredential, TEAM } from '../stage.ts';
import { mustHold, until } from '../until.ts';

/** The credential of this step, and its Secret. */
export const REPORTS = 'reports';

const NAME = REPORTS;
const IDENTIFIER = `example_${TEAM}_${NAME}`;
/** PAM Core's number for a device that it does not know. */
const DEVICE_NOT_FOUND = 1011;

const CREDENTIAL = {
  apiVersion: 'pam-operator.io/v1alpha1',
  kind: 'PamCredential',
  metadata: { name: NAME, namespace: TEAM },
  spec: {
    username: 'svc-reports',
    device: LATE_DEVICE,
    content: { secretRef: { name: NAME, key: 'password' } },
    enabled: true,
  },
};

export const unknownDevice: DemoStep = {
  title: 'Make a mistake, and read what is wrong',
  play: async (stage, narrator) => {
    const { controlPlane, pam } = stage;
    narrator.say(
      `A credential for ${LATE_DEVICE.hostname}, a device that nobody has registered in PAM Core. PAM Core ` +
        'refuses it. The resource has to say so, in words that help.',
    );
    narrator.command('kubectl apply -f reports.yaml');
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: CREDENTIAL.metadata,
      stringData: { password: newPassword(stage) },
    };
    const manifest = `${stringify(secret)}---\n${stringify(CREDENTIAL)}`;
    narrator.block(await kubectl(controlPlane, ['apply', '-f', '-'], manifest));
    const refused = await narrator.during('the resource says what is wrong', () =>
      until(
        `${NAME} with the reason DeviceNotFound`,
        () => readCredential(stage, NAME),
        (resource) => hasCondition(resource, { type: 'Ready', status: 'False', reason: 'DeviceNotFound' }),
      ),
    );
    const error = refused.status?.lastError;
    mustHold(`the error of ${NAME} carries PAM Core's number 1011`, error?.code === DEVICE_NOT_FOUND);
    mustHold(`the error of ${NAME} names the device`, error?.message.includes(LATE_DEVICE.hostname) === true);
    narrator.command(`kubectl get pamcredential ${NAME} -n ${TEAM}`);
    narrator.block(await kubectl(controlPlane, ['get', 'pamcredential', NAME, '-n', TEAM]));
    narrator.command(
      `kubectl get pamcredential ${NAME} -n ${TEAM} -o jsonpath='{.status.lastError.message}'`,
    );
    narrator.say(error?.message ?? '');
    narrator.gap();
    narrator.say(
      'Now an administrator registers the device. The operator tries again by itself (every 10 min, unless ' +
        'told otherwise as here), and at once when the resource changes.',
    );
    pam.store.addDevice(LATE_DEVICE);
    await narrator.during('the device is known, and the resource heals by itself', () =>
      until(
        `${NAME} Ready after its device was registered`,
        () => readCredential(stage, NAME),
        (resource) => hasCondition(resource, { type: 'Ready', status: 'True', reason: 'Synced' }),
      ),
    );
    mustHold(`PAM Core holds ${IDENTIFIER}`, pam.store.credential(IDENTIFIER)?.contentVersion === 1);
    narrator.gap();
    narrator.block(pamTable(pam, [IDENTIFIER]));
  },
};
