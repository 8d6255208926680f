import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { blocks } from '../../support/markdown.ts';

interface Source {
  readonly repoURL: string;
  readonly path: string;
  readonly helm?: object;
}
export interface Application {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly source?: Source;
    readonly sources?: readonly Source[];
    readonly syncPolicy: { readonly syncOptions: readonly string[] };
  };
}

const GUIDE = 'docs/argocd.md';

/** An Application as the guide has it, with another repository in place of those that a reader has. */
export function documentedApplication(name: string, repoURL: string): Application {
  const found = blocks(readFileSync(GUIDE, 'utf8'), 'yaml')
    .map((block) => parse(block) as Application)
    .find(({ kind, metadata }) => kind === 'Application' && metadata.name === name);
  if (found === undefined) throw new Error(`${GUIDE} has no Application ${name}`);
  const { source, sources, ...spec } = found.spec;
  return {
    ...found,
    spec: {
      ...spec,
      ...(source !== undefined && { source: { ...source, repoURL } }),
      ...(sources !== undefined && { sources: sources.map((one) => ({ ...one, repoURL })) }),
    },
  };
}

/** A command that the guide shows, as words behind the program's name. */
export function documentedCommand(command: string): string[] {
  const commands = blocks(readFileSync(GUIDE, 'utf8'), 'sh').flatMap((block) => block.trim().split('\n'));
  if (!commands.includes(command)) throw new Error(`${GUIDE} does not show: ${command}`);
  return command.split(' ').slice(1);
}
