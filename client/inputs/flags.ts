import type { Flag } from '../terminal/flags.ts';
import { ALIASES, IMAGE_TAG_FLAG } from './aliases.ts';
import { CHANGEABLE, FIELDS, fieldOf } from './fields.ts';
import type { Field } from './fields.ts';

const GROUP = 'Inputs of the install:';

function flagOf(field: Field): Flag[] {
  const flags = `--${field.flag}${field.takes ? ` <${field.takes}>` : ''}`;
  const flag: Flag = { flags, help: field.help, group: GROUP };
  // The site file may hold a switch as on; only its negation turns it off again.
  return field.kind === 'switch' ? [flag, { ...flag, flags: `--no-${field.flag}`, hidden: true }] : [flag];
}

const HIDDEN: readonly Flag[] = [
  ...ALIASES.map(({ flags, means }): Flag => ({ flags, help: `the same as --${means}`, hidden: true })),
  { flags: IMAGE_TAG_FLAG, help: 'tag of one image', hidden: true, repeats: true },
];

/** A flag for every input of an install. */
export const INPUTS: readonly Flag[] = [...FIELDS.flatMap(flagOf), ...HIDDEN];

/** A flag for every input that a running install can still take. */
export const CHANGEABLE_INPUTS: readonly Flag[] = [
  ...CHANGEABLE.flatMap((key) => flagOf(fieldOf(key))),
  ...HIDDEN.filter(({ flags }) => !flags.startsWith('--release')),
];

/** What an install does with what is there. */
export const MODE = [
  {
    flags: '--fresh',
    help: 'install anew; application data that is there is wiped, after every check and a confirmation',
  },
  { flags: '--recover', help: 'install again and keep all data and credentials' },
] as const satisfies readonly Flag[];

/** Ways in which the authentication key is handed over; never on the command line itself. */
export const AUTH_KEY = [
  { flags: '--auth-key-file <file>', help: 'file with the authentication key; never give the key itself as a flag' },
  { flags: '--auth-key-stdin', help: 'read the authentication key from standard input' },
] as const satisfies readonly Flag[];
