import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PICTURE_WIDTH, type PictureRow, pictureHeight, picturePage } from './picture-page.ts';

/** Has Chromium photograph the panels into a PNG file. */
export function drawPicture(chromium: string, rows: readonly PictureRow[], path: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-picture-'));
  const page = join(folder, 'page.html');
  writeFileSync(page, picturePage(rows));
  const flags = [
    ...[
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--hide-scrollbars',
    ],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ...[
      `--user-data-dir=${join(folder, 'profile')}`,
      `--window-size=${PICTURE_WIDTH},${pictureHeight(rows)}`,
    ],
    ...[`--screenshot=${path}`, `file://${page}`],
  ];
  try {
    execFileSync(chromium, flags, { stdio: 'ignore', timeout: 60_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
