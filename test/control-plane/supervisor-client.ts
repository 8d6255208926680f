import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlaneFacts } from './running-control-plane.ts';
import type { SupervisorMessage, SupervisorPlan, SupervisorRequest } from './supervisor-messages.ts';

const SUPERVISOR = join(import.meta.dirname, 'supervisor', 'main.ts');

/** In milliseconds. Three components that are each given ten seconds to end by themselves, and some more. */
const STOP_LIMIT = 40_000;

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;
type Waiting = { readonly resolve: () => void; readonly reject: (error: Error) => void };

/** The supervisor process of one control plane, seen from the process that asked for it. */
export class SupervisorClient {
  /** Rejects when the control plane does not come up. */
  readonly ready: Promise<ControlPlaneFacts>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #isStopping = false;
  #directory: string | undefined;

  constructor(plan: SupervisorPlan, log: (line: string) => void) {
    const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env;
    this.#child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', SUPERVISOR, JSON.stringify(plan)],
      // A process group of its own, see supervisor/main.ts
      { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: environment },
    );
    this.#exited = once(this.#child, 'exit');
    const { promise, resolve, reject } = Promise.withResolvers<ControlPlaneFacts>();
    this.ready = promise;
    this.#child.on('message', (message: SupervisorMessage) => {
      if (message.kind === 'ready') {
        this.#directory = message.facts.directory;
        resolve(message.facts);
      } else if (message.kind === 'failed') reject(new Error(message.message));
      else if (message.kind === 'log') log(message.line);
      else this.#answer(message.id, message.error);
    });
    this.#child.once('error', reject);
    this.#child.once('exit', () => {
      const error = new Error('The supervisor of the control plane ended unexpectedly');
      reject(error);
      for (const { reject: rejectRequest } of this.#waiting.values()) rejectRequest(error);
      this.#waiting.clear();
      if (!this.#isStopping) this.#removeRemains();
    });
  }

  /** Resolves when the supervisor has carried it out; rejects with what it could not do. */
  request(request: WithoutId<SupervisorRequest>): Promise<void> {
    if (!this.#child.connected) return Promise.reject(new Error('The control plane has been stopped'));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // A channel counts as connected until its end was heard of. Without a callback the child would emit the error.
      this.#child.send({ ...request, id }, (error) => {
        if (error !== null) this.#answer(id, 'The control plane has been stopped');
      });
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#child.connected) this.#child.disconnect();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const timer = setTimeout(() => this.#removeRemains(), STOP_LIMIT);
    await this.#exited;
    clearTimeout(timer);
  }

  #answer(id: number, error: string | undefined): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(new Error(error));
  }

  /** A supervisor that was killed or hangs does not clean up. Its children are still in the group that it led. */
  #removeRemains(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // ESRCH: nobody is left in the group
    }
    if (this.#directory !== undefined) {
      rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}
