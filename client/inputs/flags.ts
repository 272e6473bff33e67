import type { Flag } from '../terminal/flags.ts';
import { ADMINISTRATOR } from '../../model/initial-tenant.ts';
import { CHANGEABLE, INPUTS } from '../../model/inputs.ts';
import type { Input } from '../../model/inputs.ts';
import { IMAGE_TAG_FLAG } from './aliases.ts';

const GROUP = 'Inputs of the install:';

function flagsOf({ flag: name, takes, kind, isOn, help, aliases = [] }: Input): Flag[] {
  const value = takes ? ` <${takes}>` : '';
  const flag: Flag = { flags: `--${name}${value}`, help, group: GROUP };
  return [
    { ...flag, hidden: isOn === true },
    // The site file may hold a switch as on; only its negation turns it off again.
    ...(kind === 'switch' ? [{ ...flag, flags: `--no-${name}`, hidden: !isOn }] : []),
    ...aliases.map((alias) => ({ flags: `--${alias}${value}`, help: `the same as --${name}`, hidden: true })),
  ];
}

const IMAGE_TAG: Flag = { flags: IMAGE_TAG_FLAG, help: 'tag of one image', hidden: true, repeats: true };

/** A flag for every input of an install. */
export const INPUT_FLAGS: readonly Flag[] = [...INPUTS.flatMap(flagsOf), IMAGE_TAG];

/** A flag for every input that a running install can still take. */
export const CHANGEABLE_FLAGS: readonly Flag[] = [...CHANGEABLE.flatMap(flagsOf), IMAGE_TAG];

/** What an install does with existing data. */
export const MODE = [
  {
    flags: '--fresh',
    help: 'install from scratch; existing application data is wiped, after every check and a confirmation',
  },
  { flags: '--recover', help: 'reinstall and keep all data and credentials' },
  {
    flags: '--bootstrap-mode <mode>',
    help: 'the same as --fresh or --recover',
    hidden: true,
    choices: ['fresh', 'recover'],
  },
] as const satisfies readonly Flag[];

/** Ways to give the authentication key; never on the command line itself. */
export const AUTH_KEY = [
  { flags: '--auth-key-file <file>', help: 'file with the authentication key; never give the key itself as a flag' },
  { flags: '--auth-key-stdin', help: 'read the authentication key from standard input' },
] as const satisfies readonly Flag[];

/** The licence of the appliance; its token never on the command line itself. */
export const LICENCE = [
  {
    flags: '--license-file <file>',
    help: 'file with the license token, for a database without a license (default: a trial)',
  },
] as const satisfies readonly Flag[];

const FIRST_ADMINISTRATOR = 'First administrator, of a fresh install:';

/** The company and its first administrator, but for the password. */
export const NAMED_ADMINISTRATOR: readonly Flag[] = ADMINISTRATOR.map(({ flag, takes, help }) => ({
  flags: `--${flag} <${takes}>`,
  help,
  group: FIRST_ADMINISTRATOR,
}));

/** The company and its first administrator; the password never on the command line itself. */
export const ADMINISTRATOR_FLAGS: readonly Flag[] = [
  ...NAMED_ADMINISTRATOR,
  {
    flags: '--admin-password-file <file>',
    help: 'file with the password (default: prompt for it, or generate it and show it; needs a terminal)',
  },
  { flags: '--admin-password-stdin', help: 'read the password from standard input' },
].map((flag) => ({ ...flag, group: FIRST_ADMINISTRATOR }));
