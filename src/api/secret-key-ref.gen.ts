// Generated from crds/ by "npm run generate". Do not edit.

export interface SecretKeyRef {
  /**
   * Name of the Secret.
   */
  name: string;
  /**
   * Key within the Secret.
   */
  key: string;
}
