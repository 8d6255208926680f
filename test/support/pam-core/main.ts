import { helpText, readCommandLine } from './command-line.ts';
import { type PamCore, type PamCoreOptions, startPamCore } from './start-pam-core.ts';

/** Starts the simulator from the command line and prints, line by line, what a client needs. */
async function run(options: PamCoreOptions): Promise<void> {
  const pam = await startPamCore(options);
  for (const line of introduction(pam)) console.log(line);
  const stop = (): void => {
    void pam.stop();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function introduction(pam: PamCore): string[] {
  const lines = [
    `url: ${pam.url}`,
    `prefixes: ${pam.switches.prefixes.join(' ')}`,
    `client id: ${pam.oauth2.clientId}`,
    `client secret: ${pam.oauth2.clientSecret}`,
    `consumer key: ${pam.oauth1.consumerKey}`,
    `consumer secret: ${pam.oauth1.consumerSecret}`,
    `token key: ${pam.oauth1.tokenKey}`,
    `token secret: ${pam.oauth1.tokenSecret}`,
  ];
  if (pam.controlUrl !== undefined) lines.push(`control: ${pam.controlUrl}/__sim/`);
  if (pam.caCertificate !== undefined) lines.push('certificate:', pam.caCertificate.trimEnd());
  return [...lines, 'ready'];
}

try {
  const options = readCommandLine(process.argv.slice(2));
  if (options === 'help') process.stdout.write(helpText);
  else await run(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : 'failed');
  process.exitCode = 1;
}
