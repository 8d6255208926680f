import { createHmac } from 'node:crypto';

export type Parameter = readonly [name: string, value: string];

export interface SignedRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The Host header as sent, with or without port. */
  readonly host: string;
  /** Request target: path and query, as sent. */
  readonly target: string;
  /** OAuth parameters of the Authorization header, decoded, without realm and oauth_signature. */
  readonly oauth: readonly Parameter[];
  /** Parameters of a form-encoded body (RFC 5849 3.4.1.3.1); empty for every other content type. */
  readonly form: readonly Parameter[];
}

/** The signature base string of RFC 5849 3.4.1. */
export function signatureBaseString(request: SignedRequest): string {
  const [path = '', query = ''] = split(request.target, '?');
  const parameters = [...request.oauth, ...formParameters(query), ...request.form];
  const uri = `${request.scheme}://${normalHost(request)}${path === '' ? '/' : path}`;
  return [request.method.toUpperCase(), uri, normalParameters(parameters)].map(percentEncode).join('&');
}

/** Base64 of the HMAC over the base string, with the key of RFC 5849 3.4.2. */
export function signatureOf(
  baseString: string,
  hash: 'sha1' | 'sha256',
  consumerSecret: string,
  tokenSecret: string,
): string {
  const key = `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`;
  return createHmac(hash, key).update(baseString).digest('base64');
}

/** Parses `a=1&b=%20+x` with `+` as a space; names without `=` have an empty value. */
export function formParameters(text: string): Parameter[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = split(pair, '=');
      return [percentDecode(name.replaceAll('+', ' ')), percentDecode(value.replaceAll('+', ' '))] as const;
    });
}

/**
 * Parses the OAuth scheme of an Authorization header (RFC 5849 3.5.1), `realm` included.
 * Undefined for another scheme or a malformed pair.
 */
export function authorizationParameters(header: string): Parameter[] | undefined {
  const list = /^OAuth\s+(.*)$/is.exec(header)?.[1];
  if (list === undefined) return undefined;
  const parameters: Parameter[] = [];
  for (const pair of list.split(',')) {
    const match = /^\s*([^\s="]+)="([^"]*)"\s*$/.exec(pair);
    if (match === null) return undefined;
    const [, name = '', value = ''] = match;
    parameters.push([percentDecode(name), percentDecode(value)]);
  }
  return parameters;
}

/** RFC 5849 3.6: only unreserved characters stay, hex digits in upper case. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function normalParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort((a, b) => byteOrder(a[0], b[0]) || byteOrder(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Encoded text is ASCII, so code unit order is byte order. */
function byteOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Lower case, and without the scheme's default port. */
function normalHost({ scheme, host }: SignedRequest): string {
  return host.toLowerCase().replace(scheme === 'https' ? /:443$/ : /:80$/, '');
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function split(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
