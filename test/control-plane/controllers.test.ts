import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { runKubectl } from './kubectl.ts';
import { listProcesses } from './process-list.ts';

let controlPlane: ControlPlane;
const log: string[] = [];

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllers: true, log: (line) => log.push(line) });
});
afterAll(() => controlPlane?.stop());

const kubectl = (...flags: string[]) => runKubectl(controlPlane, flags);
const PATIENCE = { timeout: 40_000, interval: 100 };

async function expectCollected(owner: string): Promise<void> {
  await kubectl('create', 'configmap', owner);
  const uid = await kubectl('get', 'configmap', owner, '-o', 'jsonpath={.metadata.uid}');
  const dependent = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `${owner}-dependent`,
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid }],
    },
  };
  await runKubectl(controlPlane, ['create', '-f', '-'], JSON.stringify(dependent));
  await kubectl('delete', 'configmap', owner);
  const left = () => kubectl('get', 'configmap', `${owner}-dependent`, '--ignore-not-found', '-o', 'name');
  await expect.poll(left, PATIENCE).toBe('');
}

describe('a control plane with controllers', () => {
  it('collects what depends on a deleted owner', () => expectCollected('owner'));

  it('removes a deleted namespace with everything in it', async () => {
    await kubectl('create', 'namespace', 'short-lived');
    await kubectl('create', 'configmap', 'content', '-n', 'short-lived');
    await kubectl('delete', 'namespace', 'short-lived', '--wait=false');
    await expect
      .poll(() => kubectl('get', 'namespace', 'short-lived', '--ignore-not-found', '-o', 'name'), PATIENCE)
      .toBe('');
  });

  it('gives each namespace its default ServiceAccount and the certificate of the API server', async () => {
    await expect
      .poll(() => kubectl('get', 'serviceaccount', 'default', '--ignore-not-found', '-o', 'name'), PATIENCE)
      .toBe('serviceaccount/default\n');
    await expect
      .poll(
        () => kubectl('get', 'configmap', 'kube-root-ca.crt', '-o', 'jsonpath={.data.ca\\.crt}'),
        PATIENCE,
      )
      .toBe(controlPlane.caCertificate);
  });

  it('gives a Pod its Node', async () => {
    const create = (object: object) =>
      runKubectl(controlPlane, ['create', '-f', '-'], JSON.stringify(object));
    await create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' } });
    const status = JSON.stringify({ status: { allocatable: { pods: '1' } } });
    await kubectl('patch', 'node', 'node', '--subresource=status', '--type=merge', '-p', status);
    // No kubelet says that the Node is ready.
    const tolerations = [{ operator: 'Exists' }];
    const containers = [{ name: 'none', image: 'none' }];
    await create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pod' },
      spec: { tolerations, containers },
    });
    await expect
      .poll(() => kubectl('get', 'pod', 'pod', '-o', 'jsonpath={.spec.nodeName}'), PATIENCE)
      .toBe('node');
  });

  it('has an API server that can be terminated in seconds while the controllers watch it', async () => {
    await controlPlane.terminateApiServer();
    await controlPlane.startApiServer();
  }, 30_000);

  it('starts the controllers again when they ended by themselves', async () => {
    const controllers = () =>
      listProcesses().find(
        ({ group, name }) => group === controlPlane.processGroup && name === 'kube-controller',
      )?.id;
    const before = controllers();
    expect(before).toBeTypeOf('number');
    process.kill(Number(before), 'SIGKILL');
    await expect.poll(controllers, PATIENCE).not.toBe(before);
    await expectCollected('owner-after-restart');
    expect(log).toContain('kube-controller-manager ended by itself and is started again');
  });
});
