import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { credential, DEVICES, EVERYTHING, NAMESPACE, secret } from '../e2e/stage.ts';
import { type PamCore, startPamCore } from '../support/pam-core/start-pam-core.ts';
import type { PackagingCluster } from './packaging-cluster.ts';

/** A PAM Core, and a team that declares credentials there. */
export interface Tenant {
  readonly pam: PamCore;
  /** A credential with its Secret. */
  declare(name: string, spec?: object): Promise<void>;
  credential(name: string): Promise<PamCredential>;
  /** Waits until the Ready condition has this reason for the newest generation. */
  reason(name: string, reason: string): Promise<PamCredential>;
  /** POSTs that carried content. */
  pushes(): number;
  stop(): Promise<void>;
}

/** The platform team's part is done with it: a connection in `operatorNamespace`, and a namespace for the team. */
export async function startTenant(cluster: PackagingCluster, operatorNamespace: string): Promise<Tenant> {
  const pam = await startPamCore({ devices: DEVICES });
  const metadata = { name: 'pam-core', namespace: operatorNamespace };
  await cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { ...pam.oauth2 } },
    {
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: 'PamConnection',
      metadata: { name: 'default' },
      spec: {
        url: pam.url,
        auth: { oauth2: { secretName: 'pam-core' } },
        identifierPrefix: 'test',
        disabledRecords: 'Listed',
        grants: EVERYTHING,
      },
    },
  );
  const get = async (name: string): Promise<PamCredential> =>
    JSON.parse(await cluster.kubectl('get', 'pamcredential', name, '-n', NAMESPACE, '-o', 'json'));
  return {
    pam,
    declare: (name, spec) =>
      cluster.apply(secret(name, { password: `pass-${name}` }), credential(name, spec)),
    credential: get,
    reason: (name, reason) =>
      cluster.eventually(
        // Who waits for it may be faster than who makes it.
        () => get(name).catch(() => ({}) as PamCredential),
        ({ metadata, status }) =>
          status?.observedGeneration === metadata?.generation &&
          status?.conditions?.find(({ type }) => type === 'Ready')?.reason === reason,
        `${name} with reason ${reason}`,
      ),
    pushes: () => pam.journal.writes().filter(({ body }) => 'content' in body).length,
    stop: () => pam.stop(),
  };
}
