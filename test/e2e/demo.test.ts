import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFakeGo } from '../control-plane/fake-go.ts';
import { listProcesses } from '../control-plane/process-list.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));
const KEPT_LOG = new URL('../../.demo/operator.log', import.meta.url);
/** The story takes about 20 s; the rest is for machines that are busy. */
const STORY = { timeout: 150_000, interval: 100 };
const PATIENCE = { timeout: 30_000, interval: 50 };
const EXIT = { timeout: 15_000, interval: 50 };
const TEST_LIMIT = 180_000;

interface Demo {
  readonly child: ChildProcess;
  output(): string;
  readonly exited: Promise<number | null>;
}

/** Where the demo keeps its temporary files: it has to be empty afterwards. */
let temporaryFolder: string;
let demo: Demo | undefined;

beforeEach(() => {
  temporaryFolder = mkdtempSync(join(tmpdir(), 'demo-test-'));
});
afterEach(async () => {
  demo?.child.kill('SIGTERM');
  await demo?.exited;
  rmSync(temporaryFolder, { recursive: true });
});

/** In a process group of its own, as a shell would put it. */
function startDemo(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Demo {
  const child = spawn(process.execPath, [DEMO, ...args], {
    detached: true,
    env: { ...process.env, TMPDIR: temporaryFolder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  demo = { child, output: () => text, exited };
  return demo;
}

/** The demo's own processes, and the control plane, which leads a group of its own. */
function groupsOf({ child }: Demo): number[] {
  const own = Number(child.pid);
  const others = listProcesses().filter(({ parent, group, id }) => parent === own && group === id);
  return [own, ...others.map(({ group }) => group)];
}

async function expectNothingLeft(groups: readonly number[]): Promise<void> {
  await expect
    .poll(() => listProcesses().filter(({ group }) => groups.includes(group)), PATIENCE)
    .toEqual([]);
  expect(readdirSync(temporaryFolder)).toEqual([]);
}

describe('npm run demo', () => {
  it(
    'with --once plays every step, says what it saw, and ends with 0 and nothing left',
    async () => {
      const { exited, output } = startDemo(['--once']);
      expect({ code: await exited, output: output() }).toMatchObject({ code: 0 });
      const said = output();
      for (const line of [
        /✓ every resource is Ready/,
        /orders-db +True +Synced +example_team-a_orders-db +true/,
        /release +True +Synced +team-a-release-key +true/,
        /example_team-a_orders-db +svc-orders +w2016 +yes +\*\*\* version 1/,
        /Version 1 became version 2, \d+ ms after Enter/,
        /orders-admin +True +Synced +team-a-orders-admin +false/,
        /team-a-orders-admin +orders-admin +w2016 +no/,
        /reports +False +DeviceNotFound/,
        /PAM Core error 1011 \(device not found\): register device reports-01/,
        /✓ the device is known, and the resource heals by itself/,
        /orders-db +False +PamTimeout/,
        /^ +3 +\+\d+\.\d s +\d+\.\d s +none$/m,
        /example_team-a_orders-db +svc-orders +w2016 +yes +\*\*\* version 3/,
        /no password read from it/,
        /^All 8 steps were seen, in \d+ s\.$/m,
      ]) {
        expect(said).toMatch(line);
      }
      expect(said.match(/^\[\d\/8\] /gm)).toHaveLength(8);
      expect(said.split('\n').filter((line) => line.length > 100)).toEqual([]);
      // No terminal: neither colours nor a spinner.
      expect(['\r', '\u001b'].filter((control) => said.includes(control))).toEqual([]);
      expect(said).not.toContain('example-only');
      expect(readdirSync(temporaryFolder)).toEqual([]);
    },
    TEST_LIMIT,
  );

  it(
    'keeps running afterwards, its commands work as they are printed, and Ctrl-C leaves nothing',
    async () => {
      const running = startDemo();
      await expect.poll(() => running.output(), STORY).toContain('Ctrl-C stops everything.');
      const commands = commandsOf(running.output());
      expect(commands).toHaveLength(7);
      const printed = await runInShell(commands);
      expect(printed).toMatch(/pamconnection\S+default +True +Synced/);
      expect(printed).toMatch(/orders-admin +True +Synced +team-a-orders-admin +false/);
      expect(printed).toContain('"method":"PUT"');
      expect(printed).toMatch(/reports +False +PamRateLimited/);
      expect(printed).toMatch(/reports +True +Synced/);

      const groups = groupsOf(running);
      expect(groups).toHaveLength(2);
      process.kill(-Number(running.child.pid), 'SIGINT');
      await expect.poll(() => running.child.exitCode, { ...EXIT, interval: 5 }).toBe(130);
      // By now, not some time later: who starts it again at once must not meet the old one.
      expect(listProcesses().filter(({ group }) => groups.includes(group))).toEqual([]);
      expect(readdirSync(temporaryFolder)).toEqual([]);
    },
    TEST_LIMIT,
  );

  it.each([
    { because: 'while the API server starts', line: 'Start a Kubernetes API server' },
    { because: 'while the operator starts', line: 'customresourcedefinition' },
    { because: 'while PAM Core does not answer', line: 'leaves every change without an answer' },
    { because: 'while the story waits for more tries', line: 'PamTimeout   example_team-a_orders-db' },
  ])(
    'ends with 130 and leaves nothing on Ctrl-C $because',
    async ({ line }) => {
      const running = startDemo();
      await expect.poll(() => running.output(), { ...STORY, interval: 10 }).toContain(line);
      const groups = groupsOf(running);
      process.kill(-Number(running.child.pid), 'SIGINT');
      // npm passes it on: it arrives twice.
      await expect.poll(() => running.output(), { ...PATIENCE, interval: 1 }).toContain('Stopping');
      running.child.kill('SIGINT');
      // Less than what the story would still wait for.
      await expect.poll(() => running.child.exitCode, EXIT).toBe(130);
      await expectNothingLeft(groups);
      expect(running.output()).not.toContain('The demo failed');
    },
    TEST_LIMIT,
  );

  it('ends with 130 and leaves nothing on Ctrl-C while the control plane is built', async () => {
    const go = makeFakeGo();
    const running = startDemo([], { ...go.environment, KUBEBUILDER_ASSETS: '', BUILD_SECONDS: '30' });
    await expect.poll(() => go.calls().some((call) => call.startsWith('build')), PATIENCE).toBe(true);
    const groups = groupsOf(running);
    expect(groups).toHaveLength(2);
    process.kill(-Number(running.child.pid), 'SIGINT');
    expect(await running.exited).toBe(130);
    expect(running.output()).toContain('Building the control plane of Kubernetes');
    await expectNothingLeft(groups);
    go.remove();
  });

  it(
    'ends with 1 and one sentence when the operator goes away',
    async () => {
      const running = startDemo(['--once']);
      await expect.poll(() => running.output(), STORY).toContain('[3/8]');
      const groups = groupsOf(running);
      const operator = listProcesses().find(
        ({ parent, group, name }) =>
          parent === running.child.pid && group === parent && !name.startsWith('kubectl'),
      );
      process.kill(Number(operator?.id), 'SIGKILL');
      expect(await running.exited).toBe(1);
      expect(running.output()).toMatch(
        /^The demo failed: The operator was killed\. The operator's log is kept in \.demo\/operator\.log\.$/m,
      );
      expect(readFileSync(KEPT_LOG, 'utf8')).toContain('Started pam-operator');
      await expectNothingLeft(groups);
    },
    TEST_LIMIT,
  );

  it('ends with 1 and one sentence when there is no control plane', async () => {
    const { exited, output } = startDemo(['--once'], { KUBEBUILDER_ASSETS: temporaryFolder });
    expect(await exited).toBe(1);
    expect(output()).toMatch(/^The demo failed: KUBEBUILDER_ASSETS points at .* no executable etcd/m);
  });

  it.each([
    { because: 'help is no failure', args: ['--help'], code: 0, says: 'Usage: npm run demo' },
    { because: 'an unknown option', args: ['--twice'], code: 1, says: "Unknown option '--twice'; see" },
    { because: 'an argument that is none', args: ['now'], code: 1, says: "Unexpected argument 'now'" },
  ])('answers its command line: $because', async ({ args, code, says }) => {
    const { exited, output } = startDemo(args);
    expect(await exited).toBe(code);
    expect(output()).toContain(says);
  });
});

/** The lines that are there to be copied: they stand deeper than the rest of the last section. */
function commandsOf(output: string): string[] {
  const section = output.slice(output.indexOf('Go on by hand'));
  return section
    .split('\n')
    .flatMap((line) => (/^ {4}\S/.test(line) && !/ {3,}http/.test(line) ? [line.trim()] : []));
}

/** As typed one after the other; a watch would not end by itself. */
async function runInShell(commands: readonly string[]): Promise<string> {
  const script = commands.map((command) =>
    command.endsWith(' -w') ? `${command} --request-timeout=10s` : command,
  );
  const { stdout } = await promisify(execFile)('sh', ['-c', [...script, 'true'].join('\n')]);
  return stdout;
}
