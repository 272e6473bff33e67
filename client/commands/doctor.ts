import { EXIT } from '../terminal/exit-codes.ts';
import { table } from '../terminal/table.ts';
import { defineCommand } from './define.ts';

/** `doctor`: the programs that an install needs. Ends with 7 when one is missing. */
export const command = defineCommand({
  flags: [{ flags: '--fetch', help: 'download or build what is missing' }],
  examples: ['doctor'],
  run: async (context, { fetch = false }) => {
    const programs = await context.services.programs({
      env: context.io.env,
      signal: context.io.signal,
      fetch,
      onProgress: (line) => context.say(line),
    });
    const missing = programs.filter(({ problem }) => problem !== null);
    await context.give(programs, () =>
      table(
        context.style,
        ['PROGRAM', 'WANTED', 'FOUND', 'BY', 'PATH'],
        programs.map((row) => [
          { text: row.id },
          { text: row.wanted },
          {
            text: row.problem === null ? (row.version ?? 'yes') : 'missing',
            tone: row.problem === null ? 'good' : 'bad',
          },
          { text: row.foundBy ?? '' },
          { text: row.path ?? `or set ${row.variable}` },
        ]),
      ),
    );
    context.insist(...missing.flatMap(({ problem }) => (problem === null ? [] : ['', problem])));
    if (missing.length > 0) context.say('', '`appliance-client doctor --fetch` downloads or builds what is missing.');
    return missing.length > 0 ? EXIT.missing : EXIT.done;
  },
});
