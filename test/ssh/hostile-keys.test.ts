import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeyPair } from '../../src/ssh/key-pair-reader.ts';
import { withIterations, withRounds } from './crafted-keys.ts';
import { ed25519Key, pairOf, passphrase } from './fixture-keys.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const threads: Worker[] = [];
const remember = (thread: Worker) => threads.push(thread);

/** Threads that were started and have not ended. */
const running = () => threads.filter(({ threadId }) => threadId !== -1).length;

beforeEach(() => {
  process.on('worker', remember);
});
afterEach(() => {
  process.off('worker', remember);
});

describe('hostile keys', () => {
  it.each([
    { because: 'OpenSSH that asks for 2^31 rounds of bcrypt', privateKey: withRounds(2 ** 31 - 1) },
    {
      because: 'PKCS#8 that asks for 2^31 rounds of PBKDF2',
      privateKey: withIterations(rsa.privateKey, 2 ** 31 - 1),
    },
  ])('$because: too slow, and the main thread goes on', async ({ privateKey }) => {
    let ticks = 0;
    let mostRunning = 0;
    const ticking = setInterval(() => {
      ticks += 1;
      mostRunning = Math.max(mostRunning, running());
    }, 10);
    const before = performance.now();
    // Three at once: more than there are threads.
    const answers = await Promise.all(
      [1, 2, 3].map(() => readKeyPair({ privateKey, passphrase }, { timeoutMs: 300 })),
    );
    clearInterval(ticking);
    expect(answers).toEqual([{ problem: 'tooSlow' }, { problem: 'tooSlow' }, { problem: 'tooSlow' }]);
    expect(ticks).toBeGreaterThan(10);
    expect(mostRunning).toBeLessThanOrEqual(2);
    expect(performance.now() - before).toBeLessThan(15_000);
    expect(running()).toBe(0);
    expect(await readKeyPair({ privateKey: ed25519Key.privateKey })).toEqual(pairOf(ed25519Key));
  });

  it('an abort ends the reading, and the waiting for a thread', async () => {
    const abort = new AbortController();
    const input = { privateKey: withRounds(2 ** 31 - 1), passphrase };
    const bounds = { timeoutMs: 60_000, signal: abort.signal };
    const readings = [1, 2, 3, 4].map(() => readKeyPair(input, bounds));
    setTimeout(() => abort.abort(new Error('over')), 100);
    for (const reading of await Promise.allSettled(readings)) {
      expect(reading).toMatchObject({ status: 'rejected', reason: { message: 'over' } });
    }
    expect(running()).toBe(0);
    await expect(readKeyPair(input, bounds)).rejects.toThrow('over');
    expect(await readKeyPair({ privateKey: ed25519Key.privateKey })).toEqual(pairOf(ed25519Key));
  });
});

it('an idle thread keeps no process alive', () => {
  const reader = new URL('../../src/ssh/key-pair-reader.ts', import.meta.url).href;
  const program = `
    import { readKeyPair } from ${JSON.stringify(reader)};
    const pair = await readKeyPair({ privateKey: ${JSON.stringify(ed25519Key.privateKey)} });
    console.log(pair.fingerprint);
  `;
  // A thread would be ended after 10 s of idleness; the process is over before.
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 8_000 });
  expect(child.stdout.toString().trim()).toBe(ed25519Key.fingerprint);
  expect(child.status).toBe(0);
});
