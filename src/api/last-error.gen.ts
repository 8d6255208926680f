// Generated from crds/ by "npm run generate". Do not edit.

export interface LastError {
  /**
   * What was asked of PAM Core.
   */
  operation: 'Token' | 'List' | 'Upsert' | 'Enable' | 'Disable';
  /**
   * PAM Core's own error number, where the answer held one. Example: 1011.
   */
  code?: number;
  /**
   * HTTP status of the answer. Absent where there was no answer.
   */
  httpStatus?: number;
  /**
   * The same word as in the condition `Ready`.
   */
  reason: string;
  /**
   * What happened and what to do next.
   */
  message: string;
  /**
   * First occurrence of this error.
   */
  since: string;
}
