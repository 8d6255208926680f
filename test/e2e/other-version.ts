import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the operator's sources that calls itself another version. */
export interface OtherVersion {
  readonly main: string;
  /** How PAM sees its calls. */
  readonly userAgent: string;
  remove(): void;
}

/**
 * @param replaced sources of modules of `src/core` by their name; what the tree has under the name is found beside it
 *   as `<name>-of-now.ts`, so that a replacement can wrap it
 */
export function makeVersion(version: string, replaced: Readonly<Record<string, string>> = {}): OtherVersion {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-version-'));
  cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const about = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...about, version }));
  const core = join(folder, 'src/core');
  for (const [name, source] of Object.entries(replaced)) {
    renameSync(join(core, `${name}.ts`), join(core, `${name}-of-now.ts`));
    writeFileSync(join(core, `${name}.ts`), source);
  }
  return {
    main: join(folder, 'src/main.ts'),
    userAgent: `pam-operator/${version}`,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
