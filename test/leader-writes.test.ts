import { describe, expect, it } from 'vitest';
import { leaderWrites } from '../src/operator/leader-writes.ts';

/** What reaches the API server. */
function recording() {
  const made: string[] = [];
  const written = { outcome: 'written', resourceVersion: '7', generation: 1 } as const;
  const kubernetes = {
    writeStatus: async () => {
      made.push('status');
      return written;
    },
    writeFinalizers: async () => {
      made.push('finalizers');
      return written;
    },
  };
  return { made, kubernetes, written };
}

describe('writes to the API server', () => {
  it('go through while this process leads', async () => {
    const { made, kubernetes, written } = recording();
    const writes = leaderWrites(kubernetes, () => true);
    expect(await writes.writeStatus()).toBe(written);
    expect(await writes.writeFinalizers()).toBe(written);
    expect(made).toEqual(['status', 'finalizers']);
  });

  it('are not made once it does not, whatever it has heard of that', async () => {
    const { made, kubernetes } = recording();
    let leads = true;
    const writes = leaderWrites(kubernetes, () => leads);
    leads = false;
    expect(await writes.writeStatus()).toEqual({ outcome: 'gone' });
    expect(await writes.writeFinalizers()).toEqual({ outcome: 'gone' });
    expect(made).toEqual([]);
  });
});
