import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { GeneratedFile } from './generated-file.ts';

/**
 * Writes the files whose content differs from what is on disk.
 *
 * @param root folder that the paths are relative to, as a URL that ends in `/`
 * @param check write nothing, only compare
 * @returns the paths that differed
 */
export function bringUpToDate(files: readonly GeneratedFile[], root: URL, check: boolean): string[] {
  const outdated = files.filter(({ path, content }) => content !== present(new URL(path, root)));
  for (const { path, content } of check ? [] : outdated) {
    const file = new URL(path, root);
    mkdirSync(new URL('./', file), { recursive: true });
    writeFileSync(file, content);
  }
  return outdated.map(({ path }) => path);
}

function present(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
