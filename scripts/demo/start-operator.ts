import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OperatorProcess, startOperatorProcess } from '../../test/support/operator-process.ts';
import type { CleanUp } from './clean-up.ts';
import { demoConnection } from './demo-connection.ts';
import { kubectl } from './kubectl.ts';
import type { Narrator } from './narrator.ts';
import { type DemoStage, OPERATOR_NAMESPACE, type Servers } from './stage.ts';

const CRDS = fileURLToPath(new URL('../../crds', import.meta.url));

/** The waits of production would make the story long: 1 s to 5 min after a fault, 10 min for a missing device. */
const QUICK = [
  ...['--backoff-base-seconds', '1', '--backoff-max-seconds', '4'],
  ...['--device-retry-seconds', '3', '--drain-seconds', '5'],
];

/** File that the operator's log goes to. */
export function operatorLogFile({ controlPlane }: Servers): string {
  return join(controlPlane.logDirectory, 'operator.log');
}

/** Installs the CRDs, starts the operator and connects it with PAM Core. */
export async function startOperator(
  servers: Servers,
  narrator: Narrator,
  cleanUp: CleanUp,
): Promise<DemoStage> {
  const { controlPlane, pam } = servers;
  narrator.step('Install the operator and connect it with PAM Core');
  narrator.say(
    'This is the job of a platform team, done once. Three custom resource definitions give Kubernetes new ' +
      'kinds: PamConnection, PamCredential and PamSshKey. The operator watches them.',
  );
  narrator.command('kubectl apply --server-side -f crds/');
  narrator.block(await kubectl(controlPlane, ['apply', '--server-side', '-f', CRDS]));
  await kubectl(controlPlane, ['wait', '--for=condition=Established', '-f', CRDS, '--timeout=30s']);
  await kubectl(controlPlane, ['create', 'namespace', OPERATOR_NAMESPACE]);
  const operator = await narrator.during('operator, from src/main.ts', () => startProcess(servers, cleanUp));
  narrator.say(
    'The connection says where PAM Core is, and which namespace may do what to which device. What is not ' +
      'granted there is refused before PAM Core is asked.',
  );
  narrator.command('kubectl apply -f examples/connection.yaml   # with the address of the simulator');
  narrator.block(await kubectl(controlPlane, ['apply', '-f', '-'], demoConnection(pam)));
  await narrator.during('PamConnection is Ready: the operator has read the list of records', () =>
    kubectl(controlPlane, ['wait', '--for=condition=Ready', 'pamconnection/default', '--timeout=30s']),
  );
  narrator.command('kubectl get pamconnections');
  narrator.block(await kubectl(controlPlane, ['get', 'pamconnections']));
  return { ...servers, operator, secrets: new Set() };
}

async function startProcess(servers: Servers, cleanUp: CleanUp): Promise<OperatorProcess> {
  const file = createWriteStream(operatorLogFile(servers), { mode: 0o600 });
  const operator = await startOperatorProcess({
    kubeconfigPath: servers.controlPlane.kubeconfigPath,
    namespace: OPERATOR_NAMESPACE,
    args: QUICK,
    onOutput: (text) => file.write(text),
  });
  cleanUp.add(() => operator.stop());
  return operator;
}
