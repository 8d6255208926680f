import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface ListedProcess {
  readonly id: number;
  /** At most the 15 characters that Linux keeps. */
  readonly name: string;
  readonly parent: number;
  readonly group: number;
}

/**
 * Every process of this machine that runs. Zombies are left out: they have ended, and in a container nobody
 * may ever collect them.
 */
export function listProcesses(): ListedProcess[] {
  const lines = process.platform === 'linux' ? linesOfProc() : linesOfPs();
  return lines.flatMap((line) => {
    const match = /^\s*(\d+) \((.*)\)\s+(\S)\S*\s+(\d+)\s+(\d+)/s.exec(line);
    if (match === null || match[3] === 'Z') return [];
    const [, id, name = '', , parent, group] = match;
    return [{ id: Number(id), name: name.slice(0, 15), parent: Number(parent), group: Number(group) }];
  });
}

/** Works without procps, which slim images lack: "ID (name) state parent group ...". */
function linesOfProc(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/stat`, 'utf8')];
      } catch {
        // It ended while the list was made.
        return [];
      }
    });
}

function linesOfPs(): string[] {
  const columns = ['pid=', 'state=', 'ppid=', 'pgid=', 'comm='].flatMap((column) => ['-o', column]);
  const lines = execFileSync('ps', ['-A', ...columns], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [id, state, parent, group, ...path] = line.trim().split(/\s+/);
    return `${id} (${basename(path.join(' '))}) ${state} ${parent} ${group}`;
  });
}
