import { parentPort } from 'node:worker_threads';
import { type KeyTexts, parseKeyPair } from './parse-key-pair.ts';

/*
 * The thread in which keys are read. It says `ready` once its modules are loaded, so that loading does not
 * count against a key's time, and then answers one message after the other.
 */
const port = parentPort;
if (port === null) throw new Error('key-pair-worker runs as a worker thread only');

// sshpk throws from a stream's event when a passphrase is wrong, after it has already failed with an answer.
process.on('uncaughtException', () => {});

port.on('message', (texts: KeyTexts) => {
  port.postMessage(parseKeyPair(texts));
});
port.postMessage('ready');
