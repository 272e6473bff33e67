import { ProgramMissingError } from '../../tools/missing.ts';
import { variableOf } from '../../tools/program.ts';
import { programsFor } from '../../tools/programs.ts';
import { resolve } from '../../tools/resolve.ts';

/** One program that an install needs, and whether this machine has it. */
export interface ProgramRow {
  readonly id: string;
  readonly wanted: string;
  readonly path: string | null;
  readonly version: string | null;
  /** variable, path, cache, download, build; null when it was not found. */
  readonly foundBy: string | null;
  readonly variable: string;
  readonly purpose: string;
  /** Why it is missing and what to do, in several lines; null when it was found. */
  readonly problem: string | null;
}

export interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Download or build what is missing; without it this only checks. */
  readonly fetch: boolean;
  readonly onProgress: (line: string) => void;
}

/** A row for each program that an install needs. */
export async function clientPrograms({ env, signal, fetch, onProgress }: ProgramOptions): Promise<ProgramRow[]> {
  const rows: ProgramRow[] = [];
  for (const program of programsFor(['client'])) {
    const row = {
      id: program.id,
      wanted: program.version ?? 'any',
      variable: variableOf(program),
      purpose: program.purpose,
    };
    try {
      const found = await resolve(program, { env, signal, make: fetch, onProgress });
      rows.push({ ...row, path: found.path, version: found.version ?? null, foundBy: found.foundBy, problem: null });
    } catch (error) {
      if (!(error instanceof ProgramMissingError)) throw error;
      rows.push({ ...row, path: null, version: null, foundBy: null, problem: error.message });
    }
  }
  return rows;
}
