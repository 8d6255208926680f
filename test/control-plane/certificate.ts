import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  derBitString,
  derBoolean,
  derInteger,
  derObjectIdentifier,
  derOctetString,
  derSequence,
  derSet,
  derTagged,
  derUtcTime,
  derUtf8String,
} from './der.ts';

export interface CertificateRequest {
  readonly commonName: string;
  /** Kubernetes reads it as the group of the user. */
  readonly organization?: string;
  readonly usage: 'authority' | 'server' | 'client';
  /** DNS names and IPv4 addresses under which a server is reached. */
  readonly hosts?: readonly string[];
  /** Absent: the certificate signs itself. */
  readonly issuer?: IssuedCertificate;
}

export interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  readonly signing: { readonly key: KeyObject; readonly name: Buffer; readonly keyIdentifier: Buffer };
}

const HOUR = 3_600_000;
/** Any client whose clock is a little behind still accepts a certificate that has just been issued. */
const BACKDATED_BY = HOUR;
const LIFETIME = 365 * 24 * HOUR;

const ECDSA_WITH_SHA256 = derSequence(derObjectIdentifier('1.2.840.10045.4.3.2'));
const KEY_USAGE = {
  // keyCertSign (bit 5) and cRLSign (bit 6)
  authority: derBitString(Buffer.from([0b0000_0110]), 1),
  // digitalSignature (bit 0): all that an ECDSA key does in TLS
  server: derBitString(Buffer.from([0b1000_0000]), 7),
  client: derBitString(Buffer.from([0b1000_0000]), 7),
};
const EXTENDED_KEY_USAGE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

/** Issues an X.509 v3 certificate for a new P-256 key, valid for a year. */
export function issueCertificate(request: CertificateRequest): IssuedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subjectPublicKeyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const name = distinguishedName(request);
  // RFC 7093, method 1: the leftmost 160 bits of a SHA-256
  const keyIdentifier = createHash('sha256').update(subjectPublicKeyInfo).digest().subarray(0, 20);
  const signing = { key: privateKey, name, keyIdentifier };
  const issuer = request.issuer?.signing ?? signing;
  const now = Date.now();
  const content = derSequence(
    derTagged(0, 'constructed', derInteger(Buffer.from([2]))),
    derInteger(serialNumber()),
    ECDSA_WITH_SHA256,
    issuer.name,
    derSequence(derUtcTime(new Date(now - BACKDATED_BY)), derUtcTime(new Date(now + LIFETIME))),
    name,
    subjectPublicKeyInfo,
    derTagged(3, 'constructed', derSequence(...extensions(request, keyIdentifier, issuer.keyIdentifier))),
  );
  const signature = sign('sha256', content, issuer.key);
  return {
    certificate: pem(derSequence(content, ECDSA_WITH_SHA256, derBitString(signature))),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    signing,
  };
}

function distinguishedName({ commonName, organization }: CertificateRequest): Buffer {
  const part = (oid: string, value: string) =>
    derSet(derSequence(derObjectIdentifier(oid), derUtf8String(value)));
  return derSequence(
    ...(organization === undefined ? [] : [part('2.5.4.10', organization)]),
    part('2.5.4.3', commonName),
  );
}

function extensions(request: CertificateRequest, subjectKey: Buffer, authorityKey: Buffer): Buffer[] {
  const { usage, hosts = [] } = request;
  const list = [
    extension('2.5.29.14', false, derOctetString(subjectKey)),
    extension('2.5.29.35', false, derSequence(derTagged(0, 'primitive', authorityKey))),
    extension('2.5.29.15', true, KEY_USAGE[usage]),
  ];
  if (usage === 'authority') {
    list.push(extension('2.5.29.19', true, derSequence(derBoolean(true))));
  } else {
    list.push(extension('2.5.29.37', false, derSequence(derObjectIdentifier(EXTENDED_KEY_USAGE[usage]))));
  }
  if (hosts.length > 0) list.push(extension('2.5.29.17', false, derSequence(...hosts.map(generalName))));
  return list;
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return derSequence(
    derObjectIdentifier(oid),
    ...(critical ? [derBoolean(true)] : []),
    derOctetString(value),
  );
}

function generalName(host: string): Buffer {
  return isIPv4(host)
    ? derTagged(7, 'primitive', Buffer.from(host.split('.').map(Number)))
    : derTagged(2, 'primitive', Buffer.from(host, 'ascii'));
}

/** DER forbids superfluous leading zero bytes and RFC 5280 a serial number of zero. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  return serial;
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
