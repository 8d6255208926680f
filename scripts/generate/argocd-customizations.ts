import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { API_GROUP } from '../../src/api/names.ts';
import type { CustomKind } from './custom-kind.ts';
import type { GeneratedFile } from './generated-file.ts';

const FOLDER = 'deploy/argocd';

const MANAGED = ['force-sync', 'suspend', 'resume', 'enable', 'disable'];
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  PamConnection: ['suspend', 'resume', 'release-deletions'],
  PamCredential: MANAGED,
  PamSshKey: MANAGED,
};

/**
 * The scripts of `deploy/argocd/scripts`, each written once: as a patch of the ConfigMap `argocd-cm`, and in the layout
 * of Argo CD's own repository, beside their tests.
 */
export function argocdCustomizations(kinds: readonly CustomKind[], root: URL): GeneratedFile[] {
  const read = (name: string) => readFileSync(new URL(`${FOLDER}/scripts/${name}.lua`, root), 'utf8');
  const [health, discovery] = [read('health'), read('discovery')];
  const data: Record<string, string> = {};
  const files: GeneratedFile[] = [];
  for (const { kind } of kinds) {
    const actions = ACTIONS[kind];
    if (actions === undefined) throw new Error(`${FOLDER}: say which actions ${kind} has`);
    const scripts = actions.map((name) => ({ name, script: read(`actions/${name}`) }));
    data[`resource.customizations.health.${API_GROUP}_${kind}`] = health;
    data[`resource.customizations.actions.${API_GROUP}_${kind}`] = stringify(
      {
        'discovery.lua': discovery,
        definitions: scripts.map(({ name, script }) => ({ name, 'action.lua': script })),
      },
      { lineWidth: 0 },
    );
    const folder = `${FOLDER}/resource_customizations/${API_GROUP}/${kind}`;
    files.push(
      { path: `${folder}/health.lua`, content: health },
      { path: `${folder}/actions/discovery.lua`, content: discovery },
      ...scripts.map(({ name, script }) => ({
        path: `${folder}/actions/${name}/action.lua`,
        content: script,
      })),
    );
  }
  return [...files, { path: `${FOLDER}/argocd-cm.yaml`, content: configMap(data) }];
}

function configMap(data: Readonly<Record<string, string>>): string {
  const labels = { 'app.kubernetes.io/name': 'argocd-cm', 'app.kubernetes.io/part-of': 'argocd' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', labels }, data };
  return [
    `# Made by \`npm run generate\` from ${FOLDER}/scripts. A patch: it leaves the other keys of the ConfigMap as they are.`,
    `# kubectl -n argocd patch configmap argocd-cm --type merge --patch-file ${FOLDER}/argocd-cm.yaml`,
    stringify(object, { lineWidth: 0 }),
  ].join('\n');
}
