/** The fields of one protobuf message, by number. What is absent reads as empty or 0. */
export interface ProtobufFields {
  has(field: number): boolean;
  bytes(field: number): Buffer;
  integer(field: number): bigint;
  message(field: number): ProtobufFields;
  messages(field: number): ProtobufFields[];
}

/** Reads the wire format as far as OTLP uses it: varints, 64 and 32 bits, and bytes. Throws on anything else. */
export function readFields(message: Buffer): ProtobufFields {
  const values = new Map<number, (bigint | Buffer)[]>();
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError('the message ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  function take(length: number): Buffer {
    const part = message.subarray(at, at + length);
    at += length;
    return part;
  }

  while (at < message.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    let value: bigint | Buffer;
    if (wireType === 0) value = varint();
    else if (wireType === 1) value = take(8).readBigUInt64LE();
    else if (wireType === 2) value = take(Number(varint()));
    else if (wireType === 5) value = BigInt(take(4).readUInt32LE());
    else throw new RangeError(`unknown wire type ${wireType}`);
    const field = tag >> 3;
    values.set(field, [...(values.get(field) ?? []), value]);
  }

  const all = (field: number): Buffer[] =>
    (values.get(field) ?? []).flatMap((value) => (typeof value === 'bigint' ? [] : [value]));
  return {
    has: (field) => values.has(field),
    bytes: (field) => all(field).at(-1) ?? Buffer.alloc(0),
    integer: (field) => {
      const value = values.get(field)?.at(-1);
      return typeof value === 'bigint' ? value : 0n;
    },
    message: (field) => readFields(all(field).at(-1) ?? Buffer.alloc(0)),
    messages: (field) => all(field).map((part) => readFields(part)),
  };
}
