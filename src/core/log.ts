/** Values that may stand in a log line: scalars of validated origin, never an error object or a response. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The port through which every layer logs. Messages begin with a capital, have no full stop and are in the
 * past tense ("Created PamCredential"); what varies goes into the fields, whose names are an allow-list of
 * the adapter: a field it does not know is dropped, not printed.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields. */
  with(fields: LogFields): Log;
}
