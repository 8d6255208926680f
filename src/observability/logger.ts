import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import type { AuditRecord } from '../core/audit-record.ts';
import type { Log, LogFields } from '../core/log.ts';
import { AUDIT_FIELDS, LOG_FIELDS } from './log-fields.ts';
import { type SafeFields, safeFields, safeMessage } from './safe-fields.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The process's log: JSON lines on stdout with `ts`, `level`, `msg` and the fields of {@link LOG_FIELDS}. */
export interface Logger extends Log {
  /** One line per write to PAM Core, with `audit: true` and the fields of {@link AUDIT_FIELDS}, at any level. */
  audit(record: AuditRecord): void;
  /** The settings in effect, told once at start under `settings`. The caller's keys are the allow-list. */
  settings(settings: Readonly<Record<string, string | number | boolean>>): void;
  /** Switches to debug, and back to the level the process was started with (from debug to info). */
  toggleLevel(): LogLevel;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Default: stdout, written synchronously, so that the last line before an exit is not lost. */
  readonly destination?: DestinationStream;
  /** Told the number of fields of a line that were not on the list. */
  readonly onDropped?: (count: number) => void;
}

/** Makes the one logger of the process. No method throws. */
export function createLogger({ level, destination: target, onDropped }: LoggerOptions): Logger {
  const lines = pino(
    {
      level,
      base: null,
      timestamp: () => stdTimeFunctions.isoTime().replace('"time"', '"ts"'),
      formatters: { level: (label) => ({ level: label }) },
      // No field is ever an error, request or response; should one come here, it is not looked into.
      serializers: { err: () => undefined, req: () => undefined, res: () => undefined },
    },
    target ?? standardOutput(),
  );
  const always = lines.child({}, { level: 'info' });
  const log = new FieldLog(lines, {}, onDropped);

  return Object.assign(log, {
    audit(record: AuditRecord) {
      always.info({ audit: true, ...safeFields(record, AUDIT_NAMES).kept }, 'Audited a write to PAM Core');
    },
    settings(settings: Readonly<Record<string, string | number | boolean>>) {
      const { kept } = safeFields(settings, new Set(Object.keys(settings)));
      always.info({ settings: kept }, 'Started with these settings');
    },
    toggleLevel(): LogLevel {
      const next = lines.level === 'debug' ? (level === 'debug' ? 'info' : level) : 'debug';
      lines.level = next;
      return next;
    },
  });
}

const FIELD_NAMES: ReadonlySet<string> = new Set(Object.keys(LOG_FIELDS));
const AUDIT_NAMES: ReadonlySet<string> = new Set(Object.keys(AUDIT_FIELDS));

type Severity = 'debug' | 'info' | 'warn' | 'error';

class FieldLog implements Log {
  readonly #lines: PinoLogger;
  readonly #bound: SafeFields;
  readonly #onDropped: ((count: number) => void) | undefined;

  constructor(lines: PinoLogger, bound: SafeFields, onDropped: ((count: number) => void) | undefined) {
    this.#lines = lines;
    this.#bound = bound;
    this.#onDropped = onDropped;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  /** Fields are merged here and not by pino's child, which would print a repeated name twice. */
  with(fields: LogFields): Log {
    return new FieldLog(this.#lines, { ...this.#bound, ...this.#safe(fields) }, this.#onDropped);
  }

  #write(severity: Severity, message: string, fields: LogFields | undefined): void {
    if (this.#lines.isLevelEnabled(severity)) {
      this.#lines[severity]({ ...this.#bound, ...this.#safe(fields) }, safeMessage(message));
    }
  }

  #safe(fields: LogFields | undefined): SafeFields {
    const { kept, dropped } = safeFields(fields, FIELD_NAMES);
    if (dropped > 0) {
      this.#onDropped?.(dropped);
    }
    return kept;
  }
}

/** Far above a burst of lines; beyond it lines are dropped, so that a full disk does not become a full memory. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024;

/** A stdout that cannot be written (its disk is full, its reader gone) must not end the process. */
function standardOutput(): DestinationStream {
  const stdout = destination({ dest: 1, sync: true, maxLength: MAX_UNWRITTEN_BYTES });
  stdout.on('error', () => undefined);
  return stdout;
}
