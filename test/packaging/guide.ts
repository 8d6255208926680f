import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { blocks } from '../support/markdown.ts';
import type { PackagingCluster } from './packaging-cluster.ts';

/** The part of a page below a heading of the second level. */
function section(page: string, heading: string): string {
  const [, text] = readFileSync(page, 'utf8').split(`\n## ${heading}\n`);
  if (text === undefined) throw new Error(`${page} has no heading "${heading}"`);
  return text.split(/^## /m)[0] ?? '';
}

/** The lines that a reader copies, one by one. */
function commandsUnder(page: string, heading: string): string[] {
  const commands = blocks(section(page, heading), 'sh').flatMap((block) => block.trim().split('\n'));
  if (commands.length === 0) throw new Error(`${page} has no commands under "${heading}"`);
  return commands;
}

/** The commands of a section as one script, where later lines need what earlier ones set. */
export function scriptUnder(page: string, heading: string): string {
  return `${commandsUnder(page, heading).join('\n')}\n`;
}

/** The YAML files that a page has the reader save. */
export function filesUnder(page: string, heading: string): string[] {
  return blocks(section(page, heading), 'yaml');
}

/** A reader at the root of the checkout, with `helm` and `kubectl` on the PATH. */
export interface Reader {
  /** The root of the checkout, as far as the guides use it. */
  readonly folder: string;
  /** Runs all commands of a section and gives what they print. */
  follows(page: string, heading: string): Promise<string>;
  /** From now on the checkout has another chart. */
  checksOut(charts: string): void;
  leave(): void;
}

export function startReader({ tools, controlPlane }: PackagingCluster): Reader {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-reader-'));
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  symlinkSync(tools.helm4, join(bin, 'helm'));
  symlinkSync(controlPlane.kubectl, join(bin, 'kubectl'));
  for (const part of ['charts', 'deploy', 'examples', 'crds']) symlinkSync(resolve(part), join(folder, part));
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder,
    KUBECONFIG: controlPlane.kubeconfigPath,
  };
  return {
    folder,
    follows: async (page, heading) => {
      let printed = '';
      for (const command of commandsUnder(page, heading)) {
        const { stdout, stderr } = await promisify(execFile)('sh', ['-ec', command], { cwd: folder, env });
        printed += stdout + stderr;
      }
      return printed;
    },
    checksOut: (charts) => {
      rmSync(join(folder, 'charts'));
      symlinkSync(charts, join(folder, 'charts'));
    },
    leave: () => rmSync(folder, { recursive: true, force: true }),
  };
}
