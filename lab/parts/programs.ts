import { resolveProgram } from '../../tools/resolve.ts';

const found = new Map<string, Promise<string>>();

/**
 * The path of a program of the tools table (`tools/programs.ts`), found or made by the product's own resolver; looked
 * for once in a process.
 * @throws ProgramMissingError that says how to get it
 */
export function programPath(id: string): Promise<string> {
  const known = found.get(id);
  if (known !== undefined) return known;
  const path = resolveProgram(id).then((program) => program.path);
  found.set(id, path);
  return path;
}
