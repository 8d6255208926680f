import { describe, expect, it } from 'vitest';
import type { PamCredential, PamCredentialStatus } from '../../src/api/pam-credential.gen.ts';
import { compareApplied } from '../../src/core/applied-spec.ts';
import { manage } from '../../src/core/managed-resource.ts';
import { sealStatus } from '../../src/core/seal.ts';
import { trustedResource } from '../../src/core/trusted-resource.ts';
import { INSTALL_KEY, OTHER_INSTALL_KEY } from '../support/situation/a-resource.ts';

const told: PamCredentialStatus = {
  id: '152',
  identifier: 'theirs',
  connectionFingerprint: 'f00d',
  enabled: false,
  applied: '0a1b2c3d:00',
  content: { state: 'Pushed', digest: '0a1b2c3d:11' },
  pending: { startedTime: '2026-01-01T00:00:00Z', digest: '0a1b2c3d:33' },
  lastSyncTime: '2026-01-01T00:00:00Z',
  observedGeneration: 3,
};

function resource(status: PamCredentialStatus, forceSync?: string) {
  return manage({
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamCredential',
    metadata: {
      name: 'db',
      namespace: 'team',
      uid: 'u-1',
      resourceVersion: '1',
      generation: 3,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(forceSync !== undefined && { annotations: { 'pam-operator.io/force-sync': forceSync } }),
    },
    spec: { username: 'svc', device: { hostname: 'w2016', ip: '10.66.33.15' } },
    status,
  } as PamCredential);
}

const sealed = { ...told, seal: sealStatus(INSTALL_KEY, 'u-1', told) };
const lost = { ...told, seal: sealStatus(OTHER_INSTALL_KEY, 'u-1', told) };
const copied = { ...told, seal: sealStatus(INSTALL_KEY, 'u-2', told) };
const common = ['applied', 'lastSyncTime', 'observedGeneration', 'seal'];

describe('of a status only what its seal vouches for is used', () => {
  it.each([
    { because: 'blank', status: { observedGeneration: -1 }, seal: 'blank', kept: ['observedGeneration'] },
    { because: 'sealed by us', status: sealed, seal: 'valid', kept: Object.keys(sealed) },
    {
      because: 'of another install key: versions of Secrets may still be compared',
      status: lost,
      seal: 'otherKey',
      kept: ['content', ...common],
    },
    { because: 'copied from another resource', status: copied, seal: 'broken', kept: common },
    { because: 'forged', status: { ...sealed, id: '7' }, seal: 'broken', kept: common },
  ])('$because', ({ status, seal, kept }) => {
    const trusted = trustedResource(resource(status), INSTALL_KEY);
    expect(trusted.seal).toBe(seal);
    expect(Object.keys(trusted.resource.status).sort()).toEqual([...kept].sort());
  });

  it.each([
    { because: 'of another install key', status: lost },
    { because: 'copied', status: copied },
    { because: 'with an id alone', status: { id: '7' } },
    { because: 'with a flag alone', status: { enabled: false } },
  ])('that there was one stays known, however often it is written anew: $because', ({ status }) => {
    const { resource: once } = trustedResource(resource(status), INSTALL_KEY);
    expect(once.trace).toBe(true);
    const { seal: _, ...facts } = once.status as PamCredentialStatus;
    const rewritten = { ...facts, seal: sealStatus(INSTALL_KEY, 'u-1', facts) };
    const twice = trustedResource(resource(rewritten), INSTALL_KEY);
    expect({ seal: twice.seal, trace: twice.resource.trace }).toEqual({ seal: 'valid', trace: true });
    expect(twice.resource.status.id).toBeUndefined();
  });

  it('a forged digest of the spec does not stay: the spec is applied again', () => {
    const { resource: trusted } = trustedResource(resource(copied), INSTALL_KEY);
    expect(compareApplied(trusted, INSTALL_KEY)).toBe('different');
  });

  it.each([
    {
      because: 'a new one is carried out under a valid seal',
      status: sealed,
      forced: true,
      handled: undefined,
    },
    { because: 'under a broken one it is only echoed', status: copied, forced: false, handled: 'now' },
    { because: 'under that of another key too', status: lost, forced: false, handled: 'now' },
    {
      because: 'one of old whose echo was taken out is not carried out again',
      status: {
        ...sealed,
        lastHandledForceSync: undefined,
        seal: sealStatus(INSTALL_KEY, 'u-1', { ...told, lastHandledForceSync: 'now' }),
      },
      forced: false,
      handled: 'now',
    },
  ])('a force-sync: $because', ({ status, forced, handled }) => {
    const { resource: trusted } = trustedResource(
      resource(status as PamCredentialStatus, 'now'),
      INSTALL_KEY,
    );
    expect(trusted.forced).toBe(forced);
    expect(trusted.status.lastHandledForceSync).toBe(handled);
  });
});
