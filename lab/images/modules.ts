import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';

const TOOLS = path.join(import.meta.dirname, '..', '..', 'tools', 'go');
const downloaded = z.object({ Dir: z.string() });

/**
 * The folder of a Go module's sources in the module cache, in the version that `tools/go/<build>` pins; fetched when missing.
 * @throws Error of `go` when it cannot be had
 */
export async function moduleFolder(build: string, module: string): Promise<string> {
  const { stdout } = await execa('go', ['mod', 'download', '-json', module], {
    cwd: path.join(TOOLS, build),
    timeout: 300_000,
    env: { GOFLAGS: '-mod=mod' },
  });
  return downloaded.parse(JSON.parse(stdout)).Dir;
}
