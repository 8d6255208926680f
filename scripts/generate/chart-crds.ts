import type { CustomKind } from './custom-kind.ts';
import type { GeneratedFile } from './generated-file.ts';

/**
 * The definitions as templates of the chart: in templates and not in the chart's folder `crds/`, which Helm never
 * upgrades. `helm.sh/resource-policy: keep` leaves them, and with them all resources, when the release goes.
 */
export function chartCrds(kinds: readonly CustomKind[]): GeneratedFile[] {
  return kinds.map(({ file, source }) => {
    const anchor = `\n  name: ${file.split('_')[1]?.replace('.yaml', '')}.pam-operator.io\n`;
    const [before, after, ...more] = literal(source).split(anchor);
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(`${file}: must have its name once`);
    const content = [
      '{{- /* Made by `npm run generate` from crds/. */}}',
      '{{- if .Values.crds.enabled }}',
      `${before}${anchor}  labels:`,
      '    {{- include "pam-operator.labels" . | nindent 4 }}',
      '  {{- if or .Values.crds.keep .Values.crds.annotations }}',
      '  annotations:',
      '    {{- if .Values.crds.keep }}',
      '    helm.sh/resource-policy: keep',
      '    {{- end }}',
      '    {{- with .Values.crds.annotations }}',
      '    {{- toYaml . | nindent 4 }}',
      '    {{- end }}',
      '  {{- end }}',
      `${after.trimEnd()}`,
      '{{- end }}',
      '',
    ].join('\n');
    return { path: `charts/pam-operator/templates/crds/${file.split('_')[1]}`, content };
  });
}

/** Text that Helm must leave as it is. */
function literal(text: string): string {
  return text.replaceAll(/\{\{|\}\}/g, (braces) => `{{ ${JSON.stringify(braces)} }}`);
}
