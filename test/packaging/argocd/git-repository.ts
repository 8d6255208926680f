import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';

/** A Git repository on this machine, with the chart and what a test puts beside it. */
export interface GitRepository {
  readonly url: string;
  readonly folder: string;
  /** Objects of one file; none: the file is removed. */
  commit(file: string, ...objects: readonly object[]): void;
  remove(): void;
}

const CHART = 'charts/pam-operator';

export function createGitRepository(): GitRepository {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-git-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  const commit = () => {
    git('add', '--all');
    git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message=Change');
  };
  git('init', '--quiet', '--initial-branch=main');
  cpSync(CHART, join(folder, CHART), { recursive: true });
  commit();
  return {
    url: `file://${folder}`,
    folder,
    commit: (file, ...objects) => {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      if (objects.length === 0) rmSync(path);
      else writeFileSync(path, objects.map((object) => stringify(object)).join('---\n'));
      commit();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
