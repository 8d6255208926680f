import type { MaterialField } from './material.ts';
import type { ContentState } from './recorded-content.ts';

/** One secret field as the status is to record it. */
export interface FieldRecord extends MaterialField {
  readonly state: ContentState;
}

/** What a decision wants recorded although no call says it. */
export interface RecordedChange {
  /** The record was looked up and is this resource's. */
  readonly id?: string;
  readonly identifier?: string;
  /** Fields whose record changes without a push: kept, presumed, or re-based on a new install key. */
  readonly fields?: readonly FieldRecord[];
  /** What a successful push records. */
  readonly pushedFields?: readonly MaterialField[];
  /** Names of fields whose new value is held back, and of fields that are back at their recorded value. */
  readonly heldFields?: readonly string[];
  readonly releasedFields?: readonly string[];
  /** `change` of the record after our last write, as the first list after it showed it. */
  readonly baseline?: string;
  /** Something of ours may have moved `change`, or may still: the recorded baseline is of no use. */
  readonly baselineLost?: boolean;
  /** The list was looked at for the baseline, whether or not it showed the record. */
  readonly baselineSought?: boolean;
  /** The list at hand shows another `change` than the baseline: PAM or a person changed the record. */
  readonly changedElsewhere?: boolean;
  /** The record was there when this resource first met it. */
  readonly foundRecord?: boolean;
  /** An unknown outcome was resolved: `status.pending` goes. */
  readonly resolved?: boolean;
  /** `applied` was made with another install key: made anew without a call. */
  readonly rebaseApplied?: boolean;
  /** The status was not to be believed: the declared `enabled: true` is recorded as carried out, without a call. */
  readonly assumeEnabled?: boolean;
  /** SSH key: fingerprint of the pair that was read. */
  readonly fingerprint?: string;
}
