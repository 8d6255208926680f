/** `YYYY-MM-DD HH:MM:SS` in the server's zone and without naming it, as `change` and `view` are printed. */
export function serverTime(now: Date, utcOffsetMinutes: number): string {
  const local = new Date(now.getTime() + utcOffsetMinutes * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
