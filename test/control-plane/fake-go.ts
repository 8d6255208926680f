import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with a program called `go` and a cache folder, both removed by `remove()`. */
export interface FakeGo {
  readonly folder: string;
  readonly cacheHome: string;
  /** For a process that is to find this go and no binaries. */
  readonly environment: NodeJS.ProcessEnv;
  /** The arguments of each call so far. */
  calls(): string[];
  remove(): void;
}

/** Behaves like `go list -m` and `go build -o`: the program appears after `BUILD_SECONDS`, or not at all. */
const SCRIPT = `#!/bin/sh
echo "$*" >> "$GO_CALLS"
[ "$1" = list ] && exit 0
: > "$GOTMPDIR/object"
mkdir -p "$GOCACHE"
: > "$GOCACHE/object"
echo "go: downloading example.org/module v1.0.0" >&2
sleep "\${BUILD_SECONDS:-0}"
[ "$BUILD_FAILS" = yes ] && echo "the compiler is unhappy" >&2 && exit 1
while [ "$1" != -o ]; do shift; done
: > "$2"
chmod +x "$2"
`;

export function makeFakeGo(script = SCRIPT): FakeGo {
  const folder = mkdtempSync(join(tmpdir(), 'fake-go-'));
  const cacheHome = join(folder, 'cache');
  const callFile = join(folder, 'calls');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'go'), script);
  chmodSync(join(folder, 'bin', 'go'), 0o755);
  return {
    folder,
    cacheHome,
    environment: {
      PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
      HOME: folder,
      XDG_CACHE_HOME: cacheHome,
      GO_CALLS: callFile,
    },
    calls: () => (existsSync(callFile) ? readFileSync(callFile, 'utf8').trim().split('\n') : []),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
