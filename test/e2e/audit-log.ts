import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { qualified, type Right, right } from './release-rights.ts';

/** One request as the API server judged it. */
interface AuditedRequest {
  readonly right: Right;
  /** Where the request went: a list of all namespaces is one in `*`. */
  readonly namespace: string | undefined;
  /** Of the object; absent where a list or a watch was asked for. */
  readonly name: string | undefined;
  readonly status: number;
}

/** What the API server has to be started with to record the requests of one user, and the record. */
export interface AuditLog {
  readonly apiServerFlags: readonly string[];
  /** Since the last `forget`. */
  requests(): readonly AuditedRequest[];
  forget(): void;
  remove(): void;
}

interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

/** @param user as the API server knows it, `system:serviceaccount:<namespace>:<name>` */
export function auditLogOf(user: string): AuditLog {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-audit-'));
  const policy = join(folder, 'policy.yaml');
  const path = join(folder, 'audit.log');
  const rules = [{ level: 'Metadata', users: [user], omitStages: ['RequestReceived'] }, { level: 'None' }];
  writeFileSync(policy, stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }));
  let forgotten = 0;
  const lines = () => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);
  return {
    apiServerFlags: [`--audit-policy-file=${policy}`, `--audit-log-path=${path}`],
    requests: () => lines().slice(forgotten).flatMap(readLine),
    forget: () => {
      forgotten = lines().length;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function readLine(line: string): AuditedRequest[] {
  const { verb, objectRef, responseStatus } = JSON.parse(line) as AuditEvent;
  if (objectRef === undefined) return [];
  const { apiGroup, resource, subresource, namespace, name } = objectRef;
  const kind = qualified(subresource === undefined ? resource : `${resource}/${subresource}`, apiGroup);
  return [{ right: right(kind, verb, namespace), namespace, name, status: responseStatus?.code ?? 0 }];
}
