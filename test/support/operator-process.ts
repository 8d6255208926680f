import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { containerRuntime } from '../packaging/image/container-runtime.ts';
import { type LogLine, logLines } from './log-lines.ts';
import { COMPILE_CACHE, TESTED_OPERATOR } from './tested-operator.ts';

/** How long the operator may take to list everything; far above what it needs on a busy machine. */
const READY_LIMIT_MS = 60_000;

/** As the chart limits it. */
const CONTAINER_MEBIBYTES = 256;

export interface OperatorProcessOptions {
  readonly kubeconfigPath: string;
  /** Namespace of the operator: Lease, install key, Secrets of connections. */
  readonly namespace: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another file for Node than the operator that is tested. */
  readonly main?: string;
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Receives what the process prints, as it comes. */
  readonly onOutput?: (text: string) => void;
}

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

/**
 * Starts the operator with ports of its own and waits until it is ready. It ends with this process. Where the tests are
 * about an image, it is a container of that image (see test/packaging/image/tests-use-the-image.ts).
 */
export async function startOperatorProcess(options: OperatorProcessOptions): Promise<OperatorProcess> {
  const image = process.env.PAM_OPERATOR_TEST_IMAGE;
  const running = image === undefined ? startWithNode(options) : startInImage(image, options);
  const log = () => logLines(running.output());
  const port = (message: string) => log().find(({ msg }) => msg === message)?.port;
  await waitForLine(running, () => log().some(({ msg }) => msg === 'Listed everything that is watched'));
  return {
    pid: running.pid,
    output: running.output,
    log,
    healthUrl: `http://127.0.0.1:${port('Serves health checks')}`,
    metricsUrl: `http://127.0.0.1:${port('Serves metrics')}`,
    stop: () => {
      running.kill('SIGTERM');
      return running.exited;
    },
    kill: running.kill,
    exited: running.exited,
  };
}

type Running = Pick<OperatorProcess, 'pid' | 'output' | 'kill' | 'exited'>;

const flagsOf = ({ namespace, args = [] }: OperatorProcessOptions): string[] => [
  ...['--namespace', namespace],
  ...['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0'],
  ...args,
];

function startWithNode(options: OperatorProcessOptions): Running {
  const flags = ['--kubeconfig', options.kubeconfigPath, ...flagsOf(options)];
  const child = spawn(
    process.execPath,
    [...(options.nodeFlags ?? []), options.main ?? TESTED_OPERATOR, ...flags],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...COMPILE_CACHE, ...options.env },
    },
  );
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
  return {
    pid: child.pid ?? 0,
    output: () => output,
    kill: (signal) => {
      child.kill(signal);
    },
    exited,
  };
}

/** With the files, the environment and the limit of memory that a Pod has. */
function startInImage(image: string, options: OperatorProcessOptions): Running {
  if (options.main !== undefined || options.nodeFlags !== undefined)
    throw new Error('another program than that of the image cannot be tested in it');
  const { kubeconfigPath, env = {}, onOutput } = options;
  const program = containerRuntime(
    image,
    CONTAINER_MEBIBYTES,
  )({ image: '', command: undefined, args: flagsOf(options), env, mounts: [], kubeconfigPath });
  const output = () => program.stdout() + program.stderr();
  return {
    // Asked for only where it runs: a container has none before that.
    get pid() {
      return program.pid;
    },
    output,
    kill: program.kill,
    exited: program.ended.then(({ code }) => {
      onOutput?.(output());
      return code;
    }),
  };
}

async function waitForLine({ exited, output }: Running, isThere: () => boolean): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  let ended: { readonly code: number | null } | undefined;
  void exited.then((code) => {
    ended = { code };
  });
  while (!isThere()) {
    if (ended !== undefined) throw new Error(`the operator ended with ${ended.code}:\n${output()}`);
    if (Date.now() > deadline) throw new Error(`the operator was not ready in time:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
