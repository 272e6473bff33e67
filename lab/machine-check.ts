import { titleOf } from '../tools/program.ts';
import { programsFor } from '../tools/programs.ts';
import { resolve } from '../tools/resolve.ts';
import { ProgramMissingError } from '../tools/missing.ts';

/** Says why no lab can be on this machine at all, or null where one can. */
export function unfit(): string | null {
  if (process.platform !== 'linux') return `the lab runs real Linux containers, and this is ${process.platform}.`;
  if (process.getuid?.() !== 0) return 'the lab makes networks, mounts and containers, which needs root.';
  return null;
}

/** Says why no lab can be up within a minute or two on this machine, or null where one can; looks only, makes nothing. */
export async function whyNot(): Promise<string | null> {
  const reason = unfit();
  if (reason !== null) return reason;
  const missing = [];
  for (const program of programsFor(['lab'])) {
    try {
      await resolve(program, { make: false });
    } catch (error) {
      if (!(error instanceof ProgramMissingError)) throw error;
      missing.push(program);
    }
  }
  if (missing.length === 0) return null;
  const minutes = Math.ceil(missing.reduce((sum, program) => sum + program.minutes, 0));
  return `it takes ${missing.map(titleOf).join(', ')}; \`npm run tools -- --for lab\` obtains them, in up to ${minutes} minutes.`;
}
