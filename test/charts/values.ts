import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { applianceValues } from '../../model/appliance-values.ts';
import { testSpec } from '../support/spec.ts';
import { ROOT } from './programs.ts';

export const PROFILE = join(ROOT, 'flux/profiles/talos-single-node');

/** The charts in the order in which they are installed, with the namespace that each goes to on the appliance. */
export const RELEASES: Readonly<Record<string, string>> = {
  'appliance-status': 'appliance-system',
  'alga-core': 'msp',
  pgbouncer: 'msp',
  temporal: 'msp',
  'workflow-worker': 'msp',
  'email-service': 'msp',
  'temporal-worker': 'msp',
};

/** A site's values as the installer writes them. */
export const siteValues = (changes: Partial<Parameters<typeof applianceValues>[0]> = {}) =>
  applianceValues({ spec: testSpec(), bootstrapMode: 'fresh', installId: 'install-1', ...changes });

/** Path of the profile's values of a release. */
export function profileValues(release: string): string {
  const tier = ['platform', 'core', 'background'].find((name) =>
    readdirSync(join(PROFILE, name, 'values')).includes(`${release}.yaml`),
  );
  if (!tier) throw new Error(`the profile has no values for ${release}`);
  return join(PROFILE, tier, 'values', `${release}.yaml`);
}

/** Helm's arguments for a release with the profile's and the site's values; the site's go through stdin. */
export function applianceArguments(
  release: string,
  site: object = siteValues()[release] ?? {},
): { args: string[]; input: string } {
  return { args: ['-f', profileValues(release), '-f', '-'], input: JSON.stringify(site) };
}

/** What a release is rendered with, told by a name: the chart's own defaults, or the appliance's. */
export function valuesArguments(release: string, which: 'defaults' | 'appliance'): { args: string[]; input: string } {
  return which === 'appliance' ? applianceArguments(release) : { args: ['-f', '-'], input: '{}' };
}

/** Text of a golden file's neighbour in the repository. */
export const repositoryFile = (path: string) => readFileSync(join(ROOT, path), 'utf8');
