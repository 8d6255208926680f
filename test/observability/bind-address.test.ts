import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBindAddress, parseBindAddress } from '../../src/observability/bind-address.ts';

describe('a bind address', () => {
  const rows = [
    { because: 'without a host it is every interface', text: ':8081', want: { port: 8081 } },
    { because: 'port 0 lets the system choose', text: '127.0.0.1:0', want: { host: '127.0.0.1', port: 0 } },
    { because: 'a name is a host', text: 'localhost:9000', want: { host: 'localhost', port: 9000 } },
    { because: 'IPv6 stands in brackets', text: '[::1]:9000', want: { host: '::1', port: 9000 } },
    { because: 'the largest port', text: ':65535', want: { port: 65_535 } },
    { because: '0 alone is off', text: '0', want: 'off' },
    { because: 'there is no port above 65535', text: ':65536', want: undefined },
    { because: 'a port alone is ambiguous with off', text: '8080', want: undefined },
    { because: 'a host alone has no port', text: 'localhost', want: undefined },
    { because: 'IPv6 without brackets is ambiguous', text: '::1:8080', want: undefined },
    { because: 'a URL is no address', text: 'http://localhost:8080', want: undefined },
    { because: 'white space is no host', text: ' :8080', want: undefined },
    { because: 'a named port is not looked up', text: ':http', want: undefined },
    { because: 'empty', text: '', want: undefined },
    { because: 'negative', text: ':-1', want: undefined },
  ];
  it.each(rows)('$because', ({ text, want }) => {
    expect(parseBindAddress(text)).toEqual(want);
  });

  it('of any text is an address that is written back the same, or none', () => {
    const likely = fc.tuple(fc.constantFrom('', 'localhost', '[::1]', '10.0.0.1', '::'), fc.nat(70_000));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          likely.map(([host, port]) => `${host}:${port}`),
        ),
        (text) => {
          const address = parseBindAddress(text);
          if (address !== undefined) expect(parseBindAddress(formatBindAddress(address))).toEqual(address);
        },
      ),
    );
  });
});
