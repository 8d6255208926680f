import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { JournalEntry } from '../support/pam-core/journal.ts';
import type { CredentialView } from '../support/pam-core/store.ts';
import { credential, type Stage, secret } from './stage.ts';

type Condition = NonNullable<NonNullable<PamCredential['status']>['conditions']>[number];

/** What happens to PamCredentials by their names, seen from both sides: in their status, and in PAM's journal. */
export interface CredentialProbe {
  /** POSTs of the credential that reached PAM. */
  posts(name: string): JournalEntry[];
  /** How many of them carried a password. */
  pushes(name: string): number;
  inPam(name: string): CredentialView | undefined;
  ready(name: string): Promise<Condition | undefined>;
  /** Creates a credential with the password `one-<name>` and waits until it is `Synced`. */
  inSync(name: string, spec?: object): Promise<void>;
  /** Waits until a later change by PAM or a person could be told. */
  baseline(name: string): Promise<void>;
  setSecret(name: string, password: string): Promise<void>;
  forceSync(name: string, value: string): Promise<void>;
  /** PAM rotates the password by itself; gives the new one. */
  rotate(name: string): string | undefined;
}

/** @param at the stage, once it stands */
export function probeCredentials(at: () => Stage): CredentialProbe {
  const identifier = (name: string) => `test_team-a_${name}`;
  const posts = (name: string) => at().pam.journal.calls({ template: 'C4', identifier: identifier(name) });
  const inPam = (name: string) => at().pam.store.credential(identifier(name));
  return {
    posts,
    pushes: (name) => posts(name).filter(({ body }) => 'content' in body).length,
    inPam,
    ready: async (name) =>
      (await at().credential(name)).status?.conditions?.find(({ type }) => type === 'Ready'),
    inSync: async (name, spec = {}) => {
      await at().apply(secret(name, { password: `one-${name}` }), credential(name, spec));
      await at().reason('pamcredential', name, 'Synced');
    },
    baseline: async (name) => {
      await at().eventually(
        () => at().credential(name),
        ({ status }) => status?.content?.change !== undefined,
        `baseline of ${name}`,
      );
    },
    setSecret: (name, password) => at().apply(secret(name, { password })),
    forceSync: (name, value) =>
      at().patch('pamcredential', name, { metadata: { annotations: { [FORCE_SYNC_ANNOTATION]: value } } }),
    rotate: (name) => at().pam.store.rotate(inPam(name)?.id ?? ''),
  };
}
