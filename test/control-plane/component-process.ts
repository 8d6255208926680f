import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ComponentCommand {
  readonly name: string;
  readonly program: string;
  readonly flags: readonly string[];
  /** Receives both outputs; it is appended to, so that it survives a restart of the component. */
  readonly logFile: string;
}

const LOG_LINES_IN_AN_ERROR = 12;

/** One program of the control plane that can be started, signalled and started again. */
export class ComponentProcess {
  readonly #command: ComponentCommand;
  readonly #onUnexpectedEnd: (logTail: string) => void;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #endIsExpected = true;

  constructor(command: ComponentCommand, onUnexpectedEnd: (logTail: string) => void) {
    this.#command = command;
    this.#onUnexpectedEnd = onUnexpectedEnd;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    if (this.#child !== undefined) throw new Error(`${this.#command.name} is already running`);
    const log = openSync(this.#command.logFile, 'a', 0o600);
    const child = spawn(this.#command.program, this.#command.flags, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    this.#endIsExpected = false;
    this.#exited = new Promise((resolve) => {
      const end = () => {
        this.#child = undefined;
        if (!this.#endIsExpected) this.#onUnexpectedEnd(this.logTail());
        resolve();
      };
      child.once('exit', end);
      // 'error' instead of 'exit': the program could not be executed at all
      child.once('error', end);
    });
  }

  /** SIGKILL and SIGTERM wait until the process is gone; SIGSTOP and SIGCONT return at once. */
  async signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.#endIsExpected = true;
    this.#child?.kill(signal);
    if (signal === 'SIGTERM') this.#child?.kill('SIGCONT');
    if (this.#endIsExpected) await this.#exited;
  }

  /** Asks the process to end and forces it to after `patience` milliseconds. */
  async stop(patience: number): Promise<void> {
    const giveUp = new AbortController();
    await Promise.race([
      this.signal('SIGTERM').finally(() => giveUp.abort()),
      sleep(patience, undefined, { signal: giveUp.signal }).catch(() => undefined),
    ]);
    await this.signal('SIGKILL');
  }

  logTail(): string {
    return readFileSync(this.#command.logFile, 'utf8')
      .trim()
      .split('\n')
      .slice(-LOG_LINES_IN_AN_ERROR)
      .join('\n');
  }
}
