import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** `main` is the composition root with the program's commands and settings: every file directly in src, and these. */
const MAIN_FOLDERS = ['config', 'operator', 'release-finalizers'];

type Layer = 'main' | 'controller' | 'kube' | 'pam' | 'ssh' | 'observability' | 'core' | 'api';

interface Rule {
  /** Layers it may import, besides itself. */
  readonly layers: readonly Layer[];
  readonly packages: readonly string[];
  /** Modules of Node; absent: any. */
  readonly node?: readonly string[];
}

const ADAPTERS = ['controller', 'kube', 'pam', 'ssh', 'observability'] as const;
const RULES: Readonly<Record<Layer, Rule>> = {
  main: { layers: [...ADAPTERS, 'core', 'api'], packages: ['yaml', 'zod'] },
  controller: { layers: ['core', 'api'], packages: [] },
  kube: { layers: ['core', 'api'], packages: ['@kubernetes/client-node', 'undici'] },
  pam: { layers: ['core', 'api'], packages: ['got', 'oauth-1.0a'] },
  ssh: { layers: ['core', 'api'], packages: ['sshpk'] },
  observability: {
    layers: ['core', 'api'],
    packages: [
      ...['pino', 'prom-client', '@opentelemetry/api', '@opentelemetry/exporter-trace-otlp-proto'],
      ...['@opentelemetry/resources', '@opentelemetry/sdk-trace'],
    ],
  },
  core: { layers: ['api'], packages: [], node: ['node:crypto'] },
  api: { layers: [], packages: [], node: [] },
};

