import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Narrator } from './narrator.ts';
import { type DemoStage, TEAM } from './stage.ts';
import { operatorLogFile } from './start-operator.ts';
import { REPORTS } from './steps/unknown-device.ts';

/** Tells what runs and what to try: addresses, files, and three things to copy into another terminal. */
export function tellHowToGoOn(stage: DemoStage, narrator: Narrator): void {
  const { controlPlane, pam, operator } = stage;
  const kubectl = isOnPath('kubectl') ? 'kubectl' : controlPlane.kubectl;
  const control = `${pam.controlUrl}/__sim`;
  narrator.heading('Go on by hand');
  narrator.say('Everything keeps running. In another terminal:');
  narrator.toCopy(`export KUBECONFIG=${controlPlane.kubeconfigPath}`);
  narrator.say('1. See everything, with ids and messages:');
  narrator.toCopy(`${kubectl} get pam -n ${TEAM} -o wide`);
  narrator.say('2. Switch the credential on again, and see the last call that PAM Core got:');
  narrator.toCopy(
    `${kubectl} patch pamcredential orders-admin -n ${TEAM} --type=merge -p '{"spec":{"enabled":true}}'`,
    `curl -s ${control}/journal | tr , '\\n' | tail -22`,
  );
  // Not orders-db: a new value waits a minute there, since its last push got no answer.
  narrator.say('3. Let PAM Core refuse the next two calls (429), change a password, and watch it arrive:');
  narrator.toCopy(
    `curl -s ${control}/faults -d '{"kind":"rate-limited","match":{"times":2}}'`,
    `${kubectl} patch secret ${REPORTS} -n ${TEAM} -p '{"stringData":{"password":"my-own-1"}}'`,
    `${kubectl} get pamcredential ${REPORTS} -n ${TEAM} -w`,
  );
  narrator.block(
    [
      `PAM Core simulator   ${pam.url}`,
      `  records            ${control}/records`,
      `  journal of calls   ${control}/journal`,
      `operator's metrics   ${operator.metricsUrl}/metrics`,
      `operator's log       ${operatorLogFile(stage)}`,
    ].join('\n'),
  );
  narrator.say('The simulator can do more: see test/support/pam-core/README.md. Ctrl-C stops everything.');
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
