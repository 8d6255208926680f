import type { PamCredential } from '../../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../../src/api/pam-ssh-key.gen.ts';
import { appliedDigest } from '../../../src/core/applied-spec.ts';
import { digest, type InstallKey } from '../../../src/core/digest.ts';
import { type ManagedResource, manage, type ParentRecord } from '../../../src/core/managed-resource.ts';
import type { MaterialField, SecretVersion, UsableMaterial } from '../../../src/core/material.ts';
import { groupFields, intentDigest } from '../../../src/core/secret-fields.ts';
import { secretSources } from '../../../src/core/secret-source.ts';
import { SecretText } from '../../../src/core/secret-text.ts';

export const INSTALL_KEY: InstallKey = { id: '0a1b2c3d', bytes: new Uint8Array(32).fill(7) };
export const OTHER_INSTALL_KEY: InstallKey = { id: 'ffffffff', bytes: new Uint8Array(32).fill(9) };

export const FINGERPRINT = 'f00df00df00df00d';
export const PREFIX = 'prod';
/** What the operator derives for the resource `db` of namespace `team`. */
export const DERIVED = 'prod_team_db';
export const DERIVED_KEY = 'prod_team_db_key';
const FORCE_SYNC = 'pam-operator.io/force-sync';

type Spec = Record<string, unknown>;
type Status = NonNullable<PamCredential['status']> & NonNullable<PamSshKey['status']>;

interface Parts {
  readonly kind: 'PamCredential' | 'PamSshKey';
  readonly spec: Spec;
  readonly status: Status | undefined;
  /** Values of Secrets by name; the key within is of no matter here. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly metadata: Partial<PamCredential['metadata']>;
  readonly installKey: InstallKey;
  readonly parent?: ParentRecord;
}

/** A resource in the making: each call tells one more thing of it, later ones happen later. */
export class ResourceStory {
  readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  spec(spec: Spec): ResourceStory {
    return this.#with({ spec: { ...this.parts.spec, ...spec } });
  }

  enabled(enabled: boolean | undefined): ResourceStory {
    return this.spec({ enabled });
  }

  explicit(identifier: string): ResourceStory {
    return this.spec({ identifier });
  }

  adopts(): ResourceStory {
    return this.spec({ adoptionPolicy: 'Adopt' });
  }

  /** What `spec.parentRef` leads to now. */
  childOf(parent: ParentRecord): ResourceStory {
    return this.spec({ parentRef: { name: 'parent' } }).#with({ parent });
  }

  deletionDisables(): ResourceStory {
    return this.spec({ deletionPolicy: 'Disable' });
  }

  /** The password, or the private key, comes from a Secret with this value. */
  withSecret(value: string, more: Spec = {}): ResourceStory {
    const secretRef = { name: 'main', key: 'value' };
    const field =
      this.parts.kind === 'PamCredential'
        ? { content: { secretRef, ...more } }
        : { privateKey: { secretRef }, ...more };
    return this.spec(field).secret('main', value);
  }

  /** `additionalSettings` with a one-time password from a Secret of its own. */
  withTotp(value: string, more: Spec = {}): ResourceStory {
    const additionalSettings = { totpSecretRef: { name: 'totp', key: 'value' }, ...more };
    return this.spec({ additionalSettings }).secret('totp', value);
  }

  withPassphrase(value: string): ResourceStory {
    return this.spec({ passphrase: { secretRef: { name: 'pass', key: 'value' } } }).secret('pass', value);
  }

  secret(name: string, value: string): ResourceStory {
    return this.#with({ secrets: { ...this.parts.secrets, [name]: value } });
  }

  secretMissing(): ResourceStory {
    return this.#with({ secrets: {} });
  }

  finalizer(): ResourceStory {
    return this.#with({ metadata: { ...this.parts.metadata, finalizers: ['pam-operator.io/finalizer'] } });
  }

  deleted(): ResourceStory {
    return this.#with({ metadata: { ...this.parts.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  }

  forceSync(value = 'now'): ResourceStory {
    return this.#with({ metadata: { ...this.parts.metadata, annotations: { [FORCE_SYNC]: value } } });
  }

  /** A pass has completed: the status says that PAM holds what is declared up to here. */
  known(id: string, status: Partial<Status> = {}): ResourceStory {
    const resource = this.resource();
    const { spec } = resource;
    const derived = this.parts.kind === 'PamCredential' ? DERIVED : DERIVED_KEY;
    return this.#with({
      status: {
        id,
        identifier: (spec.identifier as string | undefined) ?? derived,
        connectionFingerprint: FINGERPRINT,
        applied: appliedDigest(resource, this.parts.installKey),
        ...(spec.enabled !== undefined && { enabled: spec.enabled }),
        ...this.#recorded(resource, 'Pushed'),
        ...status,
      },
    });
  }

