import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { blocks } from '../support/markdown.ts';
import { CUSTOM_VERBS } from './rights.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('deploy/admission/', root);
const page = readFileSync(new URL('docs/admission.md', root), 'utf8');

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: {
    policyName?: string;
    failurePolicy?: string;
    matchConditions?: { expression: string }[];
    validationActions?: string[];
  };
}

const EXEMPTION = "request.userInfo.username != 'system:serviceaccount:pam-operator:pam-operator'";

function build(directory: string): string {
  return execFileSync(inject('kubectlPath'), ['kustomize', directory], { encoding: 'utf8' });
}

function manifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

describe('the folder', () => {
  it.each([
    { because: 'what is always applied', path: folder },
    { because: 'what is applied on purpose', path: new URL('optional/', folder) },
  ])('names each of its files: $because', ({ path }) => {
    const { resources } = parse(readFileSync(new URL('kustomization.yaml', path), 'utf8'));
    const files = readdirSync(path).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
    expect([...resources].sort()).toEqual(files.sort());
  });

  const always = manifests(build(folder.pathname));
  const optional = manifests(build(new URL('optional/', folder).pathname));
  const policies = always.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');

  it.each(policies.map((policy) => ({ policy, name: policy.metadata.name })))(
    '$name refuses what it cannot evaluate, and exempts the operator where an overlay looks for it',
    ({ policy }) => {
      expect(policy.spec.failurePolicy).toBe('Fail');
      expect(policy.spec.matchConditions?.[0]?.expression).toBe(EXEMPTION);
    },
  );

  it('binds every policy once, the custom verbs only on purpose', () => {
    const bound = (list: Manifest[]) => list.flatMap(({ spec }) => spec.policyName ?? []).sort();
    const verbs = CUSTOM_VERBS.map((verb) => `pam-operator-${verb}`).sort();
    const names = policies.map(({ metadata }) => metadata.name);
    expect(bound(optional)).toEqual(verbs);
    expect(bound(always)).toEqual(names.filter((name) => !verbs.includes(name)).sort());
    const actions = [...always, ...optional].flatMap(({ spec }) => spec.validationActions ?? []);
    expect(new Set(actions)).toEqual(new Set(['Deny']));
  });
});

it('the overlay of the documentation replaces the namespace everywhere, and nothing else', () => {
  const overlay = blocks(page, 'yaml').find((block) => block.includes('kind: Kustomization')) ?? '';
  const directory = mkdtempSync(join(tmpdir(), 'pam-operator-admission-'));
  try {
    cpSync(folder, join(directory, 'deploy', 'admission'), { recursive: true });
    mkdirSync(join(directory, 'overlay'));
    writeFileSync(join(directory, 'overlay', 'kustomization.yaml'), overlay);
    const expected = build(folder.pathname)
      .replaceAll('serviceaccount:pam-operator:', 'serviceaccount:pam-system:')
      .replaceAll("'''pam-operator'''", "'''pam-system'''");
    const built = build(join(directory, 'overlay'));
    expect(manifests(built)).toEqual(manifests(expected));
    expect(built).toContain("expression: '''pam-system'''");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('the documentation names every custom verb', () => {
  const named = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, verb]) => verb);
  expect(named).toEqual(expect.arrayContaining([...CUSTOM_VERBS]));
});
