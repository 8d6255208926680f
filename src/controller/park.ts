/**
 * Waits for something that many wait for at the same time, above all the next list of a PAM Core, without holding one of
 * the workers: a hundred changed Secrets are served by one list, however few workers there are. The key stays in work.
 */
export interface Park {
  wait<T>(promise: Promise<T>): Promise<T>;
  /** So many wait already that the next one holds its worker. */
  readonly isFull: boolean;
}
