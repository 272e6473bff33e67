import { execa } from 'execa';
import { programPath } from '../../../lab/parts/programs.ts';
import { needs } from '../../support/needs.ts';

needs('talosctl');

/** What a person sees of one talosctl call. */
export interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real talosctl; never throws for its exit code. */
export async function talosctl(args: readonly string[], timeoutMs = 30_000): Promise<Said> {
  const { exitCode, stdout, stderr } = await execa(await programPath('talosctl'), args, {
    reject: false,
    timeout: timeoutMs,
    // No talosconfig of this computer's user may take part.
    env: { HOME: '/nonexistent', TALOSCONFIG: '/nonexistent' },
  });
  return { exitCode, stdout, stderr };
}

/** As talosctl, but a failure is the test's failure. */
export async function talosctlOk(args: readonly string[], timeoutMs?: number): Promise<string> {
  const said = await talosctl(args, timeoutMs);
  if (said.exitCode !== 0) throw new Error(`talosctl ${args.join(' ')}: ${said.stderr}`);
  return said.stdout;
}

/** JSON documents one after the other, as `talosctl get -o json` prints them. */
export function jsonDocuments(text: string): { metadata: { id: string }; spec: Record<string, unknown> }[] {
  return text
    .split(/^(?=\{)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part));
}
