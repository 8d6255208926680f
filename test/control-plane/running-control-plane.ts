import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  apiServerFlags,
  type ControlPlanePorts,
  controllerManagerFlags,
  etcdFlags,
  schedulerFlags,
} from './component-flags.ts';
import { ComponentProcess } from './component-process.ts';
import { isComponentReady } from './component-readiness.ts';
import { type PreparedFiles, prepareFiles } from './control-plane-files.ts';
import { findFreePort } from './free-port.ts';
import type { SupervisorPlan } from './supervisor-messages.ts';

export type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';
export type ComponentSignal = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT';

/** What a client of the control plane has to know. */
export interface ControlPlaneFacts {
  /** YAML with a client certificate of group system:masters. */
  readonly kubeconfig: string;
  readonly kubeconfigPath: string;
  /** https URL without a path. */
  readonly server: string;
  /** PEM. */
  readonly caCertificate: string;
  /** http URL. */
  readonly etcdEndpoint: string;
  /** One file for each component; removed at the end. */
  readonly logDirectory: string;
  /** Temporary folder of this control plane; removed at the end. */
  readonly directory: string;
  /** Id of the supervisor and of the process group that all processes of the control plane are in. */
  readonly processGroup: number;
}

/** Ten times what a start takes on four busy cores. */
const START_LIMIT = 60_000;
const POLL_INTERVAL = 25;
const RESTART_DELAY = 500;
/** For data that is kept. The API server needs about a second to end by itself. */
const SHUTDOWN_PATIENCE = 10_000;

/** A component did not come up; `portClash` tells whether other ports are worth a try. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly portClash: boolean;

  constructor(component: string, reason: string, logTail: string) {
    super(`${component} ${reason}${logTail === '' ? '' : `; the end of its log:\n${logTail}`}`);
    this.portClash = logTail.includes('address already in use');
  }
}

/** The processes of one control plane as children of this process, on ports chosen once. */
export class RunningControlPlane {
  readonly facts: ControlPlaneFacts;
  readonly #ports: ControlPlanePorts;
  readonly #prepared: PreparedFiles;
  readonly #components: ReadonlyMap<ComponentName, ComponentProcess>;
  readonly #shutdownPatience: number;
  readonly #log: (line: string) => void;
  #isUp = false;
  #isStopping = false;

  private constructor(
    plan: SupervisorPlan,
    directory: string,
    ports: ControlPlanePorts,
    prepared: PreparedFiles,
    log: (line: string) => void,
  ) {
    const { kubeconfig, caCertificate, files } = prepared;
    const logDirectory = join(directory, 'logs');
    mkdirSync(logDirectory, { recursive: true, mode: 0o700 });
    const component = (name: ComponentName, program: string, flags: readonly string[]) => {
      const command = { name, program, flags, logFile: join(logDirectory, `${name}.log`) };
      return [
        name,
        new ComponentProcess(command, (logTail) => this.#onUnexpectedEnd(name, logTail)),
      ] as const;
    };
    const { etcd, kubeApiServer, kubeControllerManager, kubeScheduler } = plan.binaries;
    this.#components = new Map([
      component('etcd', etcd, etcdFlags(ports, files)),
      component('kube-apiserver', kubeApiServer, apiServerFlags(ports, files, plan.apiServerFlags)),
      ...(plan.controllers && kubeControllerManager !== undefined
        ? [component('kube-controller-manager', kubeControllerManager, controllerManagerFlags(ports, files))]
        : []),
      ...(plan.controllers && kubeScheduler !== undefined
        ? [component('kube-scheduler', kubeScheduler, schedulerFlags(ports, files))]
        : []),
    ]);
    this.#log = log;
    this.#ports = ports;
    this.#prepared = prepared;
    this.#shutdownPatience = plan.dataDirectory === undefined ? 0 : SHUTDOWN_PATIENCE;
    this.facts = {
      kubeconfig,
      kubeconfigPath: files.kubeconfig,
      server: `https://127.0.0.1:${ports.apiServer}`,
      caCertificate,
      etcdEndpoint: `http://127.0.0.1:${ports.etcdClient}`,
      logDirectory,
      directory,
      processGroup: process.pid,
    };
  }

  static async prepare(
    plan: SupervisorPlan,
    directory: string,
    log: (line: string) => void,
  ): Promise<RunningControlPlane> {
    const ports = {
      apiServer: plan.apiServerPort ?? (await findFreePort()),
      etcdClient: await findFreePort(),
      etcdPeer: await findFreePort(),
      controllerManager: await findFreePort(),
      scheduler: await findFreePort(),
    };
    const server = `https://127.0.0.1:${ports.apiServer}`;
    const prepared = await prepareFiles(directory, plan.dataDirectory ?? join(directory, 'data'), server);
    return new RunningControlPlane(plan, directory, ports, prepared, log);
  }

  /** Starts every component, each when the one before is ready. Throws StartFailure. */
  async startAll(): Promise<void> {
    for (const name of this.#components.keys()) await this.start(name);
    this.#isUp = true;
  }

  /** Starts one component and waits until it answers. Throws StartFailure. */
  async start(name: ComponentName): Promise<void> {
    const component = this.#component(name);
    const { caCertificate, admin } = this.#prepared;
    const giveUpAt = Date.now() + START_LIMIT;
    component.start();
    while (!(await isComponentReady(name, this.#ports, caCertificate, admin))) {
      if (this.#isStopping) throw new StartFailure(name, 'was stopped while it started', '');
      if (!component.isRunning) throw new StartFailure(name, 'ended while it started', component.logTail());
      if (Date.now() > giveUpAt) {
        throw new StartFailure(name, `was not ready after ${START_LIMIT / 1000} s`, component.logTail());
      }
      await sleep(POLL_INTERVAL);
    }
  }

  async signal(name: ComponentName, signal: ComponentSignal): Promise<void> {
    await this.#component(name).signal(signal);
  }

  /** Ends the components in the reverse order: the API server has to be gone before its etcd. */
  async stopAll(): Promise<void> {
    this.#isStopping = true;
    for (const component of [...this.#components.values()].reverse()) {
      await component.stop(this.#shutdownPatience);
    }
  }

  /**
   * Controllers give up when the API server is away for more than seconds, and rely on being started again, in a
   * cluster by the kubelet. The others are to stay as a test has left them.
   */
  #onUnexpectedEnd(name: ComponentName, logTail: string): void {
    if (!this.#isUp || name === 'etcd' || name === 'kube-apiserver') {
      this.#log(`${name} ended by itself; the end of its log:\n${logTail}`);
      return;
    }
    this.#log(`${name} ended by itself and is started again`);
    setTimeout(() => {
      const component = this.#component(name);
      if (!this.#isStopping && !component.isRunning) component.start();
    }, RESTART_DELAY);
  }

  #component(name: ComponentName): ComponentProcess {
    const component = this.#components.get(name);
    if (component === undefined) throw new Error(`This control plane has no ${name}`);
    return component;
  }
}
