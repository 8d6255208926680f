import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kubectl } from '../../../scripts/demo/kubectl.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubectl-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(script: string) {
  const path = join(folder, 'kubectl');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { kubectl: path, kubeconfigPath: join(folder, 'kubeconfig') };
}

it('gives what kubectl prints, and the input to it', async () => {
  expect(await kubectl(program('for last; do :; done; echo "$last"; cat'), ['get'], 'input')).toBe(
    'get\ninput',
  );
});

it.each([
  {
    because: 'its last line is the reason',
    script: 'echo "Warning: old" >&2; echo "error: no such thing" >&2; exit 1',
    sentence: 'kubectl apply -f failed: error: no such thing.',
  },
  {
    because: 'it ends before it has read its input, as on Ctrl-C',
    script: 'kill -INT $$',
    sentence: 'kubectl apply -f failed: it printed nothing.',
  },
])('fails with one sentence that does not hold the input: $because', async ({ script, sentence }) => {
  // More than a pipe holds, so that the write cannot succeed unread.
  const input = 'hidden'.repeat(100_000);
  await expect(kubectl(program(script), ['apply', '-f', '-'], input)).rejects.toThrow(new Error(sentence));
});
