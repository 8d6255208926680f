import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startControlPlane } from './control-plane.ts';
import { listProcesses } from './process-list.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };

let temporaryFolder: string;

beforeEach(() => {
  temporaryFolder = mkdtempSync(join(tmpdir(), 'supervisor-test-'));
});
afterEach(() => rmSync(temporaryFolder, { recursive: true }));

/** A process that asks for a control plane, in a group of its own as a shell would put it. */
function startCaller(): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    detached: true,
    env: { ...process.env, TMPDIR: temporaryFolder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const namesInGroup = (group: number) =>
  listProcesses()
    .filter((process) => process.group === group)
    .map(({ name }) => name)
    .sort();
const supervisorOf = (caller: ChildProcess) =>
  listProcesses().find(({ parent, group, id }) => parent === caller.pid && group === id)?.id;

async function expectNothingLeft(group: number): Promise<void> {
  await expect.poll(() => namesInGroup(group), PATIENCE).toEqual([]);
  expect(readdirSync(temporaryFolder)).toEqual([]);
}

describe('a control plane whose caller ends', () => {
  it.each([
    { because: 'killed', end: (caller: ChildProcess) => caller.kill('SIGKILL'), code: null },
    {
      because: 'killed with its whole process group',
      end: (caller: ChildProcess) => process.kill(-Number(caller.pid), 'SIGKILL'),
      code: null,
    },
    {
      because: 'interrupted with its whole process group, as by Ctrl-C',
      end: (caller: ChildProcess) => process.kill(-Number(caller.pid), 'SIGINT'),
      code: 0,
    },
    { because: 'terminated', end: (caller: ChildProcess) => caller.kill('SIGTERM'), code: 0 },
  ])('leaves nothing behind when the caller is $because', async ({ end, code }) => {
    const caller = startCaller();
    let output = '';
    caller.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output, PATIENCE).toContain('Ctrl-C stops it');
    const supervisor = Number(supervisorOf(caller));
    expect(namesInGroup(supervisor)).toEqual(expect.arrayContaining(['etcd', 'kube-apiserver']));
    expect(namesInGroup(supervisor)).toHaveLength(3);
    const exited = once(caller, 'exit');
    end(caller);
    expect((await exited)[0]).toBe(code);
    await expectNothingLeft(supervisor);
  });

  it.each([
    { because: 'before the first component', component: 'node' },
    { because: 'while etcd starts', component: 'etcd' },
    { because: 'while the API server starts', component: 'kube-apiserver' },
  ])('leaves nothing behind when the caller is killed $because', async ({ component }) => {
    const caller = startCaller();
    await expect.poll(() => supervisorOf(caller), { ...PATIENCE, interval: 5 }).toBeTypeOf('number');
    const supervisor = Number(supervisorOf(caller));
    if (component !== 'node') {
      await expect.poll(() => namesInGroup(supervisor), { ...PATIENCE, interval: 5 }).toContain(component);
    }
    caller.kill('SIGKILL');
    await expectNothingLeft(supervisor);
  });
});

describe('a control plane whose supervisor ends', () => {
  it.each([
    { because: 'a killed supervisor cannot clean up, its caller does it', signal: 'SIGKILL' },
    { because: 'a terminated supervisor cleans up itself', signal: 'SIGTERM' },
  ])('$because', async ({ signal }) => {
    const controlPlane = await startControlPlane();
    process.kill(controlPlane.processGroup, signal);
    await expect.poll(() => namesInGroup(controlPlane.processGroup), PATIENCE).toEqual([]);
    await expect.poll(() => existsSync(controlPlane.directory), PATIENCE).toBe(false);
    // This process may hear of the end before it asks, or while it waits for the answer.
    await expect(controlPlane.startApiServer()).rejects.toThrow(/has been stopped|ended unexpectedly/);
    await controlPlane.stop();
  });
});
