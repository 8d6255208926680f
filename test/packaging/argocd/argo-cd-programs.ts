import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGo } from '../../control-plane/run-go.ts';
import { cachedGoPrograms } from '../cached-go-programs.ts';
import { moduleVersion } from '../module-version.ts';

/** Absolute paths. */
export interface ArgoCdPrograms {
  /** Every component and the command line in one program; ARGOCD_BINARY_NAME says which. */
  readonly argocd: string;
  /** See argodiff/main.go. */
  readonly argodiff: string;
}

/** Debian packages, which are called like the programs in them. */
export const DEBIAN_PACKAGES = ['redis-server', 'git'] as const;

const MODULE = import.meta.dirname;
const ARGO_CD = 'github.com/argoproj/argo-cd/v3';

/** Finds Argo CD in the user's cache folder, else builds it there from the modules that are pinned beside this file. */
export async function findArgoCd(log: (line: string) => void = () => {}): Promise<ArgoCdPrograms> {
  const folder = await cachedGoPrograms({
    what: 'Argo CD',
    programs: [
      {
        name: 'argocd',
        package: `${ARGO_CD}/cmd`,
        variables: [`${ARGO_CD}/common.version=${moduleVersion(MODULE, ARGO_CD)}`],
      },
      { name: 'argodiff', package: './argodiff' },
    ],
    module: MODULE,
    sources: [readFileSync(join(MODULE, 'argodiff/main.go'), 'utf8')],
    log,
  });
  return { argocd: join(folder, 'argocd'), argodiff: join(folder, 'argodiff') };
}

/** The unpacked module: its `manifests` are what a user installs. */
export async function argoCdSources(): Promise<string> {
  const download = ['mod', 'download', '-json', ARGO_CD];
  const answer = await runGo({ arguments: download, directory: MODULE, environment: process.env });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}
