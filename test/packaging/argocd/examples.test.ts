import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { type ArgoStage, startArgoStage } from './argo-stage.ts';

/** Every object of examples/ in Git, and the operator at work on it: does Argo CD ever call one OutOfSync? */
const APP = 'team-a';

interface Example {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly deletionPolicy?: string };
}
interface Live extends Example {
  readonly metadata: Example['metadata'] & { readonly generation: number; readonly finalizers?: string[] };
  readonly status?: { readonly observedGeneration?: number };
}

let stage: ArgoStage;
let folder: string;
const manifests: { readonly file: string; readonly example: Example }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-examples-'));
  stage = await startArgoStage();
  for (const name of readdirSync('examples').sort()) {
    const examples = parseAllDocuments(readFileSync(join('examples', name), 'utf8')).map((document) =>
      ofThisPamCore(document.toJS() as Example),
    );
    stage.git.commit(`pam/${name}`, ...examples);
    for (const [at, example] of examples.entries()) {
      const file = join(folder, `${at}-${name}`);
      writeFileSync(file, stringify(tracked(example)));
      manifests.push({ file, example });
    }
  }
  await stage.deploy('pam-operator');
  await stage.settled('pam-operator');
  await stage.deploy(APP);
});
afterAll(async () => {
  await stage?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The examples name no PAM Core that is there. */
function ofThisPamCore(example: Example): Example {
  if (example.kind === 'Secret' && example.metadata.name === 'pam-core')
    return { ...example, stringData: stage.pam.oauth2 } as Example;
  if (example.kind === 'PamConnection' && example.metadata.name === 'default')
    return { ...example, spec: { ...example.spec, url: stage.pam.url } } as Example;
  return example;
}

/** Argo CD adds this to what Git has before it compares. */
function tracked(example: Example): Example {
  const { apiVersion, kind, metadata } = example;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  // What has no namespace counts to that of the Application.
  const id = `${APP}:${group}/${kind}:${metadata.namespace ?? 'team-a'}/${metadata.name}`;
  const annotations = { ...metadata.annotations, 'argocd.argoproj.io/tracking-id': id };
  return { ...example, metadata: { ...metadata, annotations } };
}

const ours = () => manifests.map(({ example }) => example).filter(({ kind }) => kind.startsWith('Pam'));

async function live({ kind, metadata }: Example): Promise<Live> {
  const namespace = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
  return JSON.parse(await stage.cluster.kubectl('get', kind, metadata.name, ...namespace, '-o', 'json'));
}

async function synced(): Promise<void> {
  await stage.cluster.eventually(
    () => stage.argo.application(APP),
    ({ status }) => status.sync?.status === 'Synced' && status.operationState?.phase === 'Succeeded',
    'the examples Synced',
  );
}

/** What Argo CD answers for each object, as one of its three comparisons sees it; without the objects themselves. */
async function compare(mode: string): Promise<{ file: string; outOfSync: boolean; error?: string }[]> {
  const { argodiff } = stage.argo;
  const kubeconfig = stage.cluster.controlPlane.kubeconfigPath;
  const files = manifests.map(({ file }) => file);
  const { stdout } = await promisify(execFile)(
    argodiff,
    ['-kubeconfig', kubeconfig, '-mode', mode, ...files],
    {
      maxBuffer: 32 * 1024 * 1024,
    },
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const { manifest, outOfSync, error } = JSON.parse(line);
      return { file: basename(manifest), outOfSync, ...(error !== undefined && { error }) };
    });
}

it('every one is seen by the operator, and has the finalizer where it asks for one', async () => {
  await synced();
  for (const example of ours()) {
    await stage.cluster.eventually(
      () => live(example),
      ({ metadata, status }) =>
        status?.observedGeneration === metadata.generation &&
        (example.spec?.deletionPolicy !== 'Disable' || metadata.finalizers !== undefined),
      `${example.kind} ${example.metadata.name} seen`,
    );
  }
});

describe.each([
  { applied: 'client-side', option: 'ServerSideApply=false', compared: 'ServerSideDiff=false' },
  { applied: 'server-side', option: 'ServerSideApply=true', compared: 'ServerSideDiff=true' },
])('applied $applied', ({ option, compared }) => {
  beforeAll(async () => {
    await stage.deploy(APP, ({ metadata, spec, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, annotations: { 'argocd.argoproj.io/compare-options': compared } },
      spec: {
        ...spec,
        syncPolicy: { ...spec.syncPolicy, syncOptions: [...spec.syncPolicy.syncOptions, option] },
      },
    }));
    await stage.argo.cli('app', 'sync', APP);
    await stage.argo.cli('app', 'get', APP, '--hard-refresh');
    await synced();
  });

  it.each(['client', 'ssa', 'server'])('none is OutOfSync in the comparison %s', async (mode) => {
    const found = await compare(mode);
    expect(found).toEqual(manifests.map(({ file }) => ({ file: basename(file), outOfSync: false })));
  });

  it('the cluster holds the spec that Git has, and nothing more', async () => {
    for (const example of ours()) expect((await live(example)).spec).toEqual(example.spec);
  });

  it('a difference is found', async () => {
    const name = ['pamcredential', 'orders-db', '-n', 'team-a'];
    await stage.argo.cli('app', 'set', APP, '--sync-policy', 'none');
    await stage.cluster.kubectl('patch', ...name, '--type=merge', '-p', '{"spec":{"username":"another"}}');
    for (const mode of ['client', 'ssa', 'server']) {
      const differing = (await compare(mode)).filter(({ outOfSync }) => outOfSync);
      expect(differing).toEqual([{ file: '0-20-credential.yaml', outOfSync: true }]);
    }
    await stage.argo.cli('app', 'sync', APP);
  });
});
