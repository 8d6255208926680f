/** RFC 3339 with microseconds, the form of Kubernetes' MicroTime (Lease, Event). */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
