import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded into an operator process before its own modules (`node --import`). Marks what the process sends, so that PAM
 * Core's journal tells the replicas apart even where one was killed, and sets its wall clock off.
 */

/** Hex digits with which every identifier begins that this process makes up: its requests, its name in the Lease. */
const mark = process.env.REPLICA_MARK ?? '';
const shiftMs = Number(process.env.REPLICA_CLOCK_SHIFT_MS ?? 0);

const { randomUUID } = crypto;
crypto.randomUUID = (options) => {
  const id = randomUUID(options);
  return `${mark}${id.slice(mark.length)}` as typeof id;
};
syncBuiltinESMExports();

if (shiftMs !== 0) {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args: [] | ConstructorParameters<DateConstructor>) {
      if (args.length === 0) super(RealDate.now() + shiftMs);
      else super(...(args as ConstructorParameters<DateConstructor>));
    }

    static override now(): number {
      return RealDate.now() + shiftMs;
    }
  } as DateConstructor;
}
