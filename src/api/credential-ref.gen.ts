// Generated from crds/ by "npm run generate". Do not edit.

export interface CredentialRef {
  /**
   * User name of that credential.
   */
  username: string;
  /**
   * Hostname of its device.
   */
  hostname: string;
  /**
   * IP address of its device, exactly as it is registered.
   */
  ip: string;
}
