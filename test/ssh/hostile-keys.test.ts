import { generateKeyPairSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { readKeyPair } from '../../src/ssh/key-pair-reader.ts';
import { withIterations, withRounds } from './crafted-keys.ts';
import { ed25519Key, pairOf, passphrase } from './fixture-keys.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('hostile keys', () => {
  it.each([
    { because: 'OpenSSH that asks for 2^31 rounds of bcrypt', privateKey: withRounds(2 ** 31 - 1) },
    {
      because: 'PKCS#8 that asks for 2^31 rounds of PBKDF2',
      privateKey: withIterations(rsa.privateKey, 2 ** 31 - 1),
    },
  ])('$because: too slow, and the main thread goes on', async ({ privateKey }) => {
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 10);
    const before = performance.now();
    // Three at once: more than there are threads.
    const answers = await Promise.all(
      [1, 2, 3].map(() => readKeyPair({ privateKey, passphrase }, { timeoutMs: 300 })),
    );
    clearInterval(ticking);
    expect(answers).toEqual([{ problem: 'tooSlow' }, { problem: 'tooSlow' }, { problem: 'tooSlow' }]);
    expect(ticks).toBeGreaterThan(10);
    expect(performance.now() - before).toBeLessThan(15_000);
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
    await expect(readKeyPair(input, bounds)).rejects.toThrow('over');
    expect(await readKeyPair({ privateKey: ed25519Key.privateKey })).toEqual(pairOf(ed25519Key));
  });
});
