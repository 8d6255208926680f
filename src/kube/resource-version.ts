/**
 * Whether `left` is a later state than `right`. Versions compare as integers (KEP-5504) and outgrow 2^53, so
 * never as numbers. Where one is no integer nothing is known, and every different version counts as newer.
 */
export function isNewerVersion(left: string, right: string): boolean {
  if (!isInteger(left) || !isInteger(right)) return left !== right;
  return BigInt(left) > BigInt(right);
}

function isInteger(text: string): boolean {
  return /^\d{1,40}$/.test(text);
}
