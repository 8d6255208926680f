export type Dialect = '3.32' | '3.33' | '4.0';
export type Prefix = '/api' | '/iso';
export type EnvelopeStyle = 'mensagem' | 'Message' | 'repeated' | 'short';

/**
 * What the vendor's pages leave open or contradict. Every switch may be changed while the server runs.
 * README.md says which uncertainty each one covers.
 */
export interface Switches {
  /** Prefixes that are served; another one answers like a gateway without a route. */
  prefixes: readonly Prefix[];
  /** One envelope for all endpoints, or each endpoint as its own vendor page prints it. */
  envelope: 'per-endpoint' | EnvelopeStyle;
  /** Which release's pages `per-endpoint` imitates. */
  pages: '3.32' | '4.0';
  /** "1017: Key inactive" (true) or "1017:Key inactive" (false). */
  spaceAfterCode: 'per-endpoint' | boolean;
  identifierField: 'identifier' | 'tag';
  /** Text of `tenant` in the answers that carry it; null: no answer carries it. */
  tenantName: string | null;
  /** Value that the token call must send as `tenant`; null: not asked. */
  tenantRequired: string | null;
  automaticChangeAs: 'boolean' | 'text';
  /** Numbers for "already active" and "already inactive" credentials: 1043 and 1008, or 1017 for both. */
  alreadyNumbers: 'modern' | '1017';
  /** HTTP status line of a key create; the 3.32 page prints 200 above a body with code 201. */
  keyCreateStatus: 200 | 201;
  expiresInSeconds: number;
  /** How long a token really lives; null: as long as `expires_in` says. */
  tokenLifetimeSeconds: number | null;
  invalidTokenStatus: 401 | 403;
  invalidTokenBody: 'gateway' | 'envelope';
  oauth1Methods: readonly ('HMAC-SHA1' | 'HMAC-SHA256')[];
  /** Largest distance between `oauth_timestamp` and the clock. */
  oauth1WindowSeconds: number;
  /** Accepted identifiers: letters, digits, `_`, `-`; the same and a period; everything. */
  identifierRule: 'strict' | 'period' | 'any';
  /** Whether 1053 also guards POST key (it is not on the key pages). */
  identifierRuleForKeys: boolean;
  /** Whether a create without identifier gets a UUIDv7 or keeps null. */
  generateIdentifier: boolean;
  /** Update by username without identifier: keep the record's identifier, or make a new one. */
  updateWithoutIdentifier: 'keep' | 'regenerate';
  /** Whether a credential and a key may have the same identifier. */
  identifierScope: 'per-kind' | 'shared';
  /** A known identifier with another existing device. */
  otherDevice: 'move' | 'ignore' | 'refuse';
  /** Identifiers, usernames and hostnames are compared without regard to case. */
  ignoreCase: boolean;
  /** Whether an unregistered `domain` is refused with 1029, as `device_domain` is. */
  domainMustExist: boolean;
  settingsBlocks: 'replace' | 'merge';
  postEnables: boolean;
  /** Whether a key update may leave out hostname, ip and both key halves. */
  keyUpdateNeedsMaterial: boolean;
  /** GET of a disabled credential: 1008, or answered. */
  readDisabledCredential: 'refused' | 'allowed';
  changeMovesOnUpdateWithoutContent: boolean;
  changeMovesOnToggle: boolean;
  disabledListed: boolean;
  /** The list shows the state of so many milliseconds ago. */
  listLagMs: number;
  /** Added to the number in the list's message. */
  listMessageOffset: number;
  /** The list is cut after so many entries, its message counts all; null: not cut. */
  listLimit: number | null;
  /** Server zone, as minutes east of UTC: `change` and `view` are local times without a zone. */
  utcOffsetMinutes: number;
}

const modern: Switches = {
  prefixes: ['/api', '/iso'],
  envelope: 'per-endpoint',
  pages: '4.0',
  spaceAfterCode: 'per-endpoint',
  identifierField: 'identifier',
  tenantName: 'Segura',
  tenantRequired: null,
  automaticChangeAs: 'boolean',
  alreadyNumbers: 'modern',
  keyCreateStatus: 201,
  expiresInSeconds: 3600,
  tokenLifetimeSeconds: null,
  invalidTokenStatus: 401,
  invalidTokenBody: 'gateway',
  oauth1Methods: ['HMAC-SHA1', 'HMAC-SHA256'],
  oauth1WindowSeconds: 300,
  identifierRule: 'strict',
  identifierRuleForKeys: false,
  generateIdentifier: true,
  updateWithoutIdentifier: 'keep',
  identifierScope: 'per-kind',
  otherDevice: 'move',
  ignoreCase: false,
  domainMustExist: false,
  settingsBlocks: 'replace',
  postEnables: false,
  keyUpdateNeedsMaterial: true,
  readDisabledCredential: 'refused',
  changeMovesOnUpdateWithoutContent: true,
  changeMovesOnToggle: true,
  disabledListed: true,
  listLagMs: 0,
  listMessageOffset: 0,
  listLimit: null,
  utcOffsetMinutes: -180,
};

/** 3.33 stands for 3.33.1, the patch that added 1053 and stopped regenerating identifiers. */
const differences: Record<Dialect, Partial<Switches>> = {
  '4.0': {},
  '3.33': { tenantName: null },
  '3.32': {
    prefixes: ['/iso'],
    pages: '3.32',
    identifierField: 'tag',
    tenantName: null,
    automaticChangeAs: 'text',
    alreadyNumbers: '1017',
    keyCreateStatus: 200,
    oauth1Methods: ['HMAC-SHA1'],
    identifierRule: 'any',
    generateIdentifier: false,
    updateWithoutIdentifier: 'regenerate',
    domainMustExist: true,
    keyUpdateNeedsMaterial: false,
  },
};

/** The switches of a release, with single ones overridden. */
export function switchesOf(dialect: Dialect, overrides: Partial<Switches> = {}): Switches {
  return { ...modern, ...differences[dialect], ...overrides };
}
