/** A value as somebody wrote it, and what to call the place where it stands. */
export interface Source {
  readonly text: string;
  /** "--log-level", "PAM_OPERATOR_LOG_LEVEL" or "log.level in /etc/pam-operator.yaml". */
  readonly name: string;
}
