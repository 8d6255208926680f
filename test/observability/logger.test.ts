import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../src/core/audit-record.ts';
import type { LogFields } from '../../src/core/log.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { AUDIT_FIELDS, LOG_FIELDS } from '../../src/observability/log-fields.ts';
import { createLogger, type LogLevel } from '../../src/observability/logger.ts';

const CANARY = 'canary-4711';

function capture(level: LogLevel = 'info') {
  const written: string[] = [];
  const text = () => written.join('');
  const dropped: number[] = [];
  const logger = createLogger({
    level,
    destination: { write: (line) => void written.push(line) },
    onDropped: (count) => dropped.push(count),
  });
  const lines = (): Record<string, unknown>[] =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { logger, lines, text, dropped };
}

const audit: AuditRecord = {
  kind: 'PamCredential',
  namespace: 'team-a',
  name: 'db',
  uid: 'b7',
  generation: 3,
  editor: 'kubectl',
  connection: 'default',
  operation: 'Upsert',
  identifier: 'prod_team-a_db',
  id: '42',
  hostname: 'linux-01',
  username: 'root',
  withContent: true,
  outcome: 'Refused',
  code: 1011,
  httpStatus: 400,
  reason: 'DeviceNotFound',
  requestId: 'r-1',
  durationMs: 12,
};

describe('a log line', () => {
  it('has the time, the level as text, the message and its fields', () => {
    const { logger, lines } = capture();
    logger.info('Created PamCredential', { namespace: 'team-a', generation: 3, leader: true });
    expect(lines()).toEqual([
      {
        ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        level: 'info',
        msg: 'Created PamCredential',
        namespace: 'team-a',
        generation: 3,
        leader: true,
      },
    ]);
  });

  it('has the fields of the log it was made from, each once, the nearest value', () => {
    const { logger, text, lines } = capture();
    const log = logger.with({ controller: 'pamcredential', name: 'a' }).with({ name: 'b' });
    log.warn('Waited', { name: 'c' });
    log.error('Failed');
    expect(lines()).toMatchObject([
      { level: 'warn', controller: 'pamcredential', name: 'c' },
      { level: 'error', controller: 'pamcredential', name: 'b' },
    ]);
    expect(text().match(/"name"/g)).toHaveLength(2);
  });

  it('is left out below the level', () => {
    const { logger, lines } = capture('warn');
    logger.debug('Looked');
    logger.info('Looked');
    logger.with({ name: 'a' }).info('Looked');
    logger.warn('Waited');
    logger.error('Failed');
    expect(lines().map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  it('does not read the message as a format', () => {
    const { logger, lines } = capture();
    logger.info('Used 100%% of %s %d %o', { name: 'a' });
    expect(lines()[0]).toMatchObject({ msg: 'Used 100%% of %s %d %o', name: 'a' });
  });

  it('is one line whatever a value holds', () => {
    const { logger, text } = capture();
    logger.info('Read\nthis', { name: 'a\n{"level":"error"}\u2028\u0000' });
    expect(text().match(/\n/g)).toHaveLength(1);
  });

  it.each(Object.keys(LOG_FIELDS))('does not collide with the frame by the field %s', (field) => {
    expect(['ts', 'level', 'msg', 'audit', 'settings', 'err', 'error', 'time', 'pid']).not.toContain(field);
  });
});

describe('what a log line does not print', () => {
  class PrintsItself extends Error {
    readonly code = CANARY;
    override readonly name = CANARY;
    readonly options = { json: { content: CANARY } };
  }
  const rows: { because: string; fields: unknown; dropped: number }[] = [
    { because: 'a field that is not on the list', fields: { password: CANARY }, dropped: 1 },
    { because: 'two of them', fields: { password: CANARY, msg: CANARY, name: 'a' }, dropped: 2 },
    { because: 'an error as a field', fields: { name: new Error(CANARY) }, dropped: 1 },
    {
      because: 'an error under its usual name',
      fields: { err: new Error(CANARY), error: CANARY },
      dropped: 2,
    },
    { because: 'an error as the fields', fields: new PrintsItself(CANARY), dropped: 1 },
    { because: 'an object like an error', fields: { message: CANARY, stack: CANARY }, dropped: 2 },
    { because: 'a nested object', fields: { reason: { text: CANARY } }, dropped: 1 },
    { because: 'a list', fields: { reason: [CANARY] }, dropped: 1 },
    { because: 'an object that writes itself', fields: { reason: { toJSON: () => CANARY } }, dropped: 1 },
    { because: 'fields that write themselves', fields: { toJSON: () => CANARY }, dropped: 1 },
    { because: 'a function', fields: { reason: () => CANARY }, dropped: 1 },
    { because: 'a symbol', fields: { reason: Symbol(CANARY) }, dropped: 1 },
    { because: 'bytes', fields: { reason: Buffer.from(CANARY) }, dropped: 1 },
    { because: 'a secret', fields: { reason: new SecretText(CANARY) }, dropped: 1 },
    { because: 'a text instead of fields', fields: CANARY, dropped: 1 },
    { because: 'a list instead of fields', fields: [CANARY], dropped: 1 },
    { because: 'null instead of fields', fields: null, dropped: 1 },
    {
      because: 'the level or time by a field',
      fields: { level: CANARY, ts: CANARY, time: CANARY },
      dropped: 3,
    },
    {
      because: 'what JSON.parse made of __proto__',
      fields: JSON.parse(`{"__proto__":"${CANARY}"}`),
      dropped: 1,
    },
  ];
  it.each(rows)('$because', ({ fields, dropped: count }) => {
    const { logger, text, lines, dropped } = capture();
    logger.info('Tried', fields as LogFields);
    logger.with(fields as LogFields).info('Tried');
    expect(text()).not.toContain(CANARY);
    expect(lines()).toMatchObject([
      { level: 'info', msg: 'Tried' },
      { level: 'info', msg: 'Tried' },
    ]);
    expect(dropped).toEqual([count, count]);
  });

  it('a message that is no text', () => {
    const { logger, text, lines } = capture();
    logger.error(new PrintsItself(CANARY) as unknown as string);
    expect(text()).not.toContain(CANARY);
    expect(lines()).toMatchObject([{ level: 'error', msg: 'Logged something that is no text' }]);
  });

  it('the end of a value of more than 256 characters', () => {
    const { logger, lines } = capture();
    logger.info('Read', { name: 'x'.repeat(256), reason: 'y'.repeat(257) });
    expect(lines()[0]).toMatchObject({ name: 'x'.repeat(256), reason: `${'y'.repeat(255)}…` });
  });

  it('the end of a message of more than 512 characters', () => {
    const { logger, lines } = capture();
    logger.info('x'.repeat(600));
    expect(lines()[0]).toMatchObject({ msg: 'x'.repeat(512) });
  });

  it('NaN, which JSON does not know', () => {
    const { logger, lines } = capture();
    logger.info('Read', { count: Number.NaN, total: Number.POSITIVE_INFINITY });
    expect(lines()[0]).toMatchObject({ count: 'NaN', total: 'Infinity' });
  });

  it('a field that is undefined, which is not a dropped one', () => {
    const { logger, lines, dropped } = capture();
    logger.info('Read', { name: undefined });
    expect(lines()[0]).not.toHaveProperty('name');
    expect(dropped).toEqual([]);
  });

  it('anything but allowed scalars, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (message, fields) => {
        const { logger, lines } = capture();
        logger.info(message as string, fields as LogFields);
        const [line = {}] = lines();
        for (const [name, value] of Object.entries(line)) {
          expect([...Object.keys(LOG_FIELDS), 'ts', 'level', 'msg']).toContain(name);
          expect(typeof value).toMatch(/^(string|number|boolean)$/);
        }
      }),
    );
  });
});

