import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IssuedCertificate } from './certificate.ts';

/** In milliseconds. A server that accepts connections but does not answer must not hold up the polling. */
const PATIENCE = 2_000;

/** The body of a GET that was answered with 200, else undefined. */
export function getHttps(
  url: string,
  caCertificate: string,
  user: IssuedCertificate,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const get = request(
      url,
      { ca: caCertificate, cert: user.certificate, key: user.privateKey, agent: false, timeout: PATIENCE },
      (response) => {
        text(response).then(
          (body) => resolve(response.statusCode === 200 ? body : undefined),
          () => resolve(undefined),
        );
      },
    );
    get.once('timeout', () => get.destroy());
    get.once('error', () => resolve(undefined));
    get.end();
  });
}
