import { describe, expect, it, vi } from 'vitest';
import { Connections } from '../../src/controller/connections.ts';
import type { ConnectionSettings } from '../../src/core/connection-settings.ts';
import { problem } from '../../src/core/failure.ts';
import type { Inventory } from '../../src/core/inventory.ts';
import { PamError } from '../../src/core/pam-fault.ts';
import { connection } from './declared-resources.ts';
import { InMemoryPam } from './in-memory-pam.ts';
import { isSettled, useVirtualTime, virtualClock } from './virtual-time.ts';

const settings = { timeouts: { requestMs: 10_000 }, limits: { requestsPerSecond: 20 } } as ConnectionSettings;
const notUsable = problem('SecretNotFound', 'The Secret is missing');

/** Sessions on in-memory PAMs, in the order in which they were made. */
function newConnections() {
  const pams: InMemoryPam[] = [];
  const lists: { readonly name: string; readonly inventory: Inventory }[] = [];
  const refusals: Error[] = [];
  const connections = new Connections({
    clock: virtualClock,
    newRequestId: () => 'request',
    createClient: () => {
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      const pam = new InMemoryPam(virtualClock);
      pams.push(pam);
      return pam;
    },
    onInventory: (name, { inventory }) => void lists.push({ name, inventory }),
    probes: { probeIntervalMs: 30_000, gateProbeIntervalMs: 300_000 },
    onCircuit: () => {},
    wake: () => {},
  });
  return { connections, pams, lists, refusals };
}

const exists = () => true;

describe('Connections', () => {
  useVirtualTime();

  it.each([
    {
      because: 'a resource waits for the first visit of its connection and then gets the session',
      visit: (connections: Connections) => connections.open(connection(), '1', settings),
      seen: { session: { version: '1', requestTimeoutMs: 10_000 } },
    },
    {
      because: 'a resource waits for the first visit and then reads why there is no session',
      visit: (connections: Connections) => connections.refuse(connection(), notUsable),
      seen: { problem: notUsable },
    },
    {
      because: 'a resource that waits for a connection which is deleted gets none',
      visit: (connections: Connections) => connections.remove('default'),
      seen: undefined,
    },
    {
      because: 'nobody waits for ever when the process stops',
      visit: (connections: Connections) => connections.stop(),
      seen: undefined,
    },
  ])('$because', async ({ visit, seen }) => {
    const { connections } = newConnections();
    const view = connections.get('default', exists);
    expect(await isSettled(view)).toBe(false);
    visit(connections);
    if (seen === undefined) expect(await view).toBeUndefined();
    else expect(await view).toMatchObject(seen);
  });

  it('does not wait for a connection that does not exist, nor after the stop', async () => {
    const { connections } = newConnections();
    expect(await connections.get('missing', () => false)).toBeUndefined();
    connections.stop();
    expect(await connections.get('default', exists)).toBeUndefined();
  });

  it('waits again for a connection that was deleted and created anew', async () => {
    const { connections } = newConnections();
    connections.open(connection(), '1', settings);
    connections.remove('default');
    const view = connections.get('default', exists);
    expect(await isSettled(view)).toBe(false);
    connections.open(connection({}, { uid: 'another' }), '2', settings);
    expect((await view)?.session?.version).toBe('2');
  });

  it('goes on with the session while its version stays, and shows the newest connection', () => {
    const { connections, pams } = newConnections();
    const first = connections.open(connection(), '1', settings);
    const second = connections.open(connection({ suspend: true }), '1', settings);
    expect(second).toBe(first);
    expect(pams).toHaveLength(1);
    expect(connections.peek('default')?.connection.spec.suspend).toBe(true);
  });

  it.each([
    {
      because: 'another version',
      end: (connections: Connections) => connections.open(connection(), '2', settings),
    },
    {
      because: 'a refusal',
      end: (connections: Connections) => connections.refuse(connection(), notUsable),
    },
    { because: 'the deletion', end: (connections: Connections) => connections.remove('default') },
    { because: 'the stop', end: (connections: Connections) => connections.stop() },
  ])('ends every call of the old session: $because', async ({ end }) => {
    const { connections, pams, lists } = newConnections();
    const session = connections.open(connection(), '1', settings);
    const [pam] = pams;
    const release = Promise.withResolvers<void>();
    if (pam !== undefined) pam.before = () => release.promise;
    const waiting = session.inventory.atLeast(Date.now());
    end(connections);
    expect(session.signal.aborted).toBe(true);
    expect(pam?.isClosed).toBe(true);
    await expect(waiting).rejects.toMatchObject({ fault: { operation: 'List', signal: 'aborted' } });
    // A pass that still holds the session gets an end too, not a promise that lasts.
    await expect(session.inventory.atLeast(Date.now())).rejects.toBeInstanceOf(PamError);
    release.resolve();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lists).toEqual([]);
  });

  it('starts the list of a new session anew', async () => {
    const { connections, pams } = newConnections();
    const old = connections.open(connection(), '1', settings);
    await old.inventory.atLeast(Date.now());
    const session = connections.open(connection(), '2', settings);
    await session.inventory.atLeast(Date.now());
    expect(pams.map(({ log }) => log)).toEqual([['List'], ['List']]);
  });

  it('keeps the session and its state where a client cannot be made', async () => {
    const { connections, pams, refusals } = newConnections();
    const session = connections.open(connection(), '1', settings);
    refusals.push(new TypeError('caBundle holds no certificate'));
    expect(() => connections.open(connection(), '2', settings)).toThrow('caBundle');
    expect(connections.peek('default')?.session).toBe(session);
    expect(session.signal.aborted).toBe(false);
    expect(pams[0]?.isClosed).toBe(false);
  });

  it('names whose list it was', async () => {
    const { connections, lists } = newConnections();
    const session = connections.open(connection({}, { name: 'eu' }), '1', settings);
    await session.inventory.atLeast(Date.now());
    expect(lists).toMatchObject([{ name: 'eu', inventory: { entries: [] } }]);
  });
});
