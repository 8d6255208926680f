import type { CleanUp } from './clean-up.ts';
import type { Narrator } from './narrator.ts';
import type { DemoStage, DemoStep } from './stage.ts';
import { startOperator } from './start-operator.ts';
import { startServers } from './start-servers.ts';
import { changeOnePassword } from './steps/change-password.ts';
import { declareRecords } from './steps/declare-records.ts';
import { disableCredential } from './steps/disable-credential.ts';
import { nothingLeaked } from './steps/nothing-leaked.ts';
import { slowPam } from './steps/slow-pam.ts';
import { unknownDevice } from './steps/unknown-device.ts';

const STEPS: readonly DemoStep[] = [
  declareRecords,
  changeOnePassword,
  disableCredential,
  unknownDevice,
  slowPam,
  nothingLeaked,
];

/** The two steps that start everything count too. */
export const STEP_COUNT = STEPS.length + 2;

/** Plays the whole story; `onStage` learns what runs as soon as all of it does. Rejects with one sentence. */
export async function tellStory(
  narrator: Narrator,
  cleanUp: CleanUp,
  onStage: (stage: DemoStage) => void,
): Promise<DemoStage> {
  const servers = await startServers(narrator, cleanUp);
  const stage = await startOperator(servers, narrator, cleanUp);
  onStage(stage);
  for (const { title, play } of STEPS) {
    narrator.step(title);
    await play(stage, narrator);
  }
  return stage;
}
