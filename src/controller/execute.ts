import { FINALIZER } from '../api/names.ts';
import type { Action, UpsertAction } from '../core/action.ts';
import { type Failure, problem } from '../core/failure.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import type { UsableMaterial } from '../core/material.ts';
import { devicesPartlyAssigned } from '../core/next-status.ts';
import { NOTHING_DONE, type Outcome } from '../core/outcome.ts';
import type { UpsertAnswer } from '../core/pam-call.ts';
import { PamError, wasNotApplied } from '../core/pam-fault.ts';
import type { ExecutionPorts, ExecutionSituation } from './execution-ports.ts';
import { Outdated } from './outdated.ts';
import { PamWrites } from './pam-writes.ts';
import { ResourceWrites } from './resource-writes.ts';

/** What execution tells besides the outcome. */
export interface Executed {
  readonly outcome: Outcome;
  /** The resource as the writes of this pass left it: base of the status to report. */
  readonly resource: ManagedResource;
  /** resourceVersions of our own writes: events that carry them are no news. */
  readonly ownVersions: readonly string[];
  /** Monotonic time when the last PAM write ended; absent when none was tried. */
  readonly writeEndedAtMs?: number;
  /** PAM answered "not found" to the id that was used. */
  readonly refutedId?: string;
  /** Digest of a push that PAM refused readably: it is known not to be applied. */
  readonly refusedDigest?: string;
  /** Monotonic time when a POST with secret values ended without a readable answer: it may still be applied. */
  readonly unansweredAtMs?: number;
  /** A call to the API server failed: the list ended there. To be thrown once what PAM did is remembered. */
  readonly crash?: { readonly error: unknown };
}

/** Which secret parts one POST carries. */
interface SecretParts {
  readonly content: boolean;
  readonly additional: boolean;
}

/**
 * Carries out a plan, one action after the other; the first failure ends the list, but for a disable that has to
 * follow an upsert whatever became of it.
 */
export async function execute(
  situation: ExecutionSituation,
  actions: readonly Action[],
  ports: ExecutionPorts,
): Promise<Executed> {
  const run = new Execution(situation, ports);
  for (const action of actions) {
    if (run.ended && !(action.do === 'disable' && action.always && run.mayStillDisable)) continue;
    await run.step(action);
  }
  run.settleEnabled(actions);
  return run.result();
}

class Execution {
  readonly #situation: ExecutionSituation;
  readonly #ports: ExecutionPorts;
  readonly #pam: PamWrites;
  readonly #writes: ResourceWrites;
  #outcome: { -readonly [K in keyof Outcome]: Outcome[K] } = { ...NOTHING_DONE };
  #registered = false;
  #refutedId: string | undefined;
  #upsertTried = false;
  /** A DELETE succeeded, and no POST went out after it. */
  #disabledLast = false;
  #toggledId: string | undefined;
  /** The record that an update made in place of a vanished one. */
  #madeAnewId: string | undefined;
  #crash: { readonly error: unknown } | undefined;

  constructor(situation: ExecutionSituation, ports: ExecutionPorts) {
    this.#situation = situation;
    this.#ports = ports;
    this.#writes = new ResourceWrites(situation, ports);
    this.#pam = new PamWrites(situation, ports);
  }

  get ended(): boolean {
    return this.#outcome.failure !== undefined || this.#outcome.outdated || this.#crash !== undefined;
  }

  /** An upsert went out and may have re-enabled the record. */
  get mayStillDisable(): boolean {
    return this.#upsertTried && !this.#outcome.outdated && this.#crash === undefined;
  }

