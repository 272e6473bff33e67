import type { Group, Program } from './program.ts';
import { clientPrograms } from './programs/client.ts';
import { distributionPrograms } from './programs/distribution.ts';
import { javaPrograms } from './programs/java.ts';
import { kubernetesPrograms } from './programs/kubernetes.ts';
import { labPrograms } from './programs/lab.ts';
import { manifestPrograms } from './programs/manifests.ts';

/** The name of a row of the table. */
export type ProgramId =
  | (typeof distributionPrograms)[number]['id']
  | (typeof clientPrograms)[number]['id']
  | (typeof javaPrograms)[number]['id']
  | (typeof kubernetesPrograms)[number]['id']
  | (typeof manifestPrograms)[number]['id']
  | (typeof labPrograms)[number]['id'];

/** Every program that the product, its tests and its lab run, in the order in which they are installed. */
export const programs: readonly (Program & { readonly id: ProgramId })[] = [
  ...distributionPrograms,
  ...clientPrograms,
  ...javaPrograms,
  ...kubernetesPrograms,
  ...manifestPrograms,
  ...labPrograms,
];

/** The programs that one of the groups needs, in the table's order. */
export function programsFor(groups: readonly Group[]): Program[] {
  return programs.filter((program) => program.groups.some((group) => groups.includes(group)));
}

/**
 * The row of a program.
 * @throws RangeError for an id that is not in the table; the message lists those that are
 */
export function programById(id: string): Program {
  const found = programs.find((program) => program.id === id);
  if (found !== undefined) return found;
  throw new RangeError(`unknown program ${id}; known programs: ${programs.map((program) => program.id).join(', ')}`);
}
