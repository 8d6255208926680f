import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { requiredGoVersion } from './kubernetes-release.ts';

export interface GoCall {
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What go writes to its standard error, line by line. */
  readonly onLine?: (line: string) => void;
  /** Receives the process, which leads a group of its own together with the compilers that it starts. */
  readonly onStart?: (process: ChildProcess) => void;
}

const LINES_IN_AN_ERROR = 15;

/**
 * Runs go and resolves to its standard output. Throws GoUnavailable when there is no go or it is too old for
 * the module, else an Error with the end of what it wrote.
 */
export async function runGo(call: GoCall): Promise<string> {
  const child = spawn('go', call.arguments, {
    cwd: call.directory,
    env: call.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  call.onStart?.(child);
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    call.onLine?.(line);
    complaints.push(line);
    if (complaints.length > LINES_IN_AN_ERROR) complaints.shift();
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new GoUnavailable('there is no go in PATH') : error);
    });
  });
  if (exitCode === 0) return output;
  const tooOld = complaints.find((line) => /requires go >=|toolchain not available/.test(line));
  if (tooOld !== undefined) throw new GoUnavailable(tooOld.replace(/^go: /, ''));
  const code = exitCode ?? child.signalCode;
  throw new Error(`go ${call.arguments[0]} ended with ${code}:\n${complaints.join('\n')}`);
}

/** The one sentence for machines that can neither find nor build the control plane. */
class GoUnavailable extends Error {
  override readonly name = 'GoUnavailable';

  constructor(reason: string) {
    const needed = requiredGoVersion().split('.').slice(0, 2).join('.');
    super(
      `The control plane for tests has to be built once and ${reason}: install Go ${needed} or newer, ` +
        'or set KUBEBUILDER_ASSETS to the folder that `setup-envtest use -p path` prints.',
    );
  }
}
