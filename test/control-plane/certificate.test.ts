import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueCertificate } from './certificate.ts';

describe('issueCertificate', () => {
  const authority = issueCertificate({ commonName: 'authority', usage: 'authority' });
  const stranger = issueCertificate({ commonName: 'authority', usage: 'authority' });
  const server = issueCertificate({
    commonName: 'server',
    usage: 'server',
    hosts: ['127.0.0.1', 'kubernetes.default.svc'],
    issuer: authority,
  });
  const admin = issueCertificate({
    commonName: 'Ängström',
    organization: 'system:masters',
    usage: 'client',
    issuer: authority,
  });
  const parsed = (issued: typeof server) => new X509Certificate(issued.certificate);

  it('makes certificates that OpenSSL accepts as issued by the authority, and by no other of its name', () => {
    for (const issued of [server, admin]) {
      expect(parsed(issued).checkIssued(parsed(authority))).toBe(true);
      expect(parsed(issued).verify(parsed(authority).publicKey)).toBe(true);
      expect(parsed(issued).checkIssued(parsed(stranger))).toBe(false);
      expect(parsed(issued).verify(parsed(stranger).publicKey)).toBe(false);
    }
    expect(parsed(authority).ca).toBe(true);
    expect(parsed(server).ca).toBe(false);
  });

  it('writes the names that Kubernetes reads as group and user', () => {
    expect(parsed(admin).subject).toBe('O=system:masters\nCN=Ängström');
  });

  it('names every host of a server and nothing else', () => {
    expect(parsed(server).checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed(server).checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(parsed(server).checkHost('localhost')).toBeUndefined();
  });

  it('separates servers from clients by the extended key usage', () => {
    expect(parsed(server).keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(parsed(admin).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  it('is valid now, also for clocks that are half an hour behind, and for most of a year', () => {
    const { validFromDate, validToDate } = parsed(server);
    expect(validFromDate.getTime()).toBeLessThan(Date.now() - 1_800_000);
    expect(validToDate.getTime()).toBeGreaterThan(Date.now() + 300 * 86_400_000);
  });
});
