/** A key pair that was read and whose halves belong together. */
export interface KeyPair {
  /** One line in OpenSSH format, without a line end. */
  readonly publicKey: string;
  /** `SHA256:` and base64, as `ssh-keygen -l` prints it; the only part that may be printed. */
  readonly fingerprint: string;
  /** The OpenSSH name of the algorithm, such as `ssh-ed25519`. */
  readonly type: string;
}

/** Why a key pair is of no use. */
export interface KeyPairProblem {
  readonly problem: /** No private key in OpenSSH, PKCS#1, SEC1 or PKCS#8 format, or an unknown algorithm or cipher. */
    | 'unreadable'
    /** Encrypted, and no passphrase was given. */
    | 'needsPassphrase'
    | 'wrongPassphrase'
    /** The public key is another key's, or the private key's own halves do not belong together. */
    | 'mismatch'
    /** Reading took longer than the limit: a key that asks for very many rounds of key derivation. */
    | 'tooSlow'
    /** More than 64 KiB. */
    | 'tooLarge'
    /** The public key is none. */
    | 'publicUnreadable';
}
