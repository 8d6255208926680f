const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `cleanUp`, which has to be synchronous, when the process is interrupted or ends before `end()`. An
 * interrupted process then ends by the same signal, unless others listen for that signal too: then how it
 * ends is left to them.
 */
export function cleanUpOnInterrupt(cleanUp: () => void): { end(): void } {
  const end = () => {
    process.removeListener('exit', onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  const onExit = () => cleanUp();
  const onSignal = (signal: NodeJS.Signals) => {
    end();
    cleanUp();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.once('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { end };
}
