import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { SHELLS, completionScript } from '../completion.ts';

/** `completion SHELL`. */
export async function run(context: CommandContext): Promise<number> {
  const shell = SHELLS.find((known) => known === context.args[0]);
  if (!shell) throw usageError(`expected one of ${SHELLS.join(', ')}`);
  context.io.stdout.write(completionScript(shell));
  return EXIT.done;
}
