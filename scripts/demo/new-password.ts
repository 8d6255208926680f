import { randomBytes } from 'node:crypto';
import type { DemoStage } from './stage.ts';

/** A random password, remembered as one that must not turn up anywhere. */
export function newPassword({ secrets }: DemoStage): string {
  const password = randomBytes(18).toString('base64url');
  secrets.add(password);
  return password;
}