  status(status: Partial<Status>): ResourceStory {
    return this.#with({ status: { ...this.parts.status, ...status } });
  }

  /** The values of now went out and no answer came. */
  pushUnanswered(
    changeBefore?: string,
    groups: readonly ('content' | 'additional')[] = ['content', 'additional'],
  ): ResourceStory {
    const resource = this.resource();
    const fields = groups.flatMap((group) =>
      groupFields(resource, this.parts.installKey, this.material(), group),
    );
    return this.status({
      pending: {
        startedTime: '2026-01-01T00:00:00Z',
        digest: intentDigest(resource, this.parts.installKey, fields),
        ...(changeBefore !== undefined && { changeBefore }),
      },
    });
  }

  resource(): ManagedResource {
    const { kind, spec, status, metadata, parent } = this.parts;
    const managed = manage({
      apiVersion: 'pam-operator.io/v1alpha1',
      kind,
      metadata: {
        name: 'db',
        namespace: 'team',
        uid: 'u-1',
        resourceVersion: '1',
        generation: 3,
        creationTimestamp: '2026-01-01T00:00:00Z',
        ...metadata,
      },
      spec,
      ...(status !== undefined && { status }),
    } as PamCredential | PamSshKey);
    return parent === undefined || managed.kind === 'key' ? managed : { ...managed, parent };
  }

  /** The version of a Secret follows its value, so an unchanged value has an unchanged version. */
  version(name: string): SecretVersion | undefined {
    const value = this.parts.secrets[name];
    return value === undefined ? undefined : { uid: `uid-${name}`, resourceVersion: `rv-${value}` };
  }

  material(key = this.parts.installKey): UsableMaterial {
    const resource = this.resource();
    const { namespace, name } = resource.metadata;
    const fields = secretSources(resource).flatMap(({ field, ref }): MaterialField[] => {
      const value = this.parts.secrets[ref.name];
      const version = this.version(ref.name);
      const context = { kind: resource.resourceKind, namespace, name, field };
      return value === undefined || version === undefined
        ? []
        : [{ field, version, digest: digest(key, context, value) }];
    });
    const value = this.parts.secrets.main ?? '';
    return resource.kind === 'key'
      ? {
          fields,
          keyPair: {
            privateKey: new SecretText(value),
            publicKey: 'ssh-ed25519 AAAA',
            fingerprint: `SHA256:${value}`,
          },
        }
      : { fields, content: new SecretText(value) };
  }

  #recorded(resource: ManagedResource, state: 'Pushed'): Partial<Status> {
    const all = this.material();
    const fields = (['content', 'additional'] as const).flatMap((group) =>
      groupFields(resource, this.parts.installKey, all, group),
    );
    if (fields.length === 0) return {};
    const main = resource.kind === 'credential' ? 'content' : 'privateKey';
    const record = ({ version, digest: value }: MaterialField) => ({
      state,
      secretUid: version.uid,
      secretResourceVersion: version.resourceVersion,
      digest: value,
    });
    const first = fields.find(({ field }) => field === main);
    const others = fields.filter(({ field }) => field !== main);
    return {
      content: {
        ...(first !== undefined && { ...record(first), pushedTime: '2026-01-01T00:00:00Z' }),
        ...(others.length > 0 && {
          fields: others.map((field) => ({ field: field.field, ...record(field) })),
        }),
      },
    };
  }

  #with(parts: Partial<Parts>): ResourceStory {
    return new ResourceStory({ ...this.parts, ...parts });
  }
}

/** Declares `svc` on `w2016`, without any Secret. */
export function aCredential(installKey = INSTALL_KEY): ResourceStory {
  return aStory('PamCredential', installKey);
}

/** Declares `svc` on `w2016`, without any key material. */
export function aKey(installKey = INSTALL_KEY): ResourceStory {
  return aStory('PamSshKey', installKey);
}

function aStory(kind: Parts['kind'], installKey: InstallKey): ResourceStory {
  const spec = { username: 'svc', device: { hostname: 'w2016', ip: '10.66.33.15' } };
  return new ResourceStory({ kind, spec, status: undefined, secrets: {}, metadata: {}, installKey });
}
