import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { GeneratedFile } from './generated-file.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The simulator of PAM Core as one file, which the demo overlay mounts beside the operator. */
export async function demoSimulator(): Promise<GeneratedFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/support/pam-core/main.ts'],
    write: false,
    bundle: true,
    // Whole lines, so that a change of the simulator is a change of some lines here.
    minifySyntax: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const content = `// Made by \`npm run generate\` from test/support/pam-core.\n${outputFiles[0]?.text ?? ''}`;
  return [{ path: 'deploy/overlays/demo/pam-core-simulator.mjs', content }];
}
