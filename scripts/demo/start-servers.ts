import { startControlPlane } from '../../test/control-plane/control-plane.ts';
import { startPamCore } from '../../test/support/pam-core/start-pam-core.ts';
import type { CleanUp } from './clean-up.ts';
import { DEVICES } from './demo-connection.ts';
import type { Narrator } from './narrator.ts';
import type { Servers } from './stage.ts';

/** Starts the API server and PAM Core. Throws an Error whose message says what is missing. */
export async function startServers(narrator: Narrator, cleanUp: CleanUp): Promise<Servers> {
  narrator.step('Start a Kubernetes API server and a PAM Core');
  narrator.say(
    'Kubernetes is real: etcd and kube-apiserver, built from their sources at the first start, which takes ' +
      'some minutes. PAM Core is a simulator of its REST API with two devices. Both listen on 127.0.0.1 only.',
  );
  const controlPlane = await narrator.during('Kubernetes API server', async () => {
    const starting = startControlPlane({ log: (line) => narrator.say(line) });
    // Before it is there: an interruption has to stop it all the same.
    cleanUp.add(async () => (await starting).stop());
    return starting;
  });
  const pam = await narrator.during('PAM Core simulator', () =>
    startPamCore({ devices: DEVICES, controlPort: 0 }),
  );
  cleanUp.add(() => pam.stop());
  narrator.done(`Kubernetes answers at ${controlPlane.server}, PAM Core at ${pam.url}`);
  return { controlPlane, pam };
}
