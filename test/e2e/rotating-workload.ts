import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { connectionAt } from '../kube/cluster-fixture.ts';
import { credential, NAMESPACE, type Stage, secret } from './stage.ts';

export interface RotatingWorkload {
  readonly names: readonly string[];
  /** How many values were brought to PAM Core until now. */
  rotations(): number;
  /** Ends the changes, waits until PAM Core holds the last ones, and says what each credential had. */
  settle(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/**
 * Credentials whose Secrets change and whose specs are edited all the time: each Secret again as soon as its last
 * value has arrived, whoever leads.
 */
export async function startRotating(stage: Stage, prefix: string, count: number): Promise<RotatingWorkload> {
  const client = createKubeClient({ connection: connectionAt(stage.controlPlane.kubeconfigPath) });
  const names = Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
  const values = new Map(names.map((name) => [name, [`${name}-value-0`]]));
  await stage.apply(
    ...names.flatMap((name) => [secret(name, { password: `${name}-value-0` }), credential(name)]),
  );
  const held = (name: string) => stage.pam.store.credential(`test_team-a_${name}`)?.content;
  let ended = false;

  const patch = (path: string, body: object) =>
    client.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  const pathOf = (name: string) =>
    `/apis/pam-operator.io/v1alpha1/namespaces/${NAMESPACE}/pamcredentials/${name}`;
  /** PAM Core holds the last value, and the status says so: of an unrecorded push nobody knows whether it came late. */
  async function arrived(name: string): Promise<void> {
    const what = `the last value of ${name}`;
    await stage.eventually(() => held(name) === values.get(name)?.at(-1), Boolean, what);
    const pending = async () => {
      const { body } = await client.request({ method: 'GET', path: pathOf(name) });
      return (body as PamCredential).status?.pending;
    };
    await stage.eventually(pending, (intent) => intent === undefined, `${what}, recorded`);
  }
  async function keepChanging(name: string): Promise<void> {
    for (let turn = 1; ; turn++) {
      await arrived(name);
      if (ended) return;
      if (turn % 3 === 0) await patch(pathOf(name), { spec: { additional: `note ${turn}` } });
      const value = `${name}-value-${turn}`;
      values.get(name)?.push(value);
      const path = `/api/v1/namespaces/${NAMESPACE}/secrets/${name}`;
      await patch(path, { data: { password: Buffer.from(value).toString('base64') } });
    }
  }

  const changing = Promise.all(names.map(keepChanging));
  // Told by `settle`; until then a failure must not end the test run.
  changing.catch(() => undefined);
  return {
    names,
    rotations: () => [...values.values()].reduce((sum, all) => sum + all.length - 1, 0),
    settle: async () => {
      ended = true;
      await changing;
      for (const name of names) await stage.reason('pamcredential', name, 'Synced');
      await client.close();
      return values;
    },
  };
}
