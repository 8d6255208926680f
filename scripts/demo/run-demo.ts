import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CleanUp } from './clean-up.ts';
import { tellHowToGoOn } from './go-on-by-hand.ts';
import { Narrator } from './narrator.ts';
import type { DemoStage } from './stage.ts';
import { STEP_COUNT, tellStory } from './story.ts';

/** Shells add the signal's number to 128. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** In milliseconds. Ctrl-C reaches kubectl and the operator too, and their end may be seen first. */
const SIGNAL_GRACE = 200;

const LOG_FOLDER = new URL('../../.demo/', import.meta.url);

/**
 * Plays the demo on this process's terminal and resolves with the exit code: 0, 1 after one sentence on stderr, 130
 * after Ctrl-C. By then nothing runs any more but, at worst, what ends with this process.
 */
export async function runDemo({ once }: { readonly once: boolean }): Promise<number> {
  const startedAt = performance.now();
  const narrator = new Narrator(process.stdout, STEP_COUNT);
  const cleanUp = new CleanUp();
  const interrupted = signalled();
  let stage: DemoStage | undefined;
  const operatorEnded = Promise.withResolvers<never>();
  const onStage = (complete: DemoStage) => {
    stage = complete;
    void complete.operator.exited.then((code) =>
      operatorEnded.reject(
        new Error(code === null ? 'The operator was killed.' : `The operator ended by itself with ${code}.`),
      ),
    );
  };
  narrator.heading('pam-operator: passwords and SSH keys in PAM Core, declared in Kubernetes');
  const played = (async () => {
    const complete = await tellStory(narrator, cleanUp, onStage);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    narrator.heading(`All ${STEP_COUNT} steps were seen, in ${seconds} s.`);
    if (once) {
      narrator.say('npm run demo, without --once, keeps everything running to go on by hand.');
      return 0;
    }
    tellHowToGoOn(complete, narrator);
    return new Promise<never>(() => undefined);
  })();
  const ended = Promise.race([played, operatorEnded.promise]).catch(async (error: unknown) => {
    const code = await Promise.race([interrupted, sleep(SIGNAL_GRACE)]);
    return typeof code === 'number' ? code : fail(error, narrator, stage);
  });
  const code = await Promise.race([ended, interrupted]);
  narrator.silence();
  if (code > 128) process.stdout.write('\nStopping everything\n');
  await cleanUp.run();
  return code;
}

function signalled(): Promise<number> {
  return new Promise((resolve) => {
    // They stay installed: npm passes Ctrl-C on, so it arrives twice, and the second must not cut the clean-up short.
    for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => resolve(code));
  });
}

/** Tells what was not seen, and keeps the operator's log, since the folder of the live one is about to go. */
function fail(error: unknown, narrator: Narrator, stage: DemoStage | undefined): number {
  narrator.silence();
  const words = error instanceof Error ? error.message : String(error);
  const kept = stage === undefined ? '' : " The operator's log is kept in .demo/operator.log.";
  if (stage !== undefined) {
    mkdirSync(LOG_FOLDER, { recursive: true });
    writeFileSync(new URL('operator.log', LOG_FOLDER), stage.operator.output());
  }
  process.stderr.write(`\nThe demo failed: ${words}${kept}\n`);
  return 1;
}
