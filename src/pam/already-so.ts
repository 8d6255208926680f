import type { PamFault } from '../core/pam-fault.ts';

/**
 * Whether a refusal says that the record already is as asked, which is success.
 *
 * | asked | credential | key |
 * |---|---|---|
 * | Enable | 1043; 1017 that says "already" (3.32) | 1045; 1017 that says "already" |
 * | Disable | 1007 (gone), 1008, 1017 (3.32) | 1015 (gone), 1017 |
 *
 * 1017 means "inactive" or "is already active" depending on the call, so the operation decides, not the
 * number. 1045 is printed under DELETE of a key too: a copy slip of the vendor, a failure here.
 */
export function isAlreadySo({ operation, kind, code, saysAlready }: PamFault): boolean {
  if (code === undefined || kind === undefined) return false;
  if (operation === 'Enable') {
    return code === (kind === 'credential' ? 1043 : 1045) || (code === 1017 && saysAlready === true);
  }
  if (operation === 'Disable') {
    return (kind === 'credential' ? [1007, 1008, 1017] : [1015, 1017]).includes(code);
  }
  return false;
}
