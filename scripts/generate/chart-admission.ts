import { readFileSync } from 'node:fs';
import type { GeneratedFile } from './generated-file.ts';

const FOLDER = 'deploy/admission/';

/** Policies that are always bound, and those whose binding a value of the chart switches on. */
const POLICIES: Readonly<Record<string, string | undefined>> = {
  'pamcredential-secrets': undefined,
  'pamsshkey-secrets': undefined,
  'pamconnection-secret': undefined,
  'set-identifier': 'restrictIdentifiers',
  adopt: 'restrictAdoption',
  override: 'restrictOverride',
  'disable-on-deletion': 'restrictDisableOnDeletion',
};

/** The admission policies as templates of the chart: names, ServiceAccount and namespace are the release's. */
export function chartAdmission(root: URL): GeneratedFile[] {
  const read = (name: string) => readFileSync(new URL(`${FOLDER}${name}.yaml`, root), 'utf8').trimEnd();
  return Object.entries(POLICIES).map(([name, value]) => {
    const binding = value === undefined ? '' : `\n---\n${read(`optional/${name}`)}`;
    const condition =
      value === undefined
        ? '.Values.admissionPolicies.enabled'
        : `and .Values.admissionPolicies.enabled .Values.admissionPolicies.${value}`;
    const content = [
      `{{- /* Made by \`npm run generate\` from ${FOLDER}. */}}`,
      `{{- if ${condition} }}`,
      ofRelease(`${read(name)}${binding}`),
      '{{- end }}',
      '',
    ].join('\n');
    return { path: `charts/pam-operator/templates/admission/${name}.yaml`, content };
  });
}

const OF_RELEASE: readonly (readonly [RegExp, string])[] = [
  [
    /\n {2}labels:\n {4}app\.kubernetes\.io\/name: pam-operator\n {4}app\.kubernetes\.io\/component: admission/g,
    '\n  labels:\n    {{- include "pam-operator.labels" . | nindent 4 }}\n    app.kubernetes.io/component: admission',
  ],
  [/^( *(?:name|policyName)): pam-operator-/gm, '$1: {{ include "pam-operator.fullname" . }}-'],
  [
    /system:serviceaccount:pam-operator:pam-operator/g,
    'system:serviceaccount:{{ .Release.Namespace }}:{{ include "pam-operator.serviceAccountName" . }}',
  ],
  [/"'pam-operator'"/g, `"'{{ .Release.Namespace }}'"`],
];

function ofRelease(text: string): string {
  if (/\{\{|\}\}/.test(text)) throw new Error(`${FOLDER}: holds braces that Helm would read as a template`);
  return OF_RELEASE.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
