/**
 * Waits for something that many wait for at the same time, above all the next list of a PAM Core, without holding one of
 * the workers: a hundred changed Secrets are served by one list, however few workers there are. The key stays in work.
 */
export type Park = <T>(promise: Promise<T>) => Promise<T>;
