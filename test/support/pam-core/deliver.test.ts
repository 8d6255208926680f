import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import type { RawAnswer } from './raw-client.ts';
import { codeOf, device, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const sent = { identifier: 'mine', username: 'user', ...device, content: 'hidden-password' };
const isStored = (): boolean => situation.pam.store.credential('mine') !== undefined;
const lastCall = () => situation.pam.journal.entries.at(-1);
const post = (signal?: AbortSignal): Promise<RawAnswer> =>
  situation.client.call('POST', '/api/pam/credential', sent, signal === undefined ? {} : { signal });
/** Posts, waits until the server has the call (and has applied it, where it does at once), and gives up. */
const abandon = async (fault: Fault['kind'], applied: boolean): Promise<void> => {
  const giveUp = new AbortController();
  const abandoned = expect(post(giveUp.signal)).rejects.toThrow('aborted');
  await expect.poll(lastCall).toMatchObject({ faults: [fault], applied });
  giveUp.abort();
  await abandoned;
};
const hit = (fault: Fault): void => {
  situation.pam.faults.add({ ...fault, match: { path: 'C4' } });
};

describe('faults without an answer', () => {
  it.each([
    { kind: 'reset-before-commit' as const, applied: false, error: 'ECONNRESET', status: 'none' as const },
    { kind: 'reset-after-commit' as const, applied: true, error: 'ECONNRESET', status: 'none' as const },
    { kind: 'cut-body' as const, applied: true, error: 'ECONNRESET', status: 201 },
  ])('$kind', async ({ kind, applied, error, status }) => {
    hit({ kind });
    await expect(post()).rejects.toMatchObject({ code: error });
    expect(isStored()).toBe(applied);
    await expect.poll(() => lastCall()).toMatchObject({ faults: [kind], status, applied, done: true });
  });

  it.each([
    { kind: 'hang-before-commit' as const, applied: false },
    { kind: 'hang-after-commit' as const, applied: true },
  ])('$kind keeps the connection until the client gives up', async ({ kind, applied }) => {
    hit({ kind });
    await abandon(kind, applied);
    await expect.poll(lastCall).toMatchObject({ status: 'none', applied, done: true });
    expect(isStored()).toBe(applied);
  });

  it('late-commit answers 504 and applies the call afterwards', async () => {
    hit({ kind: 'late-commit', ms: 200 });
    const answer = await post();
    expect(answer.status).toBe(504);
    expect([isStored(), lastCall()?.applied]).toEqual([false, false]);
    await expect.poll(isStored).toBe(true);
    expect(lastCall()?.applied).toBe(true);
  });

  it('a reset is a TCP reset, not an orderly end', async () => {
    hit({ kind: 'reset-before-commit' });
    await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
  });

  it('resets over TLS too', async () => {
    await situation.restart({ tls: 'self-signed' });
    hit({ kind: 'reset-after-commit' });
    const ca = String(situation.pam.caCertificate);
    const client = situation.trusting(ca);
    await expect(client.call('POST', '/api/pam/credential', sent)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(isStored()).toBe(true);
  });

  it('stop() drops calls that are waiting', async () => {
    hit({ kind: 'delay', ms: 60_000 });
    const waiting = expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => lastCall()?.faults).toEqual(['delay']);
    await situation.pam.stop();
    await waiting;
    expect(isStored()).toBe(false);
  });

  it('stop() ends hanging calls and drops late commits', async () => {
    hit({ kind: 'hang-before-commit' });
    const hanging = expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => lastCall()?.faults).toEqual(['hang-before-commit']);
    situation.pam.faults.clear();
    hit({ kind: 'late-commit', ms: 50 });
    await post();
    await situation.pam.stop();
    await hanging;
    expect(isStored()).toBe(false);
  });
});

describe('delays', () => {
  it.each([
    { where: 'before-commit' as const, applied: false },
    { where: 'after-commit' as const, applied: true },
  ])('$where', async ({ where, applied }) => {
    hit({ kind: 'delay', ms: 60_000, where });
    await abandon('delay', applied);
    expect(isStored()).toBe(applied);
  });

  it('a call whose client has gone is applied all the same', async () => {
    hit({ kind: 'delay', ms: 400 });
    await abandon('delay', false);
    await expect.poll(isStored).toBe(true);
  });

  it('add up, and go together with one other fault', async () => {
    hit({ kind: 'delay', ms: 20 });
    hit({ kind: 'delay', ms: 20, where: 'after-commit' });
    hit({ kind: 'numbered-error', code: 1011 });
    hit({ kind: 'gateway-timeout' });
    expect(codeOf(await post())).toBe(1011);
    expect(lastCall()?.faults).toEqual(['delay', 'delay', 'numbered-error']);
  });
});