describe('the level at run time', () => {
  const rows: { because: string; level: LogLevel; toggled: LogLevel[] }[] = [
    { because: 'info goes to debug and back', level: 'info', toggled: ['debug', 'info', 'debug'] },
    { because: 'error goes to debug and back', level: 'error', toggled: ['debug', 'error', 'debug'] },
    { because: 'debug goes to info and back', level: 'debug', toggled: ['info', 'debug', 'info'] },
  ];
  it.each(rows)('$because', ({ level, toggled }) => {
    const { logger } = capture(level);
    expect(toggled.map(() => logger.toggleLevel())).toEqual(toggled);
  });

  it('changes for logs that were made before', () => {
    const { logger, lines } = capture();
    const log = logger.with({ name: 'a' });
    log.debug('Looked');
    logger.toggleLevel();
    log.debug('Looked again');
    expect(lines().map(({ msg }) => msg)).toEqual(['Looked again']);
  });
});

describe('an audit record', () => {
  it('has every documented field and is marked as audit', () => {
    const { logger, lines } = capture();
    logger.audit(audit);
    expect(lines()).toEqual([
      { ts: expect.any(String), level: 'info', msg: 'Audited a write to PAM Core', audit: true, ...audit },
    ]);
    expect(Object.keys(audit).toSorted()).toEqual(Object.keys(AUDIT_FIELDS).toSorted());
  });

  it('is written at every level, also after a change', () => {
    const { logger, lines } = capture('error');
    logger.audit(audit);
    logger.toggleLevel();
    logger.toggleLevel();
    logger.audit(audit);
    expect(lines()).toHaveLength(2);
  });

  it('holds nothing else', () => {
    const { logger, text } = capture();
    const fat = { ...audit, content: CANARY, cause: new Error(CANARY), username: { value: CANARY } };
    logger.audit(fat as unknown as AuditRecord);
    expect(text()).not.toContain(CANARY);
  });
});

describe('the settings line', () => {
  it('is written at every level, scalars only', () => {
    const { logger, lines, text } = capture('error');
    const settings = { 'log.level': 'error', drainSeconds: 25, 'secrets.watch': true, odd: { a: CANARY } };
    logger.settings(settings as unknown as Record<string, string>);
    expect(text()).not.toContain(CANARY);
    expect(lines()).toMatchObject([
      { level: 'info', settings: { 'log.level': 'error', drainSeconds: 25, 'secrets.watch': true } },
    ]);
  });
});

describe('standard output', () => {
  const script = (body: string) => [
    '--input-type=module',
    '-e',
    `import { createLogger } from ${JSON.stringify(new URL('../../src/observability/logger.ts', import.meta.url).href)};
     const logger = createLogger({ level: 'info' }); ${body}`,
  ];

  it('has every line at once, so that none is lost when the process is killed', () => {
    const body = `logger.error('Ended'); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});`;
    const { stdout, signal } = spawnSync(process.execPath, script(body));
    expect(signal).toBe('SIGKILL');
    expect(JSON.parse(stdout.toString())).toMatchObject({ level: 'error', msg: 'Ended' });
  });

  it('that is full does not end the process', () => {
    const full = openSync('/dev/full', 'w');
    const body = `for (let i = 0; i < 10; i++) logger.info('Waited'); setTimeout(() => process.stderr.write('survived'), 100);`;
    const { stderr } = spawnSync(process.execPath, script(body), { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect(stderr.toString()).toBe('survived');
  });

  it('that nobody reads any more does not end the process', async () => {
    const body = `for (let i = 0; i < 20000; i++) logger.info('Waited'); process.stderr.write('survived');`;
    const child = spawn(process.execPath, script(body), { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await text(child.stderr)).toBe('survived');
  });
});
