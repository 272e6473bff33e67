import path from 'node:path';
import { ExecaError, execa } from 'execa';
import { z } from 'zod';

const TOOLS = path.join(import.meta.dirname, '..', '..', 'tools', 'go');
const downloaded = z.object({ Dir: z.string() });

/**
 * The folder of a Go module's sources in the module cache, in the version that `tools/go/<build>` pins; fetched when missing.
 * @throws Error when there is no `go`, or `go` cannot get it
 */
export async function moduleFolder(build: string, module: string): Promise<string> {
  try {
    const { stdout } = await execa('go', ['mod', 'download', '-json', module], {
      cwd: path.join(TOOLS, build),
      timeout: 300_000,
      env: { GOFLAGS: '-mod=mod' },
    });
    return downloaded.parse(JSON.parse(stdout)).Dir;
  } catch (error) {
    if (!(error instanceof ExecaError) || error.code !== 'ENOENT') throw error;
    const why = `The lab needs the sources of ${module}, but no \`go\` is on PATH. Install Go (https://go.dev/dl) or add it to PATH.`;
    throw new Error(why, { cause: error });
  }
}
