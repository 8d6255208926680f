import { beforeEach, describe, expect, it } from 'vitest';
import { PamError } from '../../src/core/pam-fault.ts';
import { CircuitWorld, DOWN, REFUSED } from './circuit-world.ts';
import { connection } from './declared-resources.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: CircuitWorld;

describe('the state machine', () => {
  useVirtualTime();

  describe('in the status of the connection', () => {
    beforeEach(async () => {
      world = new CircuitWorld();
      world.kubernetes.apply(connection());
      await world.visit();
      expect(world.state).toEqual({ breaker: 'Closed', since: '2026-03-01T10:00:00Z' });
      await world.wait(1000);
    });

    it('says each change once, and asks PAM for nothing but the list that is the probe', async () => {
      world.breakPam(DOWN);
      await world.visitEach('abcde');
      world.takeCosts();
      expect(await world.visit()).toEqual({ result: 'success' });
      expect(world.connectionReady()).toBe('False PamUnavailable');
      expect(world.state).toEqual({
        breaker: 'Open',
        cause: 'PamUnavailable',
        since: '2026-03-01T10:00:01Z',
      });
      expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
      await world.visit();
      expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
      // Nobody waits, so a list has to find out.
      world.breakPam(DOWN, ['List']);
      await world.wait(30_100);
      expect(world.transitions).toEqual(['Open', 'Probing']);
      await world.visit();
      expect(world.state).toMatchObject({ breaker: 'Open', cause: 'PamUnavailable' });
      expect(world.takeCosts()).toEqual({ pam: ['List'], writes: ['status', 'status'] });
      world.heal();
      await world.wait(30_100);
      expect(await world.visit()).toMatchObject({ result: 'success' });
      expect(world.state).toEqual({ breaker: 'Closed', since: '2026-03-01T10:01:01Z' });
      expect(world.connectionReady()).toBe('True Synced');
      expect(world.takeCosts()).toEqual({ pam: ['List'], writes: ['status', 'status'] });
      expect(world.kubernetes.events.filter(({ action }) => action === 'Connect')).toMatchObject([
        { reason: 'Synced' },
        { reason: 'PamUnavailable' },
        { reason: 'Synced' },
      ]);
    });

    it('says the state that is, although the watch has not delivered the one before', async () => {
      world.breakPam(DOWN);
      await world.visitEach('abcde');
      world.kubernetes.isDelivering = false;
      await world.visit();
      expect(world.state?.breaker).toBe('Open');
      world.heal();
      await world.wait(30_100);
      await world.visit();
      expect(world.state?.breaker).toBe('Closed');
      expect(world.connectionReady()).toBe('True Synced');
    });

    it('does not ask a list again that met the gate, but in 5 min or where the Secret is another', async () => {
      world.breakPam(REFUSED, ['List']);
      await world.wait(600_000);
      expect(await world.visit()).toEqual({ result: 'error' });
      expect(world.connectionReady()).toBe('False PamAuthenticationFailed');
      expect(world.state).toMatchObject({ breaker: 'Open', cause: 'PamAuthenticationFailed' });
      world.takeCosts();
      await world.wait(299_000);
      await world.visit();
      expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
      world.heal();
      world.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id', clientSecret: 'new' });
      await world.visit();
      expect(world.connectionReady()).toBe('True Synced');
      expect(world.state?.breaker).toBe('Closed');
      expect(world.takeCosts()).toEqual({ pam: ['List'], writes: ['status'] });
      // The timer of the former session is gone.
      const { length } = world.transitions;
      await world.wait(400_000);
      expect(world.transitions).toHaveLength(length);
    });

    it('lets PAM rest after a long list before the next one is the probe', async () => {
      world.breakPam(DOWN);
      await world.visitEach('abcd');
      await world.wait(600_000);
      world.pam.before = async (operation) => {
        await world.wait(20_000);
        throw new PamError({ operation, signal: 'timeout' });
      };
      await world.visit();
      expect(world.circuit?.breaker).toBe('Open');
      world.takeCosts();
      await world.wait(79_000);
      expect(world.circuit?.breaker).toBe('Open');
      await world.wait(1100);
      expect(world.circuit?.breaker).toBe('Probing');
    });

    it("tells the skew of PAM's clock where it matters, with another write", async () => {
      const skew = () => world.kubernetes.stored('PamConnection', '', 'default').status?.clockSkewSeconds;
      world.pam.clockSkewMs = 12_000;
      world.takeCosts();
      await world.visit();
      expect([skew(), ...world.takeCosts().writes]).toEqual([undefined]);
      world.pam.clockSkewMs = -400_000;
      await world.visit();
      expect([skew(), ...world.takeCosts().writes]).toEqual([-400, 'status']);
      world.pam.clockSkewMs = -420_000;
      await world.visit();
      expect([skew(), ...world.takeCosts().writes]).toEqual([-400]);
      world.pam.clockSkewMs = 0;
      await world.visit();
      expect([skew(), ...world.takeCosts().writes]).toEqual([undefined, 'status']);
    });

    it('says nothing of a state where the connection cannot be used', async () => {
      world.kubernetes.secret('pam-operator/pam-auth', undefined);
      await world.visit();
      expect(world.connectionReady()).toBe('False SecretNotFound');
      expect(world.state).toBeUndefined();
    });
  });
});
