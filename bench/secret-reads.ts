import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SETS } from './objects.ts';

/** Counts who-ever's reads of single Secrets in the sets' namespaces, from the API server's audit log. */
export interface SecretReads {
  readonly apiServerFlags: readonly string[];
  /** Since the start. */
  count(namespace: string): number;
  remove(): void;
}

/** The API server's metrics do not tell namespaces apart, and connections have Secrets too. */
export function secretReads(): SecretReads {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-bench-audit-'));
  const [policy, path] = [join(folder, 'policy.yaml'), join(folder, 'audit.log')];
  const reads = {
    level: 'Metadata',
    verbs: ['get'],
    namespaces: SETS,
    resources: [{ group: '', resources: ['secrets'] }],
    omitStages: ['RequestReceived'],
  };
  writeFileSync(
    policy,
    stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [reads, { level: 'None' }] }),
  );
  writeFileSync(path, '');
  return {
    apiServerFlags: [`--audit-policy-file=${policy}`, `--audit-log-path=${path}`],
    count: (namespace) => readFileSync(path, 'utf8').split(`"namespace":"${namespace}"`).length - 1,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
