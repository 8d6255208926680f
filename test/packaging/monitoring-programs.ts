/** What monitoring is tested with, from Debian packages. */
export const PROGRAMS = {
  names: ['prometheus', 'promtool', 'chromium'],
  packages: ['prometheus', 'chromium', 'fonts-dejavu-core'],
} as const;