  get #refusedDigest(): string | undefined {
    const fault = this.#outcome.failure?.fault;
    const refused = fault !== undefined && fault.operation === 'Upsert' && wasNotApplied(fault);
    return refused && !this.#outcome.contentSent ? this.#writes.resource.status.pending?.digest : undefined;
  }

  /** The disable that had to follow a POST did not get through: the next pass must repeat it. */
  settleEnabled(actions: readonly Action[]): void {
    const due = actions.some((action) => action.do === 'disable' && action.always);
    this.#outcome.enabledUnknown = due && this.#upsertTried && !this.#disabledLast;
  }

  result(): Executed {
    return {
      outcome: { ...this.#outcome, wrote: this.#pam.wrote },
      resource: this.#writes.resource,
      ownVersions: this.#writes.ownVersions,
      ...(this.#pam.endedAtMs !== undefined && { writeEndedAtMs: this.#pam.endedAtMs }),
      ...(this.#pam.unansweredAtMs !== undefined && { unansweredAtMs: this.#pam.unansweredAtMs }),
      ...(this.#refutedId !== undefined && { refutedId: this.#refutedId }),
      ...(this.#refusedDigest !== undefined && { refusedDigest: this.#refusedDigest }),
      ...(this.#crash !== undefined && { crash: this.#crash }),
    };
  }

  async step(action: Action): Promise<void> {
    try {
      await this.#perform(action);
    } catch (error) {
      if (error instanceof Outdated) this.#outcome.outdated = true;
      else if (error instanceof PamError && error.fault.signal === 'aborted') this.#outcome.outdated = true;
      else if (error instanceof PamError) this.#fail(error);
      else this.#crash = { error };
    }
  }

  async #perform(action: Action): Promise<void> {
    switch (action.do) {
      case 'addFinalizer':
        return this.#writes.finalizers((finalizers) => [...finalizers, FINALIZER]);
      case 'countDeletion':
        return this.#countDeletion();
      case 'removeFinalizer':
        return this.#writes.finalizers((finalizers) => finalizers.filter((name) => name !== FINALIZER));
      case 'recordIntent':
        await this.#writes.intent(action);
        this.#pam.hasIntent = true;
        return;
      case 'upsert':
        return this.#upsert(action);
      case 'enable': {
        if (action.unlessRegistered && this.#registered) {
          this.#outcome.enabled = true;
          return;
        }
        await this.#writes.confirmGeneration();
        return this.#toggle('Enable', this.#idOf(action.id));
      }
      case 'disable': {
        // What must stay disabled is the record that exists now, not the one that vanished.
        const id = this.#madeAnewId ?? this.#idOf(action.id, !action.always);
        // Nothing was created, so there is nothing to disable.
        return id === '' ? undefined : this.#toggle('Disable', id);
      }
    }
  }

  async #countDeletion(): Promise<void> {
    const { metadata, spec, status } = this.#writes.resource;
    const connection = spec.connection ?? 'default';
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    const deletion = {
      uid: metadata.uid,
      requestedAt: metadata.deletionTimestamp ?? '',
      held: ready?.reason === 'DeletionHeld',
    };
    if (await this.#ports.admitDeletion(connection, deletion)) return;
    this.#outcome.failure = problem(
      'DeletionHeld',
      `More records would be disabled by deletion than the brake of PamConnection ${connection} allows`,
      `Annotate PamConnection ${connection} with a new value of `.concat(
        '`pam-operator.io/release-deletions`, or set `spec.deletionPolicy: Retain` to let go of this record as it is',
      ),
    );
  }

  async #upsert(action: UpsertAction): Promise<void> {
    const now = { content: action.content === 'send', additional: action.additional === 'send' };
    const later = {
      content: action.content === 'afterRegistered',
      additional: action.additional === 'afterRegistered',
    };
    const answer = await this.#post(action.identifier, action.mode, now);
    this.#registered = answer.result === 'registered';
    if (action.mode !== 'create' && this.#registered) return this.#foundGone(answer.id);
    this.#outcome.record = { id: answer.id, identifier: answer.identifier ?? action.identifier };
    this.#outcome.upserted = true;
    this.#sent(now);
    // Where the answer does not say which it was, the record may hold a password that PAM has rotated.
    const isOld = action.mode === 'create' && !this.#registered;
    if (later.content || later.additional) {
      this.#outcome.foundExisting = isOld;
      if (!isOld) {
        await this.#post(action.identifier, 'update', later);
        this.#sent(later);
      }
    }
    if (answer.devicesPartlyAssigned) this.#outcome.failure = devicesPartlyAssigned();
  }

  /** The update met no record, so PAM made a new one: its content is not what the status says, and nobody asked for it. */
  #foundGone(id: string): void {
    this.#madeAnewId = id;
    this.#outcome.madeAnew = true;
    this.#outcome.failure = problem(
      'RecordGone',
      `The record had vanished; PAM Core made record ${id} in its place`,
    );
  }

  #sent({ content, additional }: SecretParts): void {
    if (content) this.#outcome.contentSent = true;
    if (additional) this.#outcome.additionalSent = true;
  }

  #post(identifier: string, mode: UpsertAction['mode'], parts: SecretParts): Promise<UpsertAnswer> {
    const { resource, parentId, material } = this.#situation;
    const usable: UsableMaterial = material !== undefined && 'fields' in material ? material : { fields: [] };
    return this.#pam.write(
      'Upsert',
      { identifier, withContent: parts.content || parts.additional },
      (context, session) => {
        this.#upsertTried = true;
        this.#disabledLast = false;
        if (resource.kind === 'credential') {
          const parent = parentId ?? resource.spec.parentId;
          return session.client.upsertCredential(
            {
              identifier,
              spec: resource.spec,
              ...(parts.content && usable.content !== undefined && { content: usable.content }),
              ...(parts.additional &&
                usable.additional !== undefined && { additionalSecrets: usable.additional }),
              ...(parent !== undefined && { parentId: parent }),
            },
            context,
          );
        }
        if (usable.keyPair === undefined) throw new Outdated();
        const { privateKey, publicKey, passphrase } = usable.keyPair;
        return session.client.upsertKey(
          {
            identifier,
            spec: resource.spec,
            privateKey,
            publicKey,
            ...(passphrase !== undefined && { passphrase }),
            ...(mode === 'create' &&
              resource.spec.enabled !== undefined && { enabled: resource.spec.enabled }),
          },
          context,
        );
      },
    );
  }

  async #toggle(operation: 'Enable' | 'Disable', id: string): Promise<void> {
    const { kind } = this.#writes.resource;
    this.#toggledId = id;
    await this.#pam.write(operation, { id }, (context, { client }) =>
      operation === 'Enable' ? client.enable(kind, id, context) : client.disable(kind, id, context),
    );
    this.#outcome.enabled = operation === 'Enable';
    this.#disabledLast = operation === 'Disable';
  }

  #fail(error: PamError): void {
    const { code, operation } = error.fault;
    if (operation === 'Enable' && (code === 1007 || code === 1015)) {
      this.#refutedId = this.#toggledId;
    }
    // A disable after a failed upsert may succeed, but the upsert's failure is what the user must read.
    this.#outcome.failure ??= this.#pam.classify(error);
  }

  #idOf(id: string, required = true): string {
    if (id !== 'upserted') return id;
    const upserted = this.#outcome.record?.id;
    if (upserted === undefined && required) throw new Outdated();
    return upserted ?? '';
  }
}

/** A plan needs PAM, but the connection has no session. */
export function connectionNotReady(name: string, cause: Failure | undefined): Failure {
  const because = cause === undefined ? '' : ` (${cause.reason})`;
  return problem('ConnectionNotReady', `PamConnection ${name} cannot be used yet${because}`);
}
