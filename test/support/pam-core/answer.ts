/** What goes back to the client, before a fault spoils it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** PAM Core's own number, where the answer has one. */
  readonly code: number | undefined;
  /** Whether the call changed what PAM Core holds (a read that takes custody does not count). */
  readonly applied: boolean;
}

/** An answer with a JSON body that changed nothing. */
export function jsonAnswer(status: number, body: string, rest: Partial<Answer> = {}): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body, code: undefined, applied: false, ...rest };
}

/** An answer with an HTML body, as a web server or a proxy in front of PAM Core gives it. */
export function htmlAnswer(status: number, title: string): Answer {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { 'content-type': 'text/html' }, body, code: undefined, applied: false };
}
