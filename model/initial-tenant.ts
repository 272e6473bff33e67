import { z } from 'zod';

/** A name of a person or a company, on one line. The vendor's script takes it as an argument. */
const name = z
  .string()
  .trim()
  .min(1, 'expected a name')
  .max(100, 'expected a name of at most 100 characters')
  .regex(/^[^-\p{Cc}][^\p{Cc}]*$/u, 'expected a name on one line that does not start with "-"');

const email = z
  .email('expected an e-mail address, such as ada@example.com')
  .max(254, 'expected an e-mail address of at most 254 characters');

/** One input of the first administrator. The key is that of the Secret `appliance-initial-tenant` (docs/contract.md). */
interface Row {
  readonly schema: z.ZodType<string>;
  /** The flag without its dashes; the environment variable is named after it. */
  readonly flag: string;
  readonly takes: string;
  readonly help: string;
  readonly prompt: string;
  /** The default of a simulated appliance. */
  readonly simulated: string;
}

const TABLE = {
  INITIAL_TENANT_NAME: {
    schema: name,
    flag: 'company-name',
    takes: 'name',
    help: 'company that uses the appliance',
    prompt: 'Name of the company',
    simulated: 'Example Company',
  },
  INITIAL_ADMIN_FIRST_NAME: {
    schema: name,
    flag: 'admin-first-name',
    takes: 'name',
    help: 'first name of the first administrator',
    prompt: 'First name of the first administrator',
    simulated: 'Ada',
  },
  INITIAL_ADMIN_LAST_NAME: {
    schema: name,
    flag: 'admin-last-name',
    takes: 'name',
    help: 'last name of the first administrator',
    prompt: 'Last name of the first administrator',
    simulated: 'Lovelace',
  },
  INITIAL_ADMIN_EMAIL: {
    schema: email,
    flag: 'admin-email',
    takes: 'address',
    help: 'email address the first administrator logs in with',
    prompt: 'E-mail address of the first administrator, to log in with',
    simulated: 'ada@example.com',
  },
} satisfies Readonly<Record<string, Row>>;

export type AdministratorKey = keyof typeof TABLE;

export interface AdministratorInput extends Row {
  readonly key: AdministratorKey;
  readonly variable: string;
}

const isKey = (text: string): text is AdministratorKey => Object.hasOwn(TABLE, text);

/** The inputs of the company and its first administrator, in the order of the questions; the password is separate. */
export const ADMINISTRATOR: readonly AdministratorInput[] = Object.keys(TABLE)
  .filter(isKey)
  .map((key) => {
    const row: Row = TABLE[key];
    return { ...row, key, variable: `ALGA_APPLIANCE_${row.flag.toUpperCase().replaceAll('-', '_')}` };
  });

/**
 * `initial-tenant.json` in the site's folder: the company and its first administrator, until the database has them. It holds
 * a password: it never enters a spec, a workflow, an argument or a log.
 */
export const initialTenant = z.object({
  INITIAL_TENANT_NAME: name,
  INITIAL_ADMIN_FIRST_NAME: name,
  INITIAL_ADMIN_LAST_NAME: name,
  INITIAL_ADMIN_EMAIL: email,
  INITIAL_ADMIN_PASSWORD: z.string().refine((password) => passwordFault(password) === null),
});
export type InitialTenant = z.infer<typeof initialTenant>;

const SPECIAL = '!@#$%^&*()_+-=[]{};\':"\\|,.<>/?';
const COMMON = new Set(
  (
    'password qwerty admin letmein welcome iloveyou monkey dragon sunshine princess login master football baseball ' +
    'superman starwars whatever secret'
  ).split(' '),
);
const SEQUENCES = ['abcdefghijklmnopqrstuvwxyz', '0123456789', '1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const LONGEST_SEQUENCE = 5;

/**
 * What is wrong with a password by the vendor's rule, or null. Source: Nine-Minds/alga-psa,
 * packages/validation/src/lib/passwordValidation.ts (75e3524). The password itself is never repeated.
 */
export function passwordFault(password: string): string | null {
  if (password.length < 8) return 'the password is shorter than 8 characters';
  if (password.length > 128) return 'the password is longer than 128 characters';
  if (/\p{Cc}/u.test(password)) return 'the password contains line breaks or control characters';
  if (!/[A-Z]/.test(password)) return 'the password has no uppercase letter (A-Z)';
  if (!/[a-z]/.test(password)) return 'the password has no lowercase letter (a-z)';
  if (!/[0-9]/.test(password)) return 'the password has no digit';
  if (!Array.from(password).some((character) => SPECIAL.includes(character)))
    return `the password has no special character (${SPECIAL})`;
  const lower = password.toLowerCase();
  if (COMMON.has(lower.replaceAll(/^[^a-z]+|[^a-z]+$/g, '')))
    return 'the password is a common word with other characters around it';
  if (hasSequence(lower)) return 'the password contains a sequence of six or more characters, such as 123456 or qwerty';
  return null;
}

function hasSequence(text: string): boolean {
  const rows = SEQUENCES.flatMap((row) => [row, Array.from(row).toReversed().join('')]);
  const length = LONGEST_SEQUENCE + 1;
  return Array.from({ length: Math.max(0, text.length - LONGEST_SEQUENCE) }, (_, at) =>
    text.slice(at, at + length),
  ).some((part) => rows.some((row) => row.includes(part)));
}
