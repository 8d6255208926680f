import { execFileSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import type { PackagingTools } from './packaging-tools.ts';

export const CHART = 'charts/pam-operator';

/** The parts of a manifest that tests of the chart read. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: readonly { readonly env: readonly { readonly name: string }[] }[];
      };
    };
  };
}

/** Helm without a cluster. */
export interface ChartRenderer {
  /** Gives what Helm prints, or throws what it complains about. */
  helm(version: 3 | 4, ...args: string[]): string;
  /** @param values of `--set-json` */
  render(version: 3 | 4, values: readonly string[], ...more: string[]): string;
}

export function chartRenderer({ helm3, helm4 }: PackagingTools): ChartRenderer {
  const helm = (version: 3 | 4, ...args: string[]) =>
    execFileSync(version === 3 ? helm3 : helm4, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 32 * 1024 * 1024,
    });
  return {
    helm,
    render: (version, values, ...more) => {
      const set = values.flatMap((value) => ['--set-json', value]);
      return helm(version, 'template', 'release', CHART, '--namespace', 'operators', ...set, ...more);
    },
  };
}

export const manifests = (text: string): Manifest[] =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
