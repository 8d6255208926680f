/** One mistake that somebody could make, as a replacement of source text, and the tests that must notice it. */
export interface SeededBug {
  readonly name: string;
  /** What it would do to users. */
  readonly because: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Folders or files of the project `unit`. */
  readonly tests: readonly string[];
}

const CORE = ['test/core'];
const CONTROLLER = ['test/controller'];

/**
 * The mistakes that lose, overwrite, enable or take something (peers' worst bugs, and our own first drafts). The tests
 * are only as good as what they catch: each bug is put into a copy of the sources, and its tests must fail there.
 */
export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'no intent before a push',
    because: 'a crash after the POST would look as if nothing had been sent',
    file: 'src/core/plan.ts',
    find: "actions.push({ do: 'recordIntent', digest: content.intentDigest, changeBefore });",
    replace: 'void changeBefore;',
    tests: CORE,
  },
  {
    name: 'digest without the install key',
    because: 'who reads a status could test guesses of a password',
    file: 'src/core/digest.ts',
    find: "createHmac('sha256', key.bytes)",
    replace: "createHmac('sha256', 'pam-operator')",
    tests: ['test/core/digest.test.ts'],
  },
  {
    name: 'a forged status is believed',
    because: "an id written by a tenant would disable another tenant's record",
    file: 'src/core/trusted-resource.ts',
    find: "if (seal === 'blank' || seal === 'valid') return { resource, seal };",
    replace: 'if (key.id.length > 0) return { resource, seal };',
    tests: CORE,
  },
  {
    name: 'a seal that does not name the UID',
    because: 'a status copied to another resource would be believed',
    file: 'src/core/seal.ts',
    find: 'canonicalJson({ version: 1, uid, ...sealed, lastHandledForceSync })',
    replace: 'canonicalJson({ version: 1, ...sealed, lastHandledForceSync })',
    tests: ['test/core/seal.test.ts'],
  },
  {
    name: 'enable at every pass',
    because: "an administrator's disable would be undone by the next resync",
    file: 'src/core/plan-toggle.ts',
    find: 'if (spec.enabled !== status.enabled || otherRecord || !record.exists)',
    replace: 'if (spec.enabled !== undefined || otherRecord || !record.exists)',
    tests: CORE,
  },
  {
    name: 'adopt without being asked',
    because: "PAM's POST takes a record over silently, with its password",
    file: 'src/core/plan-record.ts',
    find: "if (resource.spec.adoptionPolicy !== 'Adopt') {",
    replace: "if (resource.spec.adoptionPolicy === 'Never') {",
    tests: CORE,
  },
  {
    name: 'create again what is gone',
    because: 'a moved or emptied PAM would get a second record for every resource',
    file: 'src/core/plan-record.ts',
    find: 'if (resource.trace && !resource.forced) {',
    replace: 'if (resource.trace && resource.forced) {',
    tests: CORE,
  },
  {
    name: 'no finalizer before the first write',
    because: 'a deletion between POST and finalizer would leave the record enabled',
    file: 'src/core/plan.ts',
    find: "if (wantsFinalizer(situation) && !resource.hasFinalizer) actions.push({ do: 'addFinalizer' });",
    replace: '',
    tests: CORE,
  },
  {
    name: 'no DELETE after a POST of a record that must stay disabled',
    because: 'a POST may re-enable',
    file: 'src/core/plan.ts',
    find: "actions.push({ do: 'disable', id: record.exists ? record.id : 'upserted', always: true });",
    replace: 'void record;',
    tests: CORE,
  },
  {
    name: 'every new version of a Secret is pushed',
    because: 'a label on the Secret would undo a rotation by PAM',
    file: 'src/core/recorded-content.ts',
    find: 'return compareDigest(key, recorded.digest, field.digest);',
    replace:
      "return compareDigest(key, recorded.digest, field.digest) === 'unknown' ? 'unknown' : 'different';",
    tests: CORE,
  },
  {
    name: 'the baseline outlives an own write',
    because: "our own toggle would pass for a rotation by PAM and hold the Secret's next change",
    file: 'src/core/next-content.ts',
    find: 'if (outcome.wrote || changes.baselineLost === true) delete next.change;',
    replace: 'if (changes.baselineLost === true) delete next.change;',
    tests: CORE,
  },
  {
    name: 'a lost answer counts as a refusal',
    because: 'a value that PAM has applied would be pushed again over a rotation',
    file: 'src/core/pam-fault.ts',
    find: "return httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500 && signal !== 'unreadable';",
    replace: "return signal !== 'aborted';",
    tests: [...CORE, ...CONTROLLER],
  },
  {
    name: 'a new value does not wait for a late commit',
    because: 'the old value could be applied after the new one',
    file: 'src/core/plan-intent.ts',
    find: 'const SETTLING_MS = 60_000;',
    replace: 'const SETTLING_MS = 0;',
    tests: [...CORE, ...CONTROLLER],
  },
  {
    name: 'without a grant everything is allowed',
    because: 'any namespace could write to any target',
    file: 'src/core/grants.ts',
    find: 'return (grants ?? []).some((grant) => covers(grant, request));',
    replace: 'return (grants ?? []).every((grant) => covers(grant, request));',
    tests: CORE,
  },
  {
    name: 'a brake that does not brake',
    because: 'a mistaken deletion of a namespace would disable every credential in it',
    file: 'src/core/deletion-brake.ts',
    find: 'if (count >= maxDisables) return { passes: false };',
    replace: '',
    tests: CORE,
  },
  {
    name: 'no look at the Lease before a write',
    because: 'two replicas could write the same record',
    file: 'src/controller/pam-writes.ts',
    find: 'if (signal.aborted || !fence(session.requestTimeoutMs)) throw new Outdated();',
    replace: '',
    tests: CONTROLLER,
  },
  {
    name: 'a POST without identifier',
    because: 'PAM would invent one, and a repeated POST would make a second record',
    file: 'src/pam/credential-body.ts',
    find: '    identifier,\n',
    replace: '',
    tests: ['test/pam'],
  },
  {
    name: 'redirects are followed',
    because: 'the body with the password would go to wherever PAM points',
    file: 'src/pam/http-transport.ts',
    find: 'followRedirect: false,',
    replace: 'followRedirect: true,',
    tests: ['test/pam'],
  },
  {
    name: 'a secret that prints itself',
    because: 'one careless log line would hold a password',
    file: 'src/core/secret-text.ts',
    find: "toJSON(): string {\n    return '[redacted]';",
    replace: 'toJSON(): string {\n    return this.#value;',
    tests: [...CORE, 'test/pam'],
  },
  {
    name: 'unknown fields are logged',
    because: "an error object in a field would print the request's body",
    file: 'src/observability/safe-fields.ts',
    find: 'allowed.has(name) ? safeScalar(value) : undefined',
    replace: 'safeScalar(value)',
    tests: ['test/observability'],
  },
];