/** What core may take from node:crypto: nothing that draws random numbers. */
const PURE_CRYPTO = ['createHash', 'createHmac', 'createSecretKey', 'timingSafeEqual', 'Hmac', 'KeyObject'];
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bsetTimeout\b|\bsetInterval\b|\bprocess\.|\bfetch\(|\bcrypto\.(?:getRandom|random)|\basync\b|\bawait\b/;

interface Import {
  readonly from: string;
  /** Names between the braces; empty for any other form. */
  readonly names: readonly string[];
}

function importsOf(text: string): Import[] {
  const statement = /^\s*(?:import|export)\b([^;'"]*?)\bfrom\s*['"]([^'"]+)['"]/gm;
  const bare = /^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|\brequire\(\s*['"]([^'"]+)['"]/gm;
  const named = [...text.matchAll(statement)].map(([, clause = '', from = '']) => ({
    from,
    names: (/\{([^}]*)\}/s.exec(clause)?.[1] ?? '')
      .split(',')
      .map((name) =>
        name
          .trim()
          .replace(/^type\s+/, '')
          .replace(/\s+as\s.*$/s, ''),
      )
      .filter((name) => name !== ''),
  }));
  const others = [...text.matchAll(bare)].map(([, a, b, c]) => ({ from: a ?? b ?? c ?? '', names: [] }));
  return [...named, ...others];
}

/** Everything that a file does against the table. @param path relative to src, with `/` */
function breaches(path: string, text: string): string[] {
  const layer = layerOf(path);
  const rule = RULES[layer];
  const found: string[] = [];
  for (const { from, names } of importsOf(text)) {
    if (from.startsWith('.')) {
      const target = layerOf(relative(SRC, resolve(SRC, dirname(path), from)));
      if (target !== layer && !rule.layers.includes(target)) found.push(`${layer} imports ${target}`);
    } else if (from.startsWith('node:') || builtinModules.includes(from)) {
      if (rule.node !== undefined && !rule.node.includes(from)) found.push(`${layer} imports ${from}`);
      const impure =
        layer === 'core' &&
        from === 'node:crypto' &&
        !(names.length > 0 && names.every((name) => PURE_CRYPTO.includes(name)));
      if (impure) found.push(`core imports more than hashes from ${from}`);
    } else if (!rule.packages.includes(packageOf(from))) {
      found.push(`${layer} imports ${from}`);
    }
  }
  if (layer === 'core' || layer === 'api') {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const impure = IMPURE.exec(code);
    if (impure !== null) found.push(`${layer} uses ${impure[0]}`);
  }
  return found;
}

function layerOf(path: string): Layer {
  const [first = ''] = path.split('/');
  return first in RULES && path.includes('/') ? (first as Layer) : 'main';
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort();

describe('the layers', () => {
  it('are those of the folders', () => {
    const folders = new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
    expect([...folders].sort()).toEqual(
      [...Object.keys(RULES).filter((layer) => layer !== 'main'), ...MAIN_FOLDERS].sort(),
    );
  });

  it.each(files)('%s keeps to the table', (path) => {
    expect(breaches(path, readFileSync(resolve(SRC, path), 'utf8'))).toEqual([]);
  });
});

describe('a breach is seen', () => {
  it.each([
    { because: 'core imports an adapter', path: 'core/a.ts', text: "import { x } from '../pam/x.ts';" },
    { because: 'as a type', path: 'core/a.ts', text: "import type { x } from '../controller/x.ts';" },
    { because: 'over several lines', path: 'core/a.ts', text: "import {\n  x,\n  y,\n} from '../pam/x.ts';" },
    { because: 'handed on', path: 'core/a.ts', text: "export { x } from '../kube/x.ts';" },
    { because: 'handed on whole', path: 'core/a.ts', text: "export * from '../kube/x.ts';" },
    { because: 'at run time', path: 'core/a.ts', text: "const x = await import('../kube/x.ts');" },
    { because: 'for its effect', path: 'core/a.ts', text: "import '../kube/x.ts';" },
    { because: 'an adapter imports another', path: 'pam/a.ts', text: "import { x } from '../kube/x.ts';" },
    {
      because: 'the shell imports an adapter',
      path: 'controller/a.ts',
      text: "import { x } from '../pam/x.ts';",
    },
    { because: 'an adapter imports the root', path: 'pam/a.ts', text: "import { x } from '../config.ts';" },
    { because: 'api imports core', path: 'api/a.ts', text: "import { x } from '../core/x.ts';" },
    {
      because: 'a package of another folder',
      path: 'pam/a.ts',
      text: "import x from '@kubernetes/client-node';",
    },
    { because: 'a part of such a package', path: 'kube/a.ts', text: "import x from 'got/dist/x.js';" },
    { because: 'a module of Node in core', path: 'core/a.ts', text: "import { x } from 'node:fs';" },
    { because: 'a module of Node without its prefix', path: 'core/a.ts', text: "import { x } from 'fs';" },
    {
      because: 'random numbers in core',
      path: 'core/a.ts',
      text: "import { createHash, randomUUID } from 'node:crypto';",
    },
    {
      because: 'all of node:crypto in core',
      path: 'core/a.ts',
      text: "import * as crypto from 'node:crypto';",
    },
    { because: 'the clock in core', path: 'core/a.ts', text: 'const now = Date.now();' },
    { because: 'the clock as a date', path: 'core/a.ts', text: 'const now = new Date();' },
    { because: 'chance in core', path: 'core/a.ts', text: 'const x = Math.random();' },
    { because: 'the monotonic clock in core', path: 'core/a.ts', text: 'const x = performance.now();' },
    { because: 'waiting in core', path: 'core/a.ts', text: 'export async function x() {}' },
  ])('$because', ({ path, text }) => {
    expect(breaches(path, text)).not.toEqual([]);
  });

  it.each([
    {
      because: 'a text that only names a clock',
      path: 'core/a.ts',
      text: '/** No Date.now() here. */\n// nor Math.random()\n',
    },
    { because: 'a given time', path: 'core/a.ts', text: 'const at = Date.parse(text);' },
    {
      because: 'hashes',
      path: 'core/a.ts',
      text: "import { createHash, type Hash as H } from 'node:crypto';".replace(', type Hash as H', ''),
    },
    { because: 'the neighbour', path: 'core/a.ts', text: "import { x } from './b.ts';" },
  ])('and $because is none', ({ path, text }) => {
    expect(breaches(path, text)).toEqual([]);
  });
});
