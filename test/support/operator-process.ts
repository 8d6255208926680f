import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How long the operator may take to list everything; far above what it needs on a busy machine. */
const READY_LIMIT_MS = 60_000;

export interface OperatorProcessOptions {
  readonly kubeconfigPath: string;
  /** Namespace of the operator: Lease, install key, Secrets of connections. */
  readonly namespace: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The `main.ts` of another version; the one of this tree unless told. */
  readonly main?: string;
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Receives what the process prints, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** One line of the operator's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** The real operator as a process of its own. */
export interface OperatorProcess {
  readonly pid: number;
  /** Everything that the process printed so far. */
  output(): string;
  /** The lines of it that are JSON. */
  log(): readonly LogLine[];
  /** Base URL of a server: `/healthz`, `/readyz`, `/livez` or `/metrics`. */
  readonly healthUrl: string;
  readonly metricsUrl: string;
  /** Ends it as Kubernetes does; resolves with the exit code. */
  stop(): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<number | null>;
}

/** Starts `src/main.ts` with ports of its own and waits until it is ready. It ends with this process. */
export async function startOperatorProcess(options: OperatorProcessOptions): Promise<OperatorProcess> {
  const flags = [
    ...['--kubeconfig', options.kubeconfigPath, '--namespace', options.namespace],
    ...['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0'],
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, [...(options.nodeFlags ?? []), options.main ?? MAIN, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env },
  });
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const exited = once(child, 'exit').then(([code]) => {
    process.off('exit', endWithParent);
    return code as number | null;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      options.onOutput?.(text);
    });
  }
  const log = () => parseLines(output);
  const port = (message: string) => log().find(({ msg }) => msg === message)?.port;
  await waitForLine(
    child,
    () => log().some(({ msg }) => msg === 'Listed everything that is watched'),
    () => output,
  );
  return {
    pid: child.pid ?? 0,
    output: () => output,
    log,
    healthUrl: `http://127.0.0.1:${port('Serves health checks')}`,
    metricsUrl: `http://127.0.0.1:${port('Serves metrics')}`,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: (signal) => {
      child.kill(signal);
    },
    exited,
  };
}

async function waitForLine(child: ChildProcess, isThere: () => boolean, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!isThere()) {
    if (child.exitCode !== null) throw new Error(`the operator ended with ${child.exitCode}:\n${output()}`);
    if (Date.now() > deadline) throw new Error(`the operator was not ready in time:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function parseLines(output: string): LogLine[] {
  const lines: LogLine[] = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    try {
      lines.push(JSON.parse(line) as LogLine);
    } catch {
      // A line that is still being written.
    }
  }
  return lines;
}
