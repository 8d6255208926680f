import { parseDocument } from 'yaml';
import type { Source } from './source.ts';

/** Far above any real file, far below what would be slow to parse. */
export const MAX_CONFIG_BYTES = 256 * 1024;

/**
 * Reads the text of a configuration file into values by key path ("leaderElection.leaseDurationSeconds").
 * Scalars are brought into the spelling of flags, a list of scalars into a comma list, an empty value is not
 * set. A problem completes the sentence "The configuration file <path> …".
 */
export function readConfigText(
  text: string,
  path: string,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, Source> | { readonly problem: string } {
  if (Buffer.byteLength(text) > MAX_CONFIG_BYTES) {
    return { problem: `is larger than ${MAX_CONFIG_BYTES / 1024} KiB` };
  }
  const root = parseYaml(text);
  if (root === undefined) {
    return { problem: 'is no valid YAML' };
  }
  if (root !== null && !(root instanceof Map)) {
    return { problem: 'holds no mapping of settings' };
  }
  const found = new Map<string, Source>();
  const problem = root === null ? undefined : collect(root, '', path, keys, found);
  return problem === undefined ? found : { problem };
}

/**
 * Undefined when it is not YAML. The parser's own message is not passed on: it quotes the file. Maps instead
 * of objects, so that a key such as `__proto__` is a key like any other.
 */
function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { schema: 'core', uniqueKeys: true, logLevel: 'silent' });
    return document.errors.length > 0 ? undefined : document.toJS({ mapAsMap: true });
  } catch {
    return undefined;
  }
}

function collect(
  mapping: ReadonlyMap<unknown, unknown>,
  prefix: string,
  path: string,
  keys: ReadonlySet<string>,
  found: Map<string, Source>,
): string | undefined {
  for (const [part, value] of mapping) {
    const key = prefix + String(part);
    if (value instanceof Map && [...keys].some((known) => known.startsWith(`${key}.`))) {
      const problem = collect(value, `${key}.`, path, keys, found);
      if (problem !== undefined) {
        return problem;
      }
      continue;
    }
    if (!keys.has(key)) {
      return `has the unknown key ${JSON.stringify(key.slice(0, 80))}; docs/reference/settings.md lists the keys`;
    }
    const text = scalarText(value) ?? listText(value);
    if (text === undefined) {
      return `has a nested value at ${key}; give a single value`;
    }
    if (value !== null) {
      found.set(key, { text, name: `${key} in ${path}` });
    }
  }
  return undefined;
}

function scalarText(value: unknown): string | undefined {
  if (value === null) {
    return '';
  }
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isScalar ? String(value) : undefined;
}

function listText(value: unknown): string | undefined {
  const items = Array.isArray(value) ? value.map(scalarText) : [undefined];
  return items.includes(undefined) ? undefined : items.join(',');
}
