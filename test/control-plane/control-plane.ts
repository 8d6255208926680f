import { findBinaries } from './binaries.ts';
import type { ComponentName, ComponentSignal, ControlPlaneFacts } from './running-control-plane.ts';
import { SupervisorClient } from './supervisor-client.ts';
import type { SupervisorPlan } from './supervisor-messages.ts';

export interface ControlPlaneOptions {
  /**
   * Adds kube-controller-manager and kube-scheduler. Without them nothing is garbage-collected, namespaces never go
   * away, there is no ServiceAccount `default`, the roles `view`, `edit` and `admin` stay empty, and no Pod gets a Node.
   */
  readonly controllers?: boolean;
  /** Progress of a build and components that end by themselves. */
  readonly log?: (line: string) => void;
  /** Keeps etcd's data and the ServiceAccount key there; absent: they are removed at the end. */
  readonly dataDirectory?: string;
  readonly apiServerPort?: number;
  /** More flags of kube-apiserver; of a flag that takes one value the last one counts. */
  readonly apiServerFlags?: readonly string[];
  /** Where KUBEBUILDER_ASSETS, KUBERNETES_VERSION, XDG_CACHE_HOME and PATH are looked up. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** A real etcd and kube-apiserver on 127.0.0.1 with RBAC, and what a test needs to reach and to disturb them. */
export interface ControlPlane extends ControlPlaneFacts {
  /** Path of the kubectl of the same release. */
  readonly kubectl: string;
  /** SIGKILL; the data stays. Resolves when the process is gone. */
  killApiServer(): Promise<void>;
  /** SIGTERM: open watches end in an orderly way. Resolves when the process is gone. */
  terminateApiServer(): Promise<void>;
  /** On the same port with the same data. Resolves when it is ready. */
  startApiServer(): Promise<void>;
  /** SIGSTOP: connections stay open and nobody answers. */
  pauseApiServer(): Promise<void>;
  resumeApiServer(): Promise<void>;
  killEtcd(): Promise<void>;
  startEtcd(): Promise<void>;
  /** Ends every process and removes every temporary file. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a control plane and resolves when it is ready, after about three seconds. It ends with `stop()` or
 * with this process, however that ends. Throws an Error with the end of a component's log, or with one
 * sentence on how to get the binaries.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { controllers = false, log = () => undefined, environment = process.env } = options;
  const binaries = await findBinaries({ controllers, environment, log });
  const plan: SupervisorPlan = {
    binaries,
    controllers,
    apiServerFlags: options.apiServerFlags ?? [],
    ...(options.dataDirectory === undefined ? {} : { dataDirectory: options.dataDirectory }),
    ...(options.apiServerPort === undefined ? {} : { apiServerPort: options.apiServerPort }),
  };
  const supervisor = new SupervisorClient(plan, log);
  const facts = await supervisor.ready;
  const signal = (component: ComponentName, name: ComponentSignal) =>
    supervisor.request({ action: 'signal', component, signal: name });
  return {
    ...facts,
    kubectl: binaries.kubectl,
    killApiServer: () => signal('kube-apiserver', 'SIGKILL'),
    terminateApiServer: () => signal('kube-apiserver', 'SIGTERM'),
    startApiServer: () => supervisor.request({ action: 'start', component: 'kube-apiserver' }),
    pauseApiServer: () => signal('kube-apiserver', 'SIGSTOP'),
    resumeApiServer: () => signal('kube-apiserver', 'SIGCONT'),
    killEtcd: () => signal('etcd', 'SIGKILL'),
    startEtcd: () => supervisor.request({ action: 'start', component: 'etcd' }),
    stop: () => supervisor.stop(),
  };
}
