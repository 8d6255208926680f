/**
 * The few ASN.1 DER encodings that an X.509 certificate needs (ITU-T X.690). Node signs and exports keys but
 * issues no certificates; writing them here spares the user of the tests an `openssl` command.
 */

function encode(tag: number, contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length.toString(16);
  const sizeBytes = Buffer.from(size.length % 2 === 0 ? size : `0${size}`, 'hex');
  const header = body.length < 0x80 ? [tag, body.length] : [tag, 0x80 | sizeBytes.length, ...sizeBytes];
  return Buffer.concat([Buffer.from(header), body]);
}

export function derSequence(...contents: readonly Buffer[]): Buffer {
  return encode(0x30, contents);
}

export function derSet(...contents: readonly Buffer[]): Buffer {
  return encode(0x31, contents);
}

export function derOctetString(content: Buffer): Buffer {
  return encode(0x04, [content]);
}

/** `unusedBits` counts the bits of the last byte that do not belong to the value. */
export function derBitString(content: Buffer, unusedBits = 0): Buffer {
  return encode(0x03, [Buffer.from([unusedBits]), content]);
}

export function derUtf8String(text: string): Buffer {
  return encode(0x0c, [Buffer.from(text, 'utf8')]);
}

export function derBoolean(value: boolean): Buffer {
  return encode(0x01, [Buffer.from([value ? 0xff : 0x00])]);
}

/** A non-negative integer, most significant byte first. The leading zero byte keeps it from being negative. */
export function derInteger(magnitude: Buffer): Buffer {
  return encode(0x02, [Buffer.from([0]).subarray(0, (magnitude[0] ?? 0) >= 0x80 ? 1 : 0), magnitude]);
}

/** Years 1950 to 2049 only: the two-digit form is the one RFC 5280 demands for them. */
export function derUtcTime(moment: Date): Buffer {
  const digits = moment.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return encode(0x17, [Buffer.from(`${digits}Z`, 'ascii')]);
}

export function derObjectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return encode(0x06, [Buffer.from(bytes)]);
}

/** A context-specific tag around complete encodings (`constructed`) or around bare content. */
export function derTagged(number: number, form: 'constructed' | 'primitive', content: Buffer): Buffer {
  return encode(0x80 | number | (form === 'constructed' ? 0x20 : 0), [content]);
}
