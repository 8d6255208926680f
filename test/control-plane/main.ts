import { parseArgs } from 'node:util';
import { findBinaries } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const HELP = `Usage: npm run control-plane -- [options]

Starts a real etcd and kube-apiserver on 127.0.0.1 and keeps them until Ctrl-C.

  --controllers       also kube-controller-manager and kube-scheduler: garbage collection, namespaces, Pods
  --data DIRECTORY    keep the data there and find it again at the next start
  --port PORT         port of the API server (default: a free one)
  --build-only        only make sure that the binaries are there
  --help

Environment: KUBEBUILDER_ASSETS (folder with binaries), KUBERNETES_VERSION (for example 1.34.4),
XDG_CACHE_HOME (built binaries are kept in its folder pam-operator/control-plane).
`;

const log = (line: string) => console.error(line);

async function run(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      controllers: { type: 'boolean', default: false },
      data: { type: 'string' },
      port: { type: 'string' },
      'build-only': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  if (options['build-only']) {
    const { kubectl } = await findBinaries({ controllers: options.controllers, log });
    log(`The control plane is there, next to ${kubectl}`);
    return;
  }
  const controlPlane = await startControlPlane({
    controllers: options.controllers,
    log,
    ...(options.data === undefined ? {} : { dataDirectory: options.data }),
    ...(options.port === undefined ? {} : { apiServerPort: parsePort(options.port) }),
  });
  tellHowToUse(controlPlane);
  await Promise.race([signalled('SIGINT'), signalled('SIGTERM')]);
  log('Stopping');
  await controlPlane.stop();
}

function tellHowToUse({ server, kubeconfigPath, kubectl, logDirectory }: ControlPlane): void {
  process.stdout.write(`
API server  ${server}
kubeconfig  ${kubeconfigPath}
kubectl     ${kubectl}
logs        ${logDirectory}

  export KUBECONFIG=${kubeconfigPath}
  ${kubectl} get namespaces

Ctrl-C stops it.
`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`--port ${text} is no TCP port`);
  return port;
}

function signalled(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => process.once(signal, () => resolve()));
}

run().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
