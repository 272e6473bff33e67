import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Program } from '../../tools/program.ts';

/** An empty machine: a folder on PATH to put programs into, a cache, a home; removed with `await using`. */
export interface Machine extends AsyncDisposable {
  readonly root: string;
  readonly bin: string;
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  /** Writes an executable shell script (a full PATH inside) into bin, or another folder, and returns its path. */
  program(name: string, script: string, folder?: string): Promise<string>;
  /** A text with this machine's folders replaced by fixed words. */
  masked(text: string): string;
}

/** The platform that tests pretend to be on: what they download and build are scripts. */
export const linux = { os: 'linux', arch: 'amd64' } as const;

export async function machine(): Promise<Machine> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'appliance-tools-')));
  const bin = path.join(root, 'bin');
  const cache = path.join(root, 'cache');
  await mkdir(bin);
  return {
    root,
    bin,
    cache,
    // A proxy that nobody runs: no test may reach the internet.
    env: { PATH: bin, HOME: root, APPLIANCE_TOOLS_CACHE: cache, HTTPS_PROXY: 'http://127.0.0.1:9' },
    async program(name, script, folder = bin) {
      const file = path.join(folder, name);
      await mkdir(folder, { recursive: true });
      await writeFile(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
      await chmod(file, 0o755);
      return file;
    },
    masked: (text) => text.replaceAll(root, '<machine>').replaceAll(/127\.0\.0\.1:\d+/g, '<server>'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** A row as the table could hold it: `greeter`, of which any 1.2 will do. */
export function greeter(more: Partial<Program> = {}): Program {
  return {
    id: 'greeter',
    purpose: 'greets the operator',
    version: '1.2.3',
    groups: ['client'],
    executable: 'greeter',
    versionCheck: { args: ['--version'], pattern: /greeter (\S+)/, accepts: '~1.2.0', because: 'it has to match' },
    minutes: 3,
    homepage: 'https://greeter.example/install',
    ...more,
  };
}

/** The text of an executable that tells a version. */
export const tells = (version: string): string => `echo greeter ${version}`;

/** A Go that writes a greeter of the version, counts its runs in `<root>/go-runs`, and then does what it is told. */
export function fakeGo(root: string, version: string, before = ''): string {
  return `${before}
echo "$*" >> ${root}/go-runs
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho greeter ${version}\\n' > "$2"
chmod 755 "$2"`;
}

/** The Go build that tests use: a real module folder of the project, whose content the fake Go does not read. */
export const goBuild = { kind: 'go', folder: 'tools/go/kubeconform', package: 'example.org/greeter' } as const;
