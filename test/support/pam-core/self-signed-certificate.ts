import { generateKeyPairSync, randomInt, sign } from 'node:crypto';
import { bitString, der, objectIdentifier, sequence, unsigned, utcTime } from './der.ts';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const dayMs = 86_400_000;

/**
 * A self-signed certificate for 127.0.0.1, ::1 and localhost, valid for 30 days, as fresh PAM Core
 * appliances have one. It is its own CA: clients trust it by its PEM text.
 */
export function selfSignedCertificate(now: Date = new Date()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    der(0x31, sequence(objectIdentifier('2.5.4.3'), der(0x0c, Buffer.from('PAM Core simulator')))),
  );
  const validity = sequence(
    utcTime(new Date(now.getTime() - dayMs)),
    utcTime(new Date(now.getTime() + 30 * dayMs)),
  );
  const body = sequence(
    der(0xa0, unsigned(2)),
    unsigned(randomInt(1, 0xff_ff_ff_ff)),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(basicConstraints(), subjectAlternativeNames())),
  );
  const certificate = sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, privateKey)));
  return { cert: pem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** Critical, CA:TRUE: some clients refuse a trust anchor that is no CA. */
function basicConstraints(): Buffer {
  const yes = der(0x01, Buffer.from([0xff]));
  return sequence(objectIdentifier('2.5.29.19'), yes, der(0x04, sequence(yes)));
}

function subjectAlternativeNames(): Buffer {
  const ipv6Loopback = Buffer.alloc(16);
  ipv6Loopback.writeUInt8(1, 15);
  const names = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, ipv6Loopback),
  );
  return sequence(objectIdentifier('2.5.29.17'), der(0x04, names));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
