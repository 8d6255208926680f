import type { Failure } from './failure.ts';

/** What the actions of one pass achieved, up to the first failure. */
export interface Outcome {
  /** Some PAM write succeeded. */
  readonly wrote: boolean;
  /** From the answer to an upsert. */
  readonly record?: { readonly id: string; readonly identifier: string };
  /** An upsert of the whole spec succeeded. */
  readonly upserted: boolean;
  /** The content was accepted. */
  readonly contentSent: boolean;
  /** The block `additionalSettings` with secret parts was accepted. */
  readonly additionalSent: boolean;
  /** "Updated" where a create was planned: an existing record, whose content is kept. */
  readonly foundExisting: boolean;
  /** "Registered" where an update was planned: the record had vanished, and this one is new and empty. */
  readonly madeAnew: boolean;
  /** The enabled state that was set. */
  readonly enabled?: boolean;
  /** A POST went out whose DELETE did not get through: nobody knows whether the record is disabled. */
  readonly enabledUnknown: boolean;
  readonly failure?: Failure;
  /** The pass ended early because the resource had changed meanwhile: the next one decides anew. */
  readonly outdated: boolean;
}

export const NOTHING_DONE: Outcome = {
  wrote: false,
  upserted: false,
  contentSent: false,
  additionalSent: false,
  foundExisting: false,
  madeAnew: false,
  enabledUnknown: false,
  outdated: false,
};
