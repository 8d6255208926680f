import { generateKeyPair } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type IssuedCertificate, issueCertificate } from './certificate.ts';
import { type ControlPlaneFiles, SERVICE_RANGE } from './component-flags.ts';
import { renderKubeconfig } from './kubeconfig.ts';

export interface PreparedFiles {
  readonly files: ControlPlaneFiles;
  readonly admin: IssuedCertificate;
  /** PEM. */
  readonly caCertificate: string;
  /** YAML. */
  readonly kubeconfig: string;
}

const SERVER_HOSTS = [
  '127.0.0.1',
  'localhost',
  SERVICE_RANGE.apiServer,
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/**
 * Writes certificates, keys and the kubeconfig below `directory`, readable by the owner alone. etcd's data
 * and the key that signs ServiceAccount tokens lie in `dataDirectory`, so that tokens outlive a restart.
 */
export async function prepareFiles(
  directory: string,
  dataDirectory: string,
  server: string,
): Promise<PreparedFiles> {
  const certificateFolder = join(directory, 'certificates');
  mkdirSync(certificateFolder, { recursive: true, mode: 0o700 });
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const authority = issueCertificate({ commonName: 'control-plane', usage: 'authority' });
  const serving = issueCertificate({
    commonName: 'kube-apiserver',
    usage: 'server',
    hosts: SERVER_HOSTS,
    issuer: authority,
  });
  const admin = issueCertificate({
    commonName: 'admin',
    organization: 'system:masters',
    usage: 'client',
    issuer: authority,
  });
  const caCertificate = authority.certificate;
  const kubeconfig = renderKubeconfig(server, caCertificate, admin);
  const write = (path: string, content: string) => {
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const files = {
    etcdData: join(dataDirectory, 'etcd'),
    certificateFolder,
    caCertificate: write(join(certificateFolder, 'ca.crt'), caCertificate),
    servingCertificate: write(join(certificateFolder, 'serving.crt'), serving.certificate),
    servingKey: write(join(certificateFolder, 'serving.key'), serving.privateKey),
    serviceAccountKey: await prepareServiceAccountKey(join(dataDirectory, 'service-account.key')),
    kubeconfig: write(join(directory, 'kubeconfig'), kubeconfig),
  };
  return { files, admin, caCertificate, kubeconfig };
}

async function prepareServiceAccountKey(path: string): Promise<string> {
  if (existsSync(path) && readFileSync(path, 'utf8') !== '') return path;
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return path;
}
