import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { INPUTS } from '../../model/inputs.ts';
import type { Checkout } from './checkout.ts';
import type { Fault } from './faults.ts';
import type { Values } from './values.ts';

/** The word for the branch that is checked out in the current folder. */
const CURRENT = 'current';

/**
 * Replaces in the values what is only meaningful on this machine: the branch `current`, and files relative to the current folder.
 * Gives the checkout if the branch came from it, and what is wrong.
 */
export async function resolveHere(
  values: Values,
  cwd: string,
  checkout: () => Promise<Checkout | null>,
): Promise<{ followed: Checkout | null; faults: Fault[] }> {
  const followed = values.get('repo.branch')?.text === CURRENT ? await followCheckout(values, checkout) : null;
  const faults = followed?.faults ?? [];
  for (const { key, flag, file } of INPUTS) {
    const given = values.get(key);
    if (!file || !given) continue;
    const path = resolve(cwd, given.text);
    values.set(key, { ...given, text: path });
    await access(path, constants.R_OK).catch((error: unknown) => {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      faults.push({ flag: `--${flag}`, text: `${path} cannot be read (${reason})` });
    });
  }
  return { followed: followed?.checkout ?? null, faults };
}

async function followCheckout(
  values: Values,
  checkout: () => Promise<Checkout | null>,
): Promise<{ checkout: Checkout | null; faults: Fault[] }> {
  const found = await checkout();
  const flag = '--repo-branch';
  const wrong = (text: string) => ({ checkout: found, faults: [{ flag, text: `"${CURRENT}": ${text}` }] });
  if (!found) return wrong('this folder is not a Git checkout');
  if (found.branch === null) return wrong('no branch is checked out here (detached HEAD)');
  values.set('repo.branch', { text: found.branch, source: 'flag' });
  return { checkout: found, faults: [] };
}
