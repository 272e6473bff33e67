import { z } from 'zod';
import { AdministrationError } from './error.ts';
import { run } from './run.ts';
import type { Surroundings } from './run.ts';

export { AdministrationError } from './error.ts';

const administrator = z.object({
  id: z.string(),
  tenant: z.string(),
  company: z.string(),
  name: z.string(),
  email: z.string(),
  /** The server refuses the login of an inactive user. */
  active: z.boolean(),
  twoFactor: z.boolean(),
  lastLoginAt: z.string().nullable(),
});
export type Administrator = z.infer<typeof administrator>;

const administrators = z.object({
  administrators: z.array(administrator),
  /** The list is cut: there are more of them. */
  isCut: z.boolean(),
});
export type Administrators = z.infer<typeof administrators>;

const passwordReset = z.object({
  sessionsEnded: z.number().int(),
  /** Of the vendor's app on telephones, which has sessions of its own. */
  mobileSessionsEnded: z.number().int(),
});
export type PasswordReset = z.infer<typeof passwordReset>;

/** The administrators of the appliance, in the order of their companies. */
export function showAdministrators(surroundings: Surroundings): Promise<Administrators> {
  return asked(surroundings, { action: 'show' }, administrators);
}

/** Sets an administrator's password and ends all their sessions, both or neither. */
export function resetPassword(
  surroundings: Surroundings,
  { id, tenant }: Administrator,
  password: string,
): Promise<PasswordReset> {
  return asked(surroundings, { action: 'reset-password', user: id, tenant, password }, passwordReset);
}

/** How program.mjs starts the line of its answer. */
const ANSWER = 'appliance-admin/v1 ';
const refusal = z.object({ error: z.string() });

async function asked<Value>(surroundings: Surroundings, request: unknown, schema: z.ZodType<Value>): Promise<Value> {
  const printed = await run(surroundings, request);
  const line = printed.split('\n').find((each) => each.startsWith(ANSWER));
  const answer = line === undefined ? undefined : parseJson(line.slice(ANSWER.length));
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const refused = refusal.safeParse(answer);
  if (refused.success)
    throw new AdministrationError('refused', `The appliance refused the request: ${refused.data.error}.`);
  throw new AdministrationError('silent', 'The answer of the program in the cluster cannot be read.', false);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // cut off, or not ours
  }
}
