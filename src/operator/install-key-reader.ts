import type { ReconcilePorts } from '../controller/reconcile-ports.ts';
import type { InstallKey } from '../core/digest.ts';
import { problem } from '../core/failure.ts';
import { getInstallKey } from '../kube/install-key.ts';
import type { KubeClient } from '../kube/kube-client.ts';

/** Reads the install key once; a failure is tried again at the next pass. */
export function installKeyReader(client: KubeClient, namespace: string): ReconcilePorts['installKey'] {
  let reading: ReturnType<ReconcilePorts['installKey']> | undefined;
  const read = async (): Promise<InstallKey | { failure: ReturnType<typeof problem> }> => {
    const key = await getInstallKey(client, namespace);
    if (!('problem' in key)) return key;
    reading = undefined;
    const what = {
      forbidden: `The operator may not read or create the Secret ${namespace}/pam-operator-install-key`,
      malformed: `The Secret ${namespace}/pam-operator-install-key holds no key of 32 bytes`,
      unavailable: `The API server did not give the Secret ${namespace}/pam-operator-install-key`,
    };
    return { failure: problem('InstallKeyUnavailable', what[key.problem]) };
  };
  return () => {
    reading ??= read();
    return reading;
  };
}
