import { generateKeyPairSync } from 'node:crypto';
import sshpk from 'sshpk';

/** A fresh ed25519 key pair in OpenSSH format, as `ssh-keygen` writes it. */
export function aKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const key = sshpk.parsePrivateKey(String(pem), 'pkcs8');
  return { privateKey: key.toString('openssh'), publicKey: key.toPublic().toString('ssh') };
}
