import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { unsigned } from './der.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

describe('selfSignedCertificate', () => {
  it('is its own CA for loopback names', () => {
    const { cert } = selfSignedCertificate(new Date('2026-05-06T07:08:09Z'));
    const certificate = new X509Certificate(cert);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(['127.0.0.1', '::1'].map((ip) => certificate.checkIP(ip))).toEqual(['127.0.0.1', '::1']);
    expect(certificate.validFromDate).toEqual(new Date('2026-05-05T07:08:09Z'));
    expect(certificate.validToDate).toEqual(new Date('2026-06-05T07:08:09Z'));
  });

  it.each([
    { because: 'one byte', value: 2, hex: '020102' },
    { because: 'the sign needs a zero', value: 0x80, hex: '02020080' },
    { because: 'no zero that the sign does not need', value: 0x7f000001, hex: '02047f000001' },
    { because: 'four bytes and a zero', value: 0xffffffff, hex: '020500ffffffff' },
  ])('writes a minimal INTEGER: $because', ({ value, hex }) => {
    expect(unsigned(value).toString('hex')).toBe(hex);
  });
});
