// Generated from crds/ by "npm run generate". Do not edit.

export interface Condition {
  /**
   * `Ready`, `Reconciling` or `Stalled`.
   */
  type: string;
  /**
   * Whether the condition holds.
   */
  status: 'True' | 'False' | 'Unknown';
  /**
   * `metadata.generation` that the condition speaks of.
   */
  observedGeneration?: number;
  /**
   * When `status` changed last.
   */
  lastTransitionTime: string;
  /**
   * One word for programs.
   */
  reason: string;
  /**
   * One sentence for humans: what is wrong and the next step.
   */
  message: string;
}
