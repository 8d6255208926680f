import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * Bundles the operator into `dist/`, or the folder that is named: `main.js`, what it loads only when it needs it
 * (tracing), and the thread that reads SSH keys, each with a source map beside it. A bundle starts in a third of the time
 * of the sources. `bom.cdx.json` lists the packages in it (CycloneDX), which no scanner could see otherwise.
 *
 *     npm run bundle [-- FOLDER]
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The thread's file is named in a URL, where a bundler does not look. */
const threadFile: Plugin = {
  name: 'thread-file',
  setup({ onLoad }) {
    onLoad({ filter: /src\/ssh\/key-threads\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const bundled = source.replace("'./key-pair-worker.ts'", "'./key-pair-worker.js'");
      if (bundled === source) throw new Error(`${path} does not name ./key-pair-worker.ts any more`);
      return { contents: bundled, loader: 'ts' };
    });
  },
};

/**
 * Only the reading of kubeconfigs is used of client-node, which does not say that its modules do nothing by being loaded.
 * Without this 2 MB of generated API would be parsed at each start, for 20 MB of memory.
 */
const unusedApi: Plugin = {
  name: 'unused-api',
  setup(bundler) {
    // Not by `bundler.resolve`, which looks at folders anew for each of its 900 modules: 10 s.
    bundler.onResolve({ filter: /^@kubernetes\/client-node$/ }, ({ path }) => ({
      path: fileURLToPath(import.meta.resolve(path)),
      sideEffects: false,
    }));
    bundler.onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir }) =>
      importer.includes('/@kubernetes/client-node/')
        ? { path: resolve(resolveDir, path), sideEffects: false }
        : undefined,
    );
  },
};

const [, , given] = process.argv;
const folder = resolve(given ?? `${ROOT}dist`);
// What else is in a folder of somebody's is theirs.
if (given === undefined) rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: { main: 'src/main.ts', 'key-pair-worker': 'src/ssh/key-pair-worker.ts' },
  outdir: folder,
  bundle: true,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  // Names and places are enough for a stack trace; the sources stand in the repository.
  sourcesContent: false,
  // Some packages are CommonJS and ask for Node's modules.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  plugins: [threadFile, unusedApi],
});
interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Without time or serial number: the same for the same sources. */
function billOfMaterials(inputs: readonly string[]): object {
  const folders = inputs.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const components = [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .map((folder) => JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, 'utf8')) as Package)
    .map(({ name, version, license }) => {
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      const licenses = license === undefined ? {} : { licenses: [{ expression: license }] };
      return { type: 'library', 'bom-ref': purl, name, version, ...licenses, purl };
    })
    .sort((one, other) => (one.purl < other.purl ? -1 : 1));
  return { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components };
}

const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
  Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
);
const bundled = billOfMaterials(kept);
writeFileSync(`${folder}/bom.cdx.json`, `${JSON.stringify(bundled, undefined, 1)}\n`);
for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  if (path.endsWith('.js')) console.log(`${path}  ${Math.round(bytes / 1024)} KiB`);
}
