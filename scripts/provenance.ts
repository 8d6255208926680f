import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { revision } from './image/build-image.ts';

/**
 * Prints from what `npm run image` builds: the predicate of a provenance attestation (SLSA 1.0). It is told by who
 * builds, so it is worth as much as the machine that does.
 *
 *     npm run --silent provenance > dist/provenance.json
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const uncommitted = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }) !== '';
const file = (name: string) => ({
  name,
  digest: {
    sha256: createHash('sha256')
      .update(readFileSync(`${ROOT}${name}`))
      .digest('hex'),
  },
});
const predicate = {
  buildDefinition: {
    buildType: 'tag:pam-operator.io,2026:dockerfile',
    externalParameters: { command: 'npm run image', version: packageJson.version },
    internalParameters: { node: process.version, uncommittedChanges: uncommitted },
    resolvedDependencies: [
      { name: 'source', digest: { gitCommit: revision() } },
      file('Dockerfile'),
      file('package-lock.json'),
    ],
  },
  runDetails: { builder: { id: 'tag:pam-operator.io,2026:local' } },
};
console.log(JSON.stringify(predicate, undefined, 2));
